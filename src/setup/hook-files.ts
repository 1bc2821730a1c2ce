/** flow's line in the hook files: those that the team commits, and those in git's own directory. */
import { join } from 'node:path'
import { HOOK_NAMES, type HookName, removeHookLines } from '../git/hook-line.ts'
import {
  carriesEveryLine,
  hooksPathSetting,
  isCommitted,
  isHuskyComplete,
  liveHooks,
  otherHooks,
  readHook,
} from '../git/hooks-directory.ts'
import { foldersUp, isInside, treePath } from '../git/tree-path.ts'
import { realPathOf } from '../lib/files.ts'
import type { SetupContext } from './context.ts'
import { inspectHooks } from './hook-findings.ts'
import { byHand, hookLines } from './hook-lines.ts'
import { authorOf, type FoundManager } from './hook-managers.ts'
import { removeHooks } from './hook-removal.ts'
import { switchOn } from './husky-switch.ts'
import { installCommand, packageIn } from './package-manager.ts'
import { findUp, packageOf } from './project.ts'
import { joinPlans, type Part, type Step } from './step.ts'

export const hookFiles: Step = {
  id: 'hooks',
  apply(context) {
    const { ports, hooks, managers, repository, project } = context
    if (hooks.kind === 'default') return inDefaultDirectory(context)
    const unused = managers.map(({ name, path }) => {
      return `core.hooksPath is set, so that git runs no hooks of ${name} (${treePath(project.topLevel, path)})`
    })
    const notes = { notes: unused }
    if (hooks.kind === 'husky') return joinPlans([withHusky(context, hooks.edited), notes])
    if (hooks.kind === 'husky-8' || isCommitted(ports, repository, hooks.path)) {
      return joinPlans([hookLines(context, hooks.path, HOOK_NAMES, true), notes])
    }
    return joinPlans([elsewhere(context), notes])
  },
  revert: removeHooks,
  inspect: inspectHooks,
}

/** Where lefthook, simple-git-hooks, pre-commit and people share git's own directory. */
function inDefaultDirectory(context: SetupContext): Part {
  const { hooks, managers, project } = context
  if (isForHusky(context)) {
    const present = findHuskyDirectory(context)
    const directory = present ?? join(project.directory, '.husky')
    return present !== null && hasOldHusky(context)
      ? waitingForHusky(context, directory)
      : withHusky(context, directory)
  }
  const names = HOOK_NAMES.filter((name) => keeperOf(context, name) === null)
  const plan = hookLines(context, hooks.path, names, true)
  // Without a package, the report ends with what other clones type.
  if (plan.edits.length === 0 || packageOf(project) === null) return plan
  const from = managers.some(({ name }) => name === 'pre-commit')
    ? '`flow prepare`, at their install'
    : 'a `flow init` of their own'
  const note = `git commits no hook files: other clones get these lines from ${from}`
  return joinPlans([plan, { notes: [note] }])
}

/** Nobody keeps hooks in git's own directory, and there is a package that can bring husky. */
function isForHusky(context: SetupContext): boolean {
  const { ports, hooks, managers, project } = context
  return (
    packageOf(project) !== null &&
    otherHooks(ports, hooks.path).length === 0 &&
    (managers.length === 0 || isHuskyMeant(context))
  )
}

/**
 * The manager in whose configuration a hook gets flow's line: the one that wrote the hook, and where there is
 * none yet, the first manager of this repository. Null: the line goes into the file.
 */
export function keeperOf(context: SetupContext, name: HookName): FoundManager | null {
  const { ports, hooks, managers } = context
  if (hooks.kind !== 'default' || isForHusky(context)) return null
  const hook = readHook(ports.fs, join(hooks.path, name))
  // One with flow's line alone is as good as none.
  const isFree = hook === null || removeHookLines(hook).isMade
  const isLive = liveHooks(ports, hooks.path).includes(name)
  const author = isFree ? managers[0]?.name : isLive ? authorOf(hook)?.name : undefined
  const keeper = managers.find((manager) => manager.name === author)
  return keeper?.configuration ? keeper : null
}

/** The nearest `.husky`, which may serve several packages; null: there is none. */
export function findHuskyDirectory({ ports, project }: SetupContext): string | null {
  const home = findUp(ports.fs, project.directory, project.topLevel, '.husky')
  return home === null ? null : join(home, '.husky')
}

/** The team has chosen husky, which only is not installed in this clone. */
function isHuskyMeant(context: SetupContext): boolean {
  const { fs } = context.ports
  const directory = findHuskyDirectory(context)
  if (directory === null) return false
  const carries = HOOK_NAMES.some((name) => readHook(fs, join(directory, name))?.includes('# flow'))
  return carries || /\bhusky\b/.test(JSON.stringify(packageOf(context.project)?.scripts ?? null))
}

function hasOldHusky({ ports, project: { directory, topLevel } }: SetupContext): boolean {
  return foldersUp(directory, topLevel).some((one) => {
    const { devDependencies, dependencies } = packageIn(ports.fs, one)
    const ranges = { ...Object(dependencies), ...Object(devDependencies) }
    return /^[^\d]*[1-8](\D|$)/.test(String(ranges.husky ?? ''))
  })
}

/** A husky older than 9 and not installed in this clone: once it is, git runs the files themselves. */
function waitingForHusky(context: SetupContext, directory: string): Part {
  const install = installCommand(context.project.manager)
  const note = `husky is not installed in this clone: \`${install}\` lets git run the hooks`
  return joinPlans([hookLines(context, directory, HOOK_NAMES, true), { notes: [note] }])
}

function withHusky(context: SetupContext, directory: string): Part {
  const { ports, repository, hooks } = context
  const files = hookLines(context, directory, HOOK_NAMES, false)
  // Behind a link out of the repository: husky would write there, too.
  if (!isInside(repository.topLevel, realPathOf(ports.fs, directory))) return files
  const isOn = hooks.kind === 'husky'
  if (isOn && isHuskyComplete(ports, hooks)) return files
  if (ports.environment.variables.HUSKY === '0') {
    const note = 'HUSKY=0 is set: git hooks stay off until `flow prepare` runs without it'
    return joinPlans([files, { notes: [note] }])
  }
  return joinPlans([{ edits: [switchOn(context, directory)] }, files])
}

/** Hooks that are shared with other repositories, or made by a tool: the user decides. */
function elsewhere({ ports, repository, hooks }: SetupContext): Part {
  const { path } = hooks
  if (carriesEveryLine(ports, path)) {
    return { notes: [`git hooks in ${path}: they call flow already`] }
  }
  const setting = hooksPathSetting(ports, repository)
  const why =
    setting === null
      ? `${join(repository.commonGitFolder, 'hooks')} leads to ${path}`
      : `core.hooksPath is ${JSON.stringify(setting.value)}, set ${setting.file === null ? 'on the command line or in the environment (GIT_CONFIG_…)' : `in ${setting.file}`}`
  const added = HOOK_NAMES.map((name) => byHand(join(path, name), name))
  const note = [
    `the git hooks here are not this repository's (${why}), and flow leaves them as they are.`,
    'Sessions work; a killed one is restored by the next start, or by the prompt with `flow shell`. To have',
    'git restore it too, add these lines, each near the top of its file:',
    ...added,
  ].join('\n')
  return { notes: [note] }
}
