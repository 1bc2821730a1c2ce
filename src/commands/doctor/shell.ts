/** What this shell is set to: the line in the user's rc file, and switches that are easily forgotten. */
import { basename, join } from 'node:path'
import { isSwitchedOff } from '../../flow-switch.ts'
import type { Ports } from '../../ports/ports.ts'
import { HOOK_SCRIPTS, isOlder, scriptsVersion } from '../../session/hook-scripts.ts'
import { homePaths } from '../../session/layout.ts'
import { readOwnFile } from '../../session/runtime-copy.ts'
import { listState, readText } from '../../session/state-file.ts'
import { type Finding, ok, warning } from '../../setup/finding.ts'
import { VERSION } from '../../version.ts'
import { findRcLines, type RcLine, rcWord } from '../shell/rc-lines.ts'
import { SHELL_NAMES, type ShellName, snippetPath } from '../shell/snippet.ts'
import { type DoctorContext, readableHome } from './context.ts'

const ID = 'shell'

/** Does the line find what it reads, and is that of this version? */
export function shellFindings(context: DoctorContext): Finding | Finding[] | null {
  const { ports, packageFolder } = context
  const home = readableHome(context)
  if (home === null) return null
  const lines = findRcLines(ports, home)
  const findings = SHELL_NAMES.flatMap((name) => {
    const line = lines.find(({ shell }) => shell === name) ?? null
    const snippet = readText(ports, snippetPath(home, name))
    if (line === null && snippet === undefined) return []
    const place = line === null ? null : placeOf(ports, line)
    const startsFlow = line?.startsFlow ?? false
    const trouble = snippet === undefined ? null : troubleIn(ports, packageFolder, home, name)
    return [judgeShell({ name, place, startsFlow, isThere: snippet !== undefined, trouble })]
  })
  return findings.length > 0
    ? findings
    : ok(ID, "no rc file has flow's line: only git and the next start put killed sessions right")
}

/** What was found of one shell. */
export interface ShellSight {
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
export function judgeShell({ name, place, startsFlow, isThere, trouble }: ShellSight): Finding {
  const id = `${ID}-${name}`
  const fix = `flow shell ${name} >/dev/null`
  if (startsFlow) {
    return warning(id, `${place} starts flow with every ${name}`, {
      detail: 'which takes 40 ms and more; put the one line that this prints in its place:',
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
  packageFolder: string,
  home: string,
  name: ShellName,
): string | null {
  const { hooksFolder, shellFolder } = homePaths(home)
  const version = scriptsVersion(ports, home)
  if (isOlder(VERSION, version)) return null
  if (isOlder(version, VERSION)) return `is of ${version ? `flow ${version}` : 'another program'}`
  const isCopied = (template: string, folder: string) =>
    readText(ports, join(folder, basename(template))) ===
    readOwnFile(ports, join(packageFolder, template)).toString('utf8')
  const isOurs =
    isCopied(`templates/shell/flow.${name}`, shellFolder) &&
    HOOK_SCRIPTS.every((template) => isCopied(template, hooksFolder))
  if (!isOurs) return `is not what flow ${VERSION} writes`
  return hasRuntime(ports, home) ? null : 'starts a copy that is gone'
}

function hasRuntime(ports: Ports, home: string): boolean {
  const directory = join(home, 'runtime')
  return listState(ports, directory).some(
    (version) => readText(ports, join(directory, version, 'runtime.cjs')) !== undefined,
  )
}

function placeOf({ environment }: Ports, { path, number }: RcLine): string {
  return `line ${number} of ${rcWord(environment, path)}`
}

const SWITCHES: Readonly<Record<string, string>> = {
  FLOW: "no hooks are merged, and flow's git hooks do nothing",
  HUSKY: 'husky runs no git hooks, so nothing is recovered after a checkout or a pull',
}

export function switchesFinding({ ports }: DoctorContext): Finding {
  const { variables } = ports.environment
  const isOff = (name: string) =>
    name === 'FLOW' ? isSwitchedOff(variables) : variables[name] === '0'
  const off = Object.keys(SWITCHES).filter(isOff)
  if (off.length === 0) return ok('switches', 'nothing is switched off by FLOW=0 or HUSKY=0')
  const settings = off.map((name) => `${name}=${variables[name]}`).join(' and ')
  const title = `${settings} ${off.length === 1 ? 'is' : 'are'} set in this shell`
  const detail = off.map((name) => SWITCHES[name]).join('\n')
  return warning('switches', title, { detail, fix: `unset ${off.join(' ')}` })
}
