import { join } from 'node:path'
import { explain, FlowError } from '../errors.ts'
import { isSwitchedOff } from '../flow-switch.ts'
import { installFilter } from '../git/clean-filter.ts'
import { findHooksOwner, type HooksOwner } from '../git/hooks-owner.ts'
import { installHusky } from '../git/husky.ts'
import { findRepository, type Repository } from '../git/repository.ts'
import { isInside, treePath } from '../git/tree-path.ts'
import type { Ports } from '../ports/ports.ts'
import { repositoryLock } from '../session/repository-lock.ts'
import { ensureHome } from '../session/state-file.ts'
import { stateHome } from '../state-home.ts'
import { DEFAULT_TARGET, targetNamed } from '../targets/target.ts'
import { findHusky } from './find-husky.ts'
import { refreshHookScripts } from './hook-scripts.ts'
import { planDefaultHooks } from './init/default-hooks.ts'
import { findUp, readProject } from './init/project.ts'
import { writeRepositoryFile } from './init/repository-file.ts'
import { sayAlways } from './say-session.ts'

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
  hideFromGit(ports, repository, folder)
  refreshHookScripts(ports, packageFolder)
  const owner = findHooksOwner(ports, repository)
  const home = findUp(ports.fs, folder, repository.topLevel, '.husky')
  if (home === null) return prepareDefaultHooks(ports, repository, owner)

  const huskyFolder = join(home, '.husky')
  if (owner.kind === 'other') {
    if (owner.carriesFlow) return silent('the hooks of another tool call flow')
    return `git hooks in ${owner.hookFolder} are another tool's and stay; \`flow init\` tells the ways on`
  }
  if (owner.kind === 'old-husky') return silent('git runs the files in .husky itself')
  if (owner.kind === 'husky' && owner.huskyFolder !== huskyFolder) {
    return silent(`husky keeps its hooks in ${owner.huskyFolder}`)
  }
  installHusky(ports, repository, findHusky(ports.fs, packageFolder), huskyFolder)
  ports.log('prepare', `husky is installed in ${huskyFolder}`)
  return null
}

/** Of a failure the first session reports what git shows. */
function hideFromGit(ports: Ports, repository: Repository, project: string): void {
  const home = stateHome(ports.environment)
  try {
    ensureHome(ports, home)
    const path = join(project, targetNamed(DEFAULT_TARGET).settingsPath)
    const lock = repositoryLock(ports, home, repository.commonGitFolder)
    installFilter(ports, repository, [path], home, lock)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('prepare', `the clean filter is not installed: ${error.message}`)
  }
}

/**
 * Without husky: where git's own hook files carry flow's lines, of which git keeps no versions, a
 * clone gets its lines here, and a tool that wrote its hook anew has them put back.
 */
function prepareDefaultHooks(ports: Ports, repository: Repository, owner: HooksOwner): null {
  const live = owner.kind === 'other' && owner.setting === null ? owner.hookNames : []
  const isDefault = owner.kind === 'nobody' || live.length > 0
  const project = readProject(ports, repository.topLevel)
  const plan = isDefault ? planDefaultHooks(ports, repository, project, live) : null
  for (const change of plan?.changes ?? []) {
    // What is committed is for `init` to change.
    if (change.kind !== 'file' || !isInside(repository.commonGitFolder, change.file.path)) continue
    writeRepositoryFile(ports, change.file, change.after, 0o755)
    ports.log('prepare', `${change.file.path}: ${change.why}`)
  }
  return null
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
