/** Which node would git's hooks find, which run without a shell profile in graphical clients? */
import { dirname, isAbsolute, join } from 'node:path'
import type { Ports } from '../../ports/ports.ts'
import { fallbackNode } from '../../session/hook-scripts.ts'
import { projectPaths } from '../../session/layout.ts'
import { listProjects } from '../../session/projects.ts'
import { readText } from '../../session/state-file.ts'
import { broken, type Finding, ok, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { type DoctorContext, readableHome } from './context.ts'

const ID = 'node'
const TIMEOUT_MS = 10_000

/** What a graphical client has on its PATH, on Linux as on macOS. */
const BARE_PATH = '/usr/bin:/bin:/usr/sbin:/sbin'

/** What was found; where nothing was, null. */
export interface NodeSight {
  /** The node of each open session, as it was recorded, and whether it is still there. */
  readonly recorded: readonly { readonly path: string; readonly isThere: boolean }[]
  /** By the line in `<home>/hooks/`, else this shell's PATH, else init.sh: `v20.20.2 (/usr/bin/node)`. */
  readonly here: string | null
  /** The same as a graphical client would. */
  readonly bare: string | null
  readonly initPath: string | null
  readonly hasInit: boolean
  /** Directory of the node that runs flow now. */
  readonly nodeFolder: string
}

export function nodeFinding(context: DoctorContext): Finding {
  const { variables, nodePath } = context.ports.environment
  const initPath = initPathOf(variables)
  return judgeNode({
    recorded: recordedNodes(context),
    here: askAsHooksDo(context, variables.PATH),
    bare: askAsHooksDo(context, BARE_PATH),
    initPath,
    hasInit: initPath !== null && isThere(context.ports, initPath),
    nodeFolder: dirname(nodePath),
  })
}

/** A session records its node, so that is what hooks use; the rest matters when it is gone. */
export function judgeNode(sight: NodeSight): Finding {
  const { recorded, here, bare, initPath, hasInit, nodeFolder } = sight
  const gone = recorded.filter((one) => !one.isThere).map(({ path }) => path)
  const isFound = here !== null && (gone.length === 0 || bare !== null)
  if (isFound) {
    const [used] = recorded.filter((one) => one.isThere)
    const more = 'each session also records the node that it ran with'
    const title = used ? `use the node of the session, ${used.path}` : `find node ${here}; ${more}`
    return ok(ID, `git hooks ${title}`)
  }
  const fix = initPath === null ? undefined : writeInit(initPath, nodeFolder)
  const inInit = hasInit ? `${initPath} leads to none` : `there is no ${initPath}`
  const lost = `the node that a session recorded is gone: ${gone.join(', ')}`
  if (here !== null) {
    const detail = `${lost}\na client that is not started from a shell finds no other: ${inInit}`
    return warning(ID, 'git hooks find node only from this shell', { detail, fix })
  }
  if (gone.length > 0) {
    const detail = `${lost}\nnone is on PATH, and ${inInit}`
    return broken(ID, 'git hooks find no node, so they restore nothing', { detail, fix })
  }
  const detail = `none is on PATH, and ${inInit}; when that one is removed, hooks restore nothing`
  return warning(ID, 'git hooks find no node but the one that a session records', { detail, fix })
}

function writeInit(initPath: string, nodeFolder: string): string {
  const line = `PATH=${shellWord(nodeFolder)}:$PATH`
  const folder = shellWord(dirname(initPath))
  return `mkdir -p ${folder} && printf '%s\\n' ${shellWord(line)} >>${shellWord(initPath)}`
}

/** For that node: `v20.20.2 (/usr/bin/node)`. */
const QUESTION = "(({ version, execPath }) => version + ' (' + execPath + ')')(process)"

/** With the very script that hooks use. */
function askAsHooksDo(context: DoctorContext, PATH: string | undefined): string | null {
  const { ports, packageFolder } = context
  const home = readableHome(context)
  const script = join(packageFolder, 'templates/hooks/with-node.sh')
  const args = [script, home === null ? '' : fallbackNode(ports, home), '-p', QUESTION]
  const env = { ...ports.environment.variables, PATH }
  const { status, stdout } = ports.commands.run('/bin/sh', args, { env, timeoutMs: TIMEOUT_MS })
  return status === 0 ? stdout.trim() : null
}

function recordedNodes(context: DoctorContext): NodeSight['recorded'] {
  const { ports } = context
  const home = readableHome(context)
  const projects = home === null ? [] : listProjects(ports, home)
  const lines = projects.map(({ hash }) => {
    return readText(ports, projectPaths(home ?? '', hash).nodeLinePath)?.trimEnd() ?? ''
  })
  const paths = [...new Set(lines)].filter((path) => path !== '')
  return paths.map((path) => ({ path, isThere: isThere(ports, path) }))
}

/** As with-node.sh has it; null: neither variable names a folder. */
function initPathOf({ XDG_CONFIG_HOME, HOME }: Ports['environment']['variables']): string | null {
  const folders = [XDG_CONFIG_HOME, HOME && join(HOME, '.config')]
  const folder = folders.find((one) => one !== undefined && isAbsolute(one))
  return folder === undefined ? null : join(folder, 'flow/init.sh')
}

function isThere({ fs }: Ports, path: string): boolean {
  try {
    return fs.facts(path).kind === 'file'
  } catch {
    // Absent, or behind a closed folder: no hook could use it either.
    return false
  }
}
