import { join, relative } from 'node:path'
import { FlowError } from '../../errors.ts'
import { HOOK_NAMES, hookLine } from '../../git/hook-line.ts'
import { findHooksOwner, type HooksOwner, type OtherOwner } from '../../git/hooks-owner.ts'
import { hooksPathOf } from '../../git/husky.ts'
import type { Repository } from '../../git/repository.ts'
import { runGit } from '../../git/run-git.ts'
import { foldersUp, isInside, treePath } from '../../git/tree-path.ts'
import type { Ports } from '../../ports/ports.ts'
import { shellWord } from '../../shell-word.ts'
import { findHusky } from '../find-husky.ts'
import type { Change, Plan } from './change.ts'
import { planDefaultHooks } from './default-hooks.ts'
import { planHookFile } from './hook-file.ts'
import { findHookManagers } from './hook-managers.ts'
import { type HooksPlan, joinPlans } from './hooks-plan.ts'
import { packageIn } from './manager-name.ts'
import { installCommand } from './package-manager.ts'
import { findUp, type Project } from './project.ts'
import { checkChangeable } from './repository-file.ts'

/**
 * Plans flow's line in each of the hooks, wherever git runs them from, and husky where nobody keeps
 * hooks. Reads only.
 * @throws FlowError E_HOOKS_OWNED, E_HOOK_NOT_SHELL, E_HUSKY_FOLDER, E_HUSKY_MISSING, E_INIT_FILE
 */
export function planHooks(
  ports: Ports,
  repository: Repository,
  project: Project,
  flowFolder: string,
): HooksPlan {
  const owner = findHooksOwner(ports, repository)
  if (owner.kind === 'nobody' || (owner.kind === 'other' && owner.setting === null)) {
    const live = owner.kind === 'other' ? owner.hookNames : []
    const plan = planDefaultHooks(ports, repository, project, live)
    if (plan !== null) return plan
    return planOldHusky(ports, project) ?? planHusky(ports, repository, project, flowFolder, null)
  }
  const unused = planUnused(ports, project)
  switch (owner.kind) {
    case 'other':
      return joinPlans([planOther(ports, repository, project, owner), unused])
    case 'old-husky':
      return joinPlans([hookFiles(ports, project, owner.huskyFolder, true), unused])
    case 'husky':
      return joinPlans([planHusky(ports, repository, project, flowFolder, owner), unused])
    default:
      return owner satisfies never
  }
}

/**
 * A husky of the project's own that is older than 9 and only not installed in this clone: once it is,
 * git runs the files themselves. Null: there is none.
 */
function planOldHusky(ports: Ports, project: Project): HooksPlan | null {
  const { folder, topLevel, manager } = project
  const home = findUp(ports.fs, folder, topLevel, '.husky')
  if (home === null || !foldersUp(folder, topLevel).some((one) => isOldHuskyIn(ports, one))) {
    return null
  }
  const note = `husky is not installed in this clone: \`${installCommand(manager)}\` lets git run the hooks`
  const files = hookFiles(ports, project, join(home, '.husky'), true)
  return joinPlans([files, { changes: [], notes: [note] }])
}

function isOldHuskyIn({ fs }: Ports, folder: string): boolean {
  const { devDependencies, dependencies } = packageIn(fs, folder)
  const ranges = { ...Object(dependencies), ...Object(devDependencies) }
  return /^[^\d]*[1-8](\D|$)/.test(String(ranges.husky ?? ''))
}

/** Other managers whose hooks git does not look at, since core.hooksPath leads elsewhere. */
function planUnused({ fs }: Ports, { folder, topLevel }: Project): Plan {
  const others = findHookManagers(fs, folder, topLevel)
  const notes = others.map(
    ({ name, path }) =>
      `core.hooksPath is set, so that git runs no hooks of ${name} (${treePath(topLevel, path)})`,
  )
  return { changes: [], notes }
}

function planHusky(
  ports: Ports,
  repository: Repository,
  project: Project,
  flowFolder: string,
  owner: Extract<HooksOwner, { kind: 'husky' }> | null,
): HooksPlan {
  const before = owner === null ? null : hooksPathOf(repository, owner.huskyFolder)
  const huskyFolder = owner === null ? ownHuskyFolder(ports, project) : owner.huskyFolder
  const files = hookFiles(ports, project, huskyFolder, false)
  if (owner?.isComplete === true) return files
  if (ports.environment.variables.HUSKY === '0') {
    const note = 'HUSKY=0 is set: git hooks stay off until `flow prepare` runs without it'
    return joinPlans([files, { changes: [], notes: [note] }])
  }
  const husky = huskyChange(ports, repository, flowFolder, huskyFolder, before)
  return joinPlans([{ changes: [husky], notes: [] }, files])
}

/** A folder of the team's own in the tree gets the lines; one of the account or a tool does not. */
function planOther(
  ports: Ports,
  repository: Repository,
  project: Project,
  owner: OtherOwner,
): HooksPlan {
  const { hookFolder } = owner
  if (owner.carriesFlow) {
    return joinPlans([
      { changes: [], notes: [`git hooks in ${hookFolder}: they call flow already`] },
    ])
  }
  if (isCommitted(ports, repository, hookFolder)) return hookFiles(ports, project, hookFolder, true)
  throw ownedByOther(owner)
}

function isCommitted(ports: Ports, { topLevel, gitFolder }: Repository, folder: string): boolean {
  if (!isInside(topLevel, folder) || folder === topLevel || isInside(gitFolder, folder))
    return false
  // git-check-ignore(1): 1 means that no path is ignored.
  return runGit(ports, topLevel, ['check-ignore', '-q', '--', folder]).status === 1
}

/** The nearest `.husky`, which may serve several packages; else one beside package.json. */
export function ownHuskyFolder({ fs }: Pick<Ports, 'fs'>, { folder, topLevel }: Project): string {
  return join(findUp(fs, folder, topLevel, '.husky') ?? folder, '.husky')
}

function huskyChange(
  { fs, environment }: Ports,
  repository: Repository,
  flowFolder: string,
  huskyFolder: string,
  before: string | null,
): Change {
  const after = hooksPathOf(repository, huskyFolder)
  // husky 9.1.7 refuses two dots wherever they stand; its hooks take the dash for an option of sh.
  if (after.includes('..') || after.startsWith('-')) {
    throw new FlowError({
      code: 'E_HUSKY_FOLDER',
      what: `husky cannot keep its hooks in ${relative(environment.cwd, huskyFolder)}`,
      why: 'it takes no path with two dots in it or a dash in front',
      kept: 'nothing was changed',
      next: 'rename the folder, or run `flow init` at the top of the repository',
    })
  }
  // git writes a new file beside its configuration, husky the folder `_`.
  for (const path of [join(repository.commonGitFolder, 'config'), join(huskyFolder, '_')]) {
    checkChangeable(fs, { path, name: relative(environment.cwd, path), facts: null })
  }
  return {
    kind: 'husky',
    topic: 'hooks',
    script: findHusky(fs, flowFolder),
    huskyFolder,
    before,
    after,
    why: 'git runs the hooks in .husky',
  }
}

function hookFiles(
  ports: Ports,
  project: Project,
  hookFolder: string,
  isProgram: boolean,
): HooksPlan {
  return joinPlans(
    HOOK_NAMES.map((name) => {
      const file = { path: join(hookFolder, name), name, boundary: project.topLevel, isProgram }
      return planHookFile(ports, file)
    }),
  )
}

/** These hooks are shared with other repositories, or made by a tool, so the person decides. */
function ownedByOther({ hookFolder, setting }: OtherOwner): FlowError {
  const { value, file } = setting ?? { value: '', file: null }
  const lines = HOOK_NAMES.flatMap((name) => [
    `  in ${shellWord(join(hookFolder, name))}:`,
    `    ${hookLine(name)}`,
  ])
  return new FlowError({
    code: 'E_HOOKS_OWNED',
    what: 'git hooks belong to another tool here',
    why: `core.hooksPath is ${JSON.stringify(value)}, set ${file === null ? 'on the command line or in the environment (GIT_CONFIG_…)' : `in ${file}`}`,
    kept: 'nothing was changed',
    next: [
      'either add these lines, each near the top of its file, then run `flow init` again:',
      ...lines,
      'or hand the hooks over to husky:',
      file === null
        ? '  unset GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS; flow init'
        : `  git config --file ${shellWord(file)} --unset-all core.hooksPath && flow init`,
    ].join('\n'),
  })
}
