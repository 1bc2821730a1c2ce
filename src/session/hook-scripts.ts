/** `<state directory>/hooks/`: the shell scripts that git hooks and prompts source or run. */
import { basename, join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { homePaths } from './layout.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import { readOwnFile } from './runtime-copy.ts'
import { ensureFolder, ensureHome, readBytes, readText, writeState } from './state-file.ts'

/** Templates that are copied there. What the hook line sources comes last: the rest is there by then. */
export const HOOK_SCRIPTS: readonly string[] = [
  'templates/hooks/with-node.sh',
  'templates/hooks/clean.sh',
  'templates/hooks/pending.sh',
  'templates/hooks/recover.sh',
  'templates/hooks/prompt.sh',
  'templates/hooks/prompt-for-fish.sh',
  'templates/hooks/pre-commit',
  'templates/hooks/post-merge',
  'templates/hooks/post-checkout',
]

/** What `flow shell` writes into `<state directory>/shell/`; these source the scripts above. */
export const SNIPPET_NAMES: readonly string[] = ['flow.bash', 'flow.zsh', 'flow.fish']

/** One line: the flow that wrote the scripts. */
const VERSION_NAME = 'version'

/** One line: the node that recovers a session whose own record of it is lost. */
const NODE_NAME = 'node'

/** Names of all files that flow keeps there. */
export const HOOK_FILES: readonly string[] = [
  ...HOOK_SCRIPTS.map((path) => basename(path)),
  VERSION_NAME,
  NODE_NAME,
]

/**
 * Brings the scripts up to date, and the snippets that are there; a file that is right is not written.
 * Scripts of a newer flow stay: they understand the sessions of an older one, and otherwise two versions
 * on one machine would replace each other's for ever. Each file changes in one step; between two of
 * them a hook may source scripts of two versions. `version` is written last, so that the next flow goes
 * on where a killed one stopped.
 * @throws FlowError E_PACKAGE, E_STATE_LINK, E_STATE_READ, E_STATE_WRITE
 */
export function ensureHookScripts(
  ports: ProtocolPorts,
  home: string,
  { packageFolder, version, nodePath }: HookScriptSource,
): void {
  const { hooksFolder, shellFolder } = homePaths(home)
  refuseLinkedFolders(ports, home, [hooksFolder, shellFolder])
  const present = scriptsVersion(ports, home)
  if (isOlder(version, present)) {
    ports.log('state', `${hooksFolder}: written by flow ${present}, left as it is`)
    return
  }
  ensureHome(ports, home)
  ensureFolder(ports, hooksFolder)
  for (const template of HOOK_SCRIPTS) {
    copyTemplate(ports, join(packageFolder, template), join(hooksFolder, basename(template)))
  }
  for (const name of SNIPPET_NAMES) {
    const path = join(shellFolder, name)
    if (readBytes(ports, path))
      copyTemplate(ports, join(packageFolder, 'templates/shell', name), path)
  }
  const recorded = fallbackNode(ports, home)
  if (recorded === '' || !isFile(ports, recorded)) {
    writeState(ports, join(hooksFolder, NODE_NAME), `${nodePath}\n`)
  }
  if (present !== version) writeState(ports, join(hooksFolder, VERSION_NAME), `${version}\n`)
}

export interface HookScriptSource {
  /** flow's own package, absolute. */
  readonly packageFolder: string
  readonly version: string
  /** The node that runs flow now, absolute. */
  readonly nodePath: string
}

/** The flow that wrote the scripts; empty when there are none. @throws FlowError E_STATE_READ */
export function scriptsVersion(ports: Pick<ProtocolPorts, 'fs'>, home: string): string {
  return readText(ports, join(homePaths(home).hooksFolder, VERSION_NAME))?.trimEnd() ?? ''
}

/** The node that serves where a session's own is gone; empty when there is none. @throws FlowError E_STATE_READ */
export function fallbackNode(ports: Pick<ProtocolPorts, 'fs'>, home: string): string {
  return readText(ports, join(homePaths(home).hooksFolder, NODE_NAME))?.trimEnd() ?? ''
}

/**
 * True when `version` precedes `than` by semver's order of the three numbers, a pre-release before its
 * release. What is not a version precedes every other.
 */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [numbersOf(version), numbersOf(than)]
  if (right === null) return false
  if (left === null) return true
  const at = left.findIndex((number, index) => number !== right[index])
  return at !== -1 && (left[at] ?? 0) < (right[at] ?? 0)
}

function numbersOf(version: string): number[] | null {
  const [, major, minor, patch, rest = ''] = /^(\d+)\.(\d+)\.(\d+)([-+].*)?$/.exec(version) ?? []
  if (major === undefined) return null
  const [, pre = ''] = /^-[^+]*?(\d+)?(?:\+.*)?$/.exec(rest) ?? []
  const isRelease = !rest.startsWith('-')
  return [major, minor, patch, isRelease ? 1 : 0, isRelease ? 0 : pre].map(Number)
}

function copyTemplate(ports: ProtocolPorts, template: string, path: string): void {
  const wanted = readOwnFile(ports, template)
  if (readBytes(ports, path)?.equals(wanted)) return
  writeState(ports, path, wanted)
  ports.log('state', `${path}: brought up to date`)
}

function isFile({ fs }: ProtocolPorts, path: string): boolean {
  try {
    return fs.facts(path).kind === 'file'
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return false
    throw error
  }
}
