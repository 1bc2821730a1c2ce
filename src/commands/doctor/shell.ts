/** The line in the user's rc file: does it find what it reads, and is that of this version? */
import { basename, join } from 'node:path'
import type { Ports } from '../../ports/ports.ts'
import { HOOK_SCRIPTS, isOlder, scriptsVersion } from '../../session/hook-scripts.ts'
import { homePaths } from '../../session/layout.ts'
import { readOwnFile } from '../../session/runtime-copy.ts'
import { listState, readText } from '../../session/state-file.ts'
import { type Finding, ok, warning } from '../../setup/finding.ts'
import { VERSION } from '../../version.ts'
import { findRcLines, rcWord } from '../shell/rc-lines.ts'
import { SHELL_NAMES, type ShellName, snippetPath } from '../shell/snippet.ts'
import type { DoctorContext } from './context.ts'

export function shellFindings({ ports, packageDirectory, state }: DoctorContext): Finding[] {
  if (!state?.path) return []
  const home = state.path
  const lines = findRcLines(ports, home)
  const findings = SHELL_NAMES.flatMap((name) => {
    const line = lines.find(({ shell }) => shell === name)
    const isThere = readText(ports, snippetPath(home, name)) !== undefined
    if (line === undefined && !isThere) return []
    const place = line && `line ${line.number} of ${rcWord(ports.environment, line.path)}`
    const trouble = isThere ? troubleIn(ports, packageDirectory, home, name) : null
    return [
      judgeShell({ name, place: place ?? null, startsFlow: !!line?.startsFlow, isThere, trouble }),
    ]
  })
  if (findings.length > 0) return findings
  return [
    ok('shell', "no rc file has flow's line: only git and the next start recover killed sessions"),
  ]
}

/** What was found of one shell. */
export interface ShellStatus {
  readonly name: ShellName
  /** Of the line that leads to flow: `line 12 of ~/.bashrc`; null: none was found. */
  readonly place: string | null
  /** The line runs `flow shell` itself. */
  readonly startsFlow: boolean
  /** What the line reads is there. */
  readonly isThere: boolean
  /** What is wrong with that. */
  readonly trouble: string | null
}

/** Pure. */
export function judgeShell({ name, place, startsFlow, isThere, trouble }: ShellStatus): Finding {
  const id = `shell-${name}`
  const fix = `flow shell ${name} >/dev/null`
  if (startsFlow) {
    const detail = 'which takes 40 ms and more; put the one line that this prints in its place:'
    return warning(id, `${place} starts flow with every ${name}`, {
      detail,
      fix: `flow shell ${name}`,
    })
  }
  if (!isThere) {
    const detail = 'the line does nothing now; take it out, or write the file again:'
    return warning(id, `${place} reads a file that is gone`, { detail, fix })
  }
  if (trouble !== null) {
    const detail =
      'killed sessions may not be restored at a prompt; this fixes it in shells that start later:'
    return warning(id, `flow's file for ${name} ${trouble}`, { detail, fix })
  }
  if (place !== null) return ok(id, `${place} puts killed sessions right at the prompt`)
  return ok(id, `flow's file for ${name} is up to date, but no rc file of yours reads it`)
}

/** Null: the snippet and what it sources are what this version writes, or a later one. */
function troubleIn(
  ports: Ports,
  packageDirectory: string,
  home: string,
  name: ShellName,
): string | null {
  const { hooksFolder, shellFolder } = homePaths(home)
  const version = scriptsVersion(ports, home)
  if (isOlder(VERSION, version)) return null
  if (isOlder(version, VERSION)) return `is of ${version ? `flow ${version}` : 'another program'}`
  const isCopied = (template: string, directory: string) =>
    readText(ports, join(directory, basename(template))) ===
    readOwnFile(ports, join(packageDirectory, template)).toString('utf8')
  const isOurs =
    isCopied(`templates/shell/flow.${name}`, shellFolder) &&
    HOOK_SCRIPTS.every((template) => isCopied(template, hooksFolder))
  if (!isOurs) return `is not what flow ${VERSION} writes`
  const runtimes = join(home, 'runtime')
  const hasRuntime = listState(ports, runtimes).some(
    (one) => readText(ports, join(runtimes, one, 'runtime.cjs')) !== undefined,
  )
  return hasRuntime ? null : 'starts a copy that is gone'
}
