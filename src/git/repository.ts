import { resolve } from 'node:path'
import { explain, isSystemError } from '../errors.ts'
import { realPathOf } from '../lib/files.ts'
import type { CommandResult } from '../ports/commands.ts'
import type { Ports } from '../ports/ports.ts'
import { runGit, runGitAsCalled } from './run-git.ts'

/** Real absolute paths. */
export interface GitDirectories {
  /** Top of this working tree; a linked worktree has its own. */
  readonly topLevel: string
  /** This working tree's git folder: `.git`, or `.git/worktrees/NAME` of the main one. */
  readonly gitFolder: string
  /** What all working trees share: config, hooks, info. */
  readonly commonGitFolder: string
}

export interface Repository extends GitDirectories {
  /** Where git looks for hooks in this working tree, core.hooksPath obeyed; it need not be there. */
  readonly hooksDirectory: string
}

export type RepositorySight =
  | { readonly kind: 'repository'; readonly repository: Repository }
  | { readonly kind: 'none' }
  | { readonly kind: 'bare' }
  | { readonly kind: 'no-git' }
  /** git would not say: foreign owner, broken link to the main tree, inside `.git`, too old. */
  | {
      readonly kind: 'refused'
      readonly why: string
      /** Commands that git itself proposes. */
      readonly next: readonly string[]
    }

/**
 * Asks git which working tree `folder` lies in. Where it lies in none, the repository that GIT_DIR
 * names counts, as for git itself. Reads only; never throws.
 */
export function findRepository(
  ports: Pick<Ports, 'commands' | 'environment' | 'fs'>,
  folder: string,
): RepositorySight {
  const sight = understand(ports, folder, runGit(ports, folder, QUESTION))
  const isNamed = (ports.environment.variables.GIT_DIR ?? '') !== ''
  if (sight.kind !== 'none' || !isNamed) return sight
  return understand(ports, folder, runGitAsCalled(ports, folder, QUESTION))
}

function understand(
  ports: Pick<Ports, 'fs'>,
  folder: string,
  { errno, status, stdout, stderr }: CommandResult,
): RepositorySight {
  if (errno === 'ENOENT') return { kind: 'no-git' }
  if (errno !== undefined) return refused(`git could not be started (${errno})`)
  const [isBare, gitFolder = '', commonGitFolder = '', hooks = '', topLevel = '', ...rest] =
    stdout.split(SEPARATOR_LINE)
  if (status !== 0) {
    if (isBare === 'true') return { kind: 'bare' }
    if (/not a git repository \(or any/.test(stderr)) return { kind: 'none' }
    return refused(firstSentence(stderr), proposals(stderr))
  }
  // rev-parse prints back an option that it does not know.
  if (gitFolder.startsWith('--')) return refused('this git is older than 2.13')
  if (rest.length > 0 || topLevel === '') return refused('git gave an answer that flow cannot read')
  try {
    return {
      kind: 'repository',
      repository: {
        topLevel: ports.fs.realPath(resolve(folder, topLevel.replace(/\n$/, ''))),
        gitFolder: ports.fs.realPath(gitFolder),
        commonGitFolder: ports.fs.realPath(resolve(folder, commonGitFolder)),
        hooksDirectory: realPathOrSame(ports, resolve(folder, hooks)),
      },
    }
  } catch (error) {
    // A folder that vanished just now, or a name that is not UTF-8.
    return refused(explain(error))
  }
}

/** Where hooks are, behind a closed directory too: no command depends on them. */
function realPathOrSame({ fs }: Pick<Ports, 'fs'>, path: string): string {
  try {
    return realPathOf(fs, path)
  } catch (error) {
    if (!isSystemError(error)) throw error
    return path
  }
}

// rev-parse has no -z, and paths may hold newlines; but it prints an unknown option back as it is.
const SEPARATOR = '--flow-next-fact'
const SEPARATOR_LINE = `\n${SEPARATOR}\n`
const QUESTION = [
  'rev-parse',
  '--is-bare-repository',
  ...['--absolute-git-dir', '--git-common-dir', '--git-path hooks', '--show-toplevel'].flatMap(
    (fact) => [SEPARATOR, ...fact.split(' ')],
  ),
]

function refused(why: string, next: readonly string[] = []): RepositorySight {
  return { kind: 'refused', why, next }
}

function firstSentence(stderr: string): string {
  const [line = ''] = stderr.split('\n')
  return line.replace(/^fatal: /, '') || 'git failed without a word'
}

/** git indents the commands that it proposes with a tab. */
function proposals(stderr: string): string[] {
  return [...stderr.matchAll(/^\t(git .+)$/gm)].map((found) => found[1] ?? '')
}
