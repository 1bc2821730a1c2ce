/** `flow prepare`, hidden: what the `prepare` script of package.json calls at each install. */
import { explain, FlowError } from '../../errors.ts'
import { isSwitchedOff } from '../../flow-switch.ts'
import { carriesEveryLine, otherHooks } from '../../git/hooks-directory.ts'
import { findRepository } from '../../git/repository.ts'
import { treePath } from '../../git/tree-path.ts'
import type { Ports } from '../../ports/ports.ts'
import { withRepositoryLock } from '../../session/repository-lock.ts'
import { setupContext } from '../../setup/context.ts'
import { findHuskyDirectory } from '../../setup/hook-files.ts'
import { renewHookLines } from '../../setup/hook-lines.ts'
import { renew } from '../../setup/steps.ts'
import { stateHome } from '../../state-home.ts'
import { refreshHookScripts } from '../hook-scripts.ts'
import { sayAlways } from '../say-session.ts'

export interface PrepareOptions {
  /** flow's own package, absolute: the one that depends on husky. */
  readonly packageFolder: string
}

/**
 * What the `prepare` script of a repository that `flow init` has set up calls at each install:
 * points git at the hooks in `.husky`, or adds flow's lines to git's own hook files, and writes the scripts
 * that those lines source. Never fails an install, and says at most one line.
 * @returns the exit code: 0
 */
export async function prepare(ports: Ports, options: PrepareOptions): Promise<number> {
  const sentence = sentenceOf(() => prepareHooks(ports, options.packageFolder))
  if (sentence !== null) sayAlways(ports, `flow: ${sentence}\n`)
  return 0
}

/** Returns what is worth saying, or null. */
function prepareHooks(ports: Ports, packageFolder: string): string | null {
  const { cwd, variables } = ports.environment
  const silent = (reason: string) => {
    ports.log('prepare', `nothing to do: ${reason}`)
    return null
  }
  if (isSwitchedOff(variables) || variables.HUSKY === '0') return silent('switched off')
  if (!['', '0', 'false'].includes(variables.CI ?? '')) return silent('CI is set')
  const sight = findRepository(ports, cwd)
  if (sight.kind === 'refused') return `git hooks are not set up: ${sight.why}`
  if (sight.kind !== 'repository') return silent(`git: ${sight.kind}`)
  const { repository } = sight
  const folder = ports.fs.realPath(cwd)
  // A dependency is being prepared; the repository round it is somebody else's.
  if (treePath(repository.topLevel, folder).split('/').includes('node_modules')) {
    return silent('inside node_modules')
  }
  refreshHookScripts(ports, packageFolder)
  const context = setupContext(ports, packageFolder, repository)
  const { kind, path } = context.hooks
  const isKept = kind === 'other' || (kind === 'default' && otherHooks(ports, path).length > 0)
  const isMeant = findHuskyDirectory(context) !== null && !carriesEveryLine(ports, path)
  withRepositoryLock(ports, stateHome(ports.environment), repository.commonGitFolder, () => {
    renew(context)
  })
  const after = findRepository(ports, cwd)
  if (after.kind === 'repository') renewHookLines(ports, after.repository, packageFolder)
  return isKept && isMeant
    ? `git hooks in ${path} are another tool's and stay; \`flow init\` prints what to do`
    : null
}

/** Whatever goes wrong, bugs included, becomes a sentence: an install must not fail for it. */
function sentenceOf(work: () => string | null): string | null {
  try {
    return work()
  } catch (error) {
    const why = error instanceof FlowError ? error.message : explain(error)
    return `git hooks are not set up: ${why.split('\n', 1)[0]}`
  }
}
