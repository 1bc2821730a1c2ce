/** What is staged for the commit that git is about to make; its hooks run in that environment. */
import type { CommandResult } from '../ports/commands.ts'
import type { ProtocolPorts } from '../ports/ports.ts'

export interface StagedFile {
  /** Relative to the top of the working tree, with `/`. */
  readonly path: string
  readonly mode: string
  /** Its object id. */
  readonly blob: string
}

type Ports = Pick<ProtocolPorts, 'commands' | 'environment'>

/** Staged files whose text has this word more or less often than at HEAD. `word`: no pattern. */
export function stagedWith(ports: Ports, word: string): StagedFile[] {
  const options = [
    '--cached',
    '--name-only',
    '-z',
    '--no-renames',
    '--no-textconv',
    '--no-ext-diff',
  ]
  const { stdout } = git(ports, ['diff', ...options, '--diff-filter=AM', `-S${word}`])
  return stdout
    .split('\0')
    .filter((path) => path !== '')
    .flatMap((path) => stagedFile(ports, path) ?? [])
}

/** Null: nothing is staged there, or it is in a conflict. */
export function stagedFile(ports: Ports, path: string): StagedFile | null {
  const { stdout } = git(ports, ['ls-files', '-z', '--stage', '--', path])
  const [, mode, blob] = /^(\d+) ([0-9a-f]+) 0\t/.exec(stdout) ?? []
  return mode === undefined || blob === undefined ? null : { path, mode, blob }
}

/** The bytes that are staged. They have to be text: another encoding would not come through. */
export function readStaged(ports: Ports, { blob }: StagedFile): string {
  return git(ports, ['cat-file', 'blob', blob]).stdout
}

/** Stages this text in place of the file's. @returns false when git could not */
export function stageText(ports: Ports, { path, mode }: StagedFile, text: string): boolean {
  const { status, stdout } = git(ports, ['hash-object', '-w', '--stdin'], text)
  if (status !== 0) return false
  const entry = `${mode},${stdout.trim()},${path}`
  return git(ports, ['update-index', '--cacheinfo', entry]).status === 0
}

/** Takes a file out of the commit, unless HEAD has it. @returns true when it is out */
export function leaveOut(ports: Ports, { path }: StagedFile): boolean {
  const inHead = git(ports, ['rev-parse', '--quiet', '--verify', `HEAD:${path}`])
  if (inHead.status === 0) return false
  return git(ports, ['update-index', '--force-remove', '--', path]).status === 0
}

/** True when the commit would have no change of any file in it. A merge may be just that. */
export function isNothingStaged(ports: Ports): boolean {
  if (git(ports, ['rev-parse', '--quiet', '--verify', 'MERGE_HEAD']).status === 0) return false
  return git(ports, ['diff', '--cached', '--quiet', '--no-ext-diff']).status === 0
}

function git(
  { commands, environment }: Ports,
  args: readonly string[],
  input?: string,
): CommandResult {
  // git's own variables stay: they say which index the commit is made from (githooks(5)).
  const env = { ...environment.variables, LC_ALL: 'C', GIT_LITERAL_PATHSPECS: '1' }
  return commands.run('git', args, { env, ...(input !== undefined && { input }) })
}
