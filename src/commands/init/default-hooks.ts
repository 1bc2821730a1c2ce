import { join } from 'node:path'
import { HOOK_NAMES, type HookName } from '../../git/hook-line.ts'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { planHookFile } from './hook-file.ts'
import { findHookManagers, type HookManager, makerOf } from './hook-managers.ts'
import { type HooksPlan, joinPlans } from './hooks-plan.ts'
import { readTextOr } from './look.ts'
import { planManager } from './manager-hooks.ts'
import { findUp, type Project } from './project.ts'

/**
 * Plans the hooks of a working tree without core.hooksPath, where lefthook, simple-git-hooks,
 * pre-commit and people share git's own folder: each hook gets flow's line where whoever made it
 * wants it. `live`: names of the hooks that git runs now. Null where nobody keeps hooks or husky is
 * to: then the way is free for husky.
 * @throws FlowError E_HOOK_NOT_SHELL, E_INIT_FILE
 */
export function planDefaultHooks(
  ports: Ports,
  repository: Repository,
  project: Project,
  live: readonly string[],
): HooksPlan | null {
  const { fs } = ports
  const managers = findHookManagers(fs, project.folder, project.topLevel)
  if (live.length === 0 && (managers.length === 0 || isHuskyMeant(ports, project))) return null
  const hookFolder = join(repository.commonGitFolder, 'hooks')
  const makers = new Map(live.map((name) => [name, makerOf(fs.readFile(join(hookFolder, name)))]))
  const keeperOf = (name: HookName): HookManager | null => {
    const isThere = readTextOr(fs, join(hookFolder, name), null) !== null
    const wanted = isThere ? (makers.get(name) ?? null) : managers[0]?.name
    return managers.find((manager) => manager.name === wanted && wanted !== 'pre-commit') ?? null
  }
  const plans = managers.map((manager) => {
    const names = HOOK_NAMES.filter((name) => keeperOf(name) === manager)
    // Its installation puts aside (lefthook) or deletes (simple-git-hooks) what is not its own.
    const isAlone = [...makers.values()].every((maker) => maker === manager.name)
    return planManager(ports, project, manager, names, { folder: hookFolder, isAlone })
  })
  const names = HOOK_NAMES.filter((name) => keeperOf(name) === null)
  const hasPreCommit = managers.some(({ name }) => name === 'pre-commit')
  return joinPlans([planFiles(ports, repository, names, hasPreCommit), ...plans])
}

/** The team has chosen husky, and it only is not installed in this clone. */
function isHuskyMeant({ fs }: Ports, { folder, topLevel, value }: Project): boolean {
  const home = findUp(fs, folder, topLevel, '.husky')
  if (home === null) return false
  const carriesFlow = HOOK_NAMES.some((name) =>
    readTextOr(fs, join(home, '.husky', name), '').includes('# flow'),
  )
  return carriesFlow || /\bhusky\b/.test(JSON.stringify(value.scripts ?? null))
}

/**
 * Lines in the hook files themselves. In pre-commit's too, and not in its configuration: round each
 * hook of that it stashes unstaged edits, and it rolls back what a hook did to a file (seen with
 * 4.6), which would undo what flow has restored.
 */
function planFiles(
  ports: Ports,
  { commonGitFolder }: Repository,
  names: readonly HookName[],
  hasPreCommit: boolean,
): HooksPlan {
  const plan = joinPlans(
    names.map((name) => {
      const file = join(commonGitFolder, 'hooks', name)
      const hook = { path: file, name, boundary: commonGitFolder, isProgram: true }
      return planHookFile(ports, hook)
    }),
  )
  if (plan.changes.length === 0) return plan
  const note = hasPreCommit
    ? 'git commits no hook files: other clones get these lines from `flow prepare`, at their install'
    : 'git commits no hook files: other clones get these lines from a `flow init` of their own'
  return joinPlans([plan, { changes: [], notes: [note] }])
}
