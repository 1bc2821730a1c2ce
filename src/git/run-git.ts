import type { CommandResult } from '../ports/commands.ts'
import type { ProtocolPorts } from '../ports/ports.ts'

export type GitPorts = Pick<ProtocolPorts, 'commands' | 'environment'>

export interface WorkingTree {
  /** The tree's own git folder: its index lies there. */
  readonly gitFolder: string
  /** Real absolute path. */
  readonly topLevel: string
  /** Absent: git's usual one. */
  readonly indexFile?: string
  /** Absent: git's usual one. */
  readonly objectDirectory?: string
}

/**
 * Runs git as if the person had gone to `folder` and typed it, and waits for it. Its words are
 * English, so that they can be told apart. Never throws: see `status` and `errno`.
 */
export function runGit(ports: GitPorts, folder: string, args: readonly string[]): CommandResult {
  const env = { ...withoutRepository(ports.environment.variables), LC_ALL: 'C' }
  // `-C` rather than cwd: with cwd, a missing folder and a missing git are both ENOENT.
  return runCall(ports, { file: 'git', args: ['-C', folder, ...args], env })
}

/** One process, such as git's: its program, its arguments and its whole environment. */
export interface GitCall {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

export function runCall(
  { commands }: Pick<GitPorts, 'commands'>,
  { file, args, env }: GitCall,
): CommandResult {
  return commands.run(file, args, { env, detached: true })
}

/**
 * Runs git on this very working tree, wherever its git folder lies. Paths are plain words, relative to
 * the top; of the programs that the repository's configuration can name, only filters run.
 */
export function runGitIn(
  ports: GitPorts,
  tree: WorkingTree,
  args: readonly string[],
): CommandResult {
  return runCall(ports, gitCallIn(ports, tree, args))
}

export function gitCallIn(
  { environment }: Pick<GitPorts, 'environment'>,
  { gitFolder, topLevel, indexFile, objectDirectory }: WorkingTree,
  args: readonly string[],
): GitCall {
  const env = {
    ...withoutRepository(environment.variables),
    LC_ALL: 'C',
    GIT_DIR: gitFolder,
    GIT_WORK_TREE: topLevel,
    ...(indexFile !== undefined && { GIT_INDEX_FILE: indexFile }),
    ...(objectDirectory !== undefined && { GIT_OBJECT_DIRECTORY: objectDirectory }),
    // No character of a path is a wildcard.
    GIT_LITERAL_PATHSPECS: '1',
  }
  return { file: 'git', args: ['-C', topLevel, ...NO_PROGRAMS, ...args], env }
}

const NO_PROGRAMS = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false']

/** Runs git in the repository that GIT_DIR and its like name. */
export function runGitAsCalled(
  { commands, environment }: GitPorts,
  folder: string,
  args: readonly string[],
): CommandResult {
  const env = { ...environment.variables, LC_ALL: 'C' }
  return commands.run('git', ['-C', folder, ...args], { env })
}

/**
 * The environment less what binds git to one repository. git sets these for its hooks and for
 * `rebase --exec`; whoever runs us from there, a folder must mean the same repository as at a
 * prompt, and nothing may be written into another one. The rest of GIT_* (configuration files,
 * `git -c`, ceilings) is the person's own wish and stays.
 */
export function withoutRepository(
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !REPOSITORY.has(name)))
}

// git rev-parse --local-env-vars, less GIT_CONFIG_PARAMETERS and GIT_CONFIG_COUNT.
const REPOSITORY = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
])
