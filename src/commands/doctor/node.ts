/** Which node would git's hooks find, which run without a shell profile in graphical clients? */
import { dirname, isAbsolute, join } from 'node:path'
import type { Ports } from '../../ports/ports.ts'
import { fallbackNode } from '../../session/hook-scripts.ts'
import { projectPaths } from '../../session/layout.ts'
import { listProjects } from '../../session/projects.ts'
import { readText } from '../../session/state-file.ts'
import { broken, type Finding, ok, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import type { DoctorContext } from './context.ts'

const ID = 'node'
const TIMEOUT_MS = 10_000

/** What a graphical client has on its PATH, on Linux as on macOS. */
const BARE_PATH = '/usr/bin:/bin:/usr/sbin:/sbin'

/** What was found; where nothing was, null. */
export interface NodeStatus {
  /** The node of each open session, as it was recorded, and whether it is still there. */
  readonly recorded: readonly { readonly path: string; readonly isThere: boolean }[]
  /** By the line in `<home>/hooks/`, else this shell's PATH, else init.sh: `v20.20.2 (/usr/bin/node)`. */
  readonly here: string | null
  /** The same as a graphical client would. */
  readonly bare: string | null
  readonly initPath: string | null
  readonly hasInit: boolean
  /** Directory of the node that runs flow now. */
  readonly nodeDirectory: string
}

export function nodeFinding({ ports, packageDirectory, state }: DoctorContext): Finding {
  const { variables, nodePath } = ports.environment
  const home = state?.path ?? null
  const projects = home === null ? [] : listProjects(ports, home)
  const paths = projects.map(({ hash }) => {
    return readText(ports, projectPaths(home ?? '', hash).nodeLinePath)?.trimEnd() ?? ''
  })
  const recorded = [...new Set(paths)].filter((path) => path !== '')
  const fallback = home === null ? '' : fallbackNode(ports, home)
  // With the very script that hooks use.
  const script = join(packageDirectory, 'templates/hooks/with-node.sh')
  const ask = (PATH: string | undefined) => {
    const options = { env: { ...variables, PATH }, timeoutMs: TIMEOUT_MS }
    const done = ports.commands.run('/bin/sh', [script, fallback, '-p', QUESTION], options)
    return done.status === 0 ? done.stdout.trim() : null
  }
  const initPath = initPathOf(variables)
  return judgeNode({
    recorded: recorded.map((path) => ({ path, isThere: isThere(ports, path) })),
    here: ask(variables.PATH),
    bare: ask(BARE_PATH),
    initPath,
    hasInit: initPath !== null && isThere(ports, initPath),
    nodeDirectory: dirname(nodePath),
  })
}

/** For that node: `v20.20.2 (/usr/bin/node)`. */
const QUESTION = "(({ version, execPath }) => version + ' (' + execPath + ')')(process)"

/** A session records its node, so that is what hooks use; the rest matters when it is gone. */
export function judgeNode(status: NodeStatus): Finding {
  const { recorded, here, bare, initPath, hasInit, nodeDirectory } = status
  const gone = recorded.filter((one) => !one.isThere).map(({ path }) => path)
  if (here !== null && (gone.length === 0 || bare !== null)) {
    const [used] = recorded.filter((one) => one.isThere)
    const more = 'each session also records the node that it ran with'
    const title = used ? `use the node of the session, ${used.path}` : `find node ${here}; ${more}`
    return ok(ID, `git hooks ${title}`)
  }
  const where =
    here !== null ? 'a client that is not started from a shell finds no other' : 'none is on PATH'
  const detail = [
    ...(gone.length > 0 ? [`the node that a session recorded is gone: ${gone.join(', ')}`] : []),
    `${where}, and ${hasInit ? `${initPath} leads to none` : `there is no ${initPath ?? 'init.sh'}`}`,
  ].join('\n')
  const fix = initPath === null ? undefined : writeInit(initPath, nodeDirectory)
  if (here !== null) return warning(ID, 'git hooks find node only from this shell', { detail, fix })
  if (gone.length === 0) {
    return warning(ID, 'git hooks find no node but the one that a session records', { detail, fix })
  }
  return broken(ID, 'git hooks find no node, so they restore nothing', { detail, fix })
}

function writeInit(initPath: string, nodeDirectory: string): string {
  const line = `PATH=${shellWord(nodeDirectory)}:$PATH`
  const directory = shellWord(dirname(initPath))
  return `mkdir -p ${directory} && printf '%s\\n' ${shellWord(line)} >>${shellWord(initPath)}`
}

/** As with-node.sh has it; null: neither variable names a directory. */
function initPathOf({ XDG_CONFIG_HOME, HOME }: Ports['environment']['variables']): string | null {
  const directories = [XDG_CONFIG_HOME, HOME && join(HOME, '.config')]
  const directory = directories.find((one) => one !== undefined && isAbsolute(one))
  return directory === undefined ? null : join(directory, 'flow/init.sh')
}

function isThere({ fs }: Ports, path: string): boolean {
  try {
    return fs.facts(path).kind === 'file'
  } catch {
    // Absent, or behind a closed directory: no hook could use it either.
    return false
  }
}
