/** Where git looks for its hooks, and whether those call flow. */
import { basename, isAbsolute, join } from 'node:path'
import { FlowError } from '../errors.ts'
import { exists } from '../git/git-file.ts'
import {
  addHookLine,
  carriesHookLine,
  HOOK_NAMES,
  type HookName,
  hookLine,
  otherCalls,
  scriptWord,
} from '../git/hook-line.ts'
import {
  carriesEveryLine,
  hooksPathSetting,
  isCommitted,
  isHuskyComplete,
  liveHooks,
  readHook,
} from '../git/hooks-directory.ts'
import { isInside, treePath } from '../git/tree-path.ts'
import { factsOf, isFile } from '../lib/files.ts'
import type { Ports } from '../ports/ports.ts'
import { shellWord } from '../shell-word.ts'
import type { SetupContext } from './context.ts'
import {
  broken,
  type Finding,
  ok,
  pathName,
  pathWord,
  SET_UP,
  type Trouble,
  warning,
} from './finding.ts'
import { PRE_COMMIT } from './hook-authors.ts'
import { keeperOf } from './hook-files.ts'
import { readHookFile } from './hook-lines.ts'
import { authorOf, type FoundManager } from './hook-managers.ts'
import { managerFiles } from './manager-files.ts'
import { OWN_NAME } from './package-json.ts'
import { installCommand } from './package-manager.ts'
import { findUp, packageOf } from './project.ts'
import { workingTrees } from './working-trees.ts'

const ID = 'hooks-path'

/** One for where git looks, and one for each hook where flow has a line in it. */
export function inspectHooks(context: SetupContext): Finding[] {
  const { ports, repository, hooks } = context
  const rewritten = rewrittenFinding(context)
  const isShared =
    hooks.kind === 'other' &&
    !isCommitted(ports, repository, hooks.path) &&
    !carriesEveryLine(ports, hooks.edited)
  if (isShared) return [rewritten ?? sharedFinding(context)]
  const isEmpty =
    liveHooks(ports, hooks.path).length === 0 &&
    HOOK_NAMES.every((name) => !exists(ports, join(hooks.path, name)))
  if (hooks.kind === 'default' && isEmpty) {
    const detail = 'core.hooksPath is not set, and there are no hooks where git looks without it'
    const none = broken(ID, 'git runs no hooks here', { detail, fix: setUpOf(context) })
    return [rewritten ?? none]
  }
  const found = HOOK_NAMES.map((name) => hookFinding(context, name))
  const failing = found.filter(({ status }) => status === 'broken')
  if (rewritten === null || failing.length === 0)
    return [rewritten ?? placeFinding(context), ...found]
  // The hooks are not the cause: what is wrong with them may be right where husky runs them.
  const detail = [...failing.map(({ title }) => title), rewritten.detail].join('\n')
  const passing = found.filter((one) => !failing.includes(one))
  return [{ ...rewritten, status: 'broken', detail }, ...passing]
}

function placeFinding(context: SetupContext): Finding {
  const { ports, repository, hooks } = context
  const cwd = cwdOf(context)
  const place = pathName(cwd, hooks.edited)
  if (hooks.kind === 'husky-8') return ok(ID, `git runs the hooks in ${place} (husky 8 or earlier)`)
  if (hooks.kind !== 'husky') return ok(ID, `git runs the hooks in ${place}`)
  if (isHuskyComplete(ports, hooks)) return ok(ID, `git runs the hooks in ${place} (husky)`)
  const isLinked = repository.gitFolder !== repository.commonGitFolder
  const detail = isLinked
    ? 'this is a linked worktree: core.hooksPath is the same for all, and git ignores the directory'
    : 'git ignores that directory; an install makes it'
  const title = `core.hooksPath names ${pathName(cwd, hooks.path)}, and not all of husky is there`
  return broken(ID, title, { detail, fix: setUpOf(context) })
}

/**
 * Claude Code rewrites core.hooksPath when it makes a worktree: to an absolute path in the main working tree,
 * in `config.worktree` or, in earlier versions, in the configuration that all working trees share.
 */
function rewrittenFinding({ ports, repository, hooks }: SetupContext): Finding | null {
  const setting = hooksPathSetting(ports, repository)
  const { commonGitFolder, topLevel } = repository
  const isOwnSetting = setting?.file != null && isInside(commonGitFolder, setting.file)
  if (!isOwnSetting || !isAbsolute(setting.value)) return null
  const husky = findUp(ports.fs, cwdOf({ ports }), topLevel, '.husky')
  const isDefault = hooks.kind === 'default'
  // A worktree may be inside another.
  const [tree] = workingTrees(ports.fs, repository)
    .filter((one) => !isDefault && isInside(one, hooks.path))
    .sort((a, b) => b.length - a.length)
  const isOther = tree !== undefined && tree !== topLevel
  if (!isOther && hooks.kind !== 'husky-8' && !(isDefault && husky !== null)) return null
  const shown = pathName(cwdOf({ ports }), hooks.path)
  const runs = isOther
    ? `the hooks of another working tree, ${shown}`
    : isDefault
      ? `the hooks in ${shown}`
      : `the hooks in ${shown} without husky`
  const before = isDefault ? join(husky ?? topLevel, '.husky') : hooks.path
  const value = treePath(tree ?? topLevel, runnersOf(ports, before))
  const change = setting.file.endsWith('/config.worktree')
    ? '--unset-all core.hooksPath'
    : `--replace-all core.hooksPath ${shellWord(value)}`
  return warning(ID, `core.hooksPath was rewritten: git runs ${runs}`, {
    detail: `Claude Code sets it so in ${setting.file} when it makes a worktree.\nTo have the hooks of this working tree run:`,
    fix: `git config --file ${shellWord(setting.file)} ${change} && ${SET_UP}`,
  })
}

/** What core.hooksPath is for a directory of hooks: husky 9 has its own files in `_`, husky 8 one. */
function runnersOf({ fs }: Ports, directory: string): string {
  if (basename(directory) !== '.husky') return directory
  const isOld = isFile(fs, join(directory, '_/husky.sh')) && !isFile(fs, join(directory, '_/h'))
  return isOld ? directory : join(directory, '_')
}

function sharedFinding({ hooks: { path } }: SetupContext): Finding {
  return warning(ID, `git runs the hooks in ${path}, which do not call flow`, {
    detail:
      "they are not this repository's, so flow leaves them as they are; a killed session is restored by the next start, or by the prompt with `flow shell`. For git to do it too, add to each:",
    byHand: HOOK_NAMES.map((name) => ({ path: join(path, name), text: hookLine(name) })),
  })
}

function hookFinding(context: SetupContext, name: HookName): Finding {
  const { ports, hooks } = context
  const cwd = cwdOf(context)
  const id = `hook-${name}`
  const [hook, program] = [join(hooks.edited, name), join(hooks.path, name)]
  const shown = pathName(cwd, hook)
  const bytes = readHook(ports.fs, hook)
  const call = bytes === null ? null : callIn(context, name, bytes)
  const [otherCall] = bytes === null ? [] : otherCalls(bytes)
  if (isPassedOver(ports, program)) {
    const enable = `chmod +x ${pathWord(cwd, program)}`
    return broken(id, `${pathName(cwd, program)} is not executable`, {
      detail: 'git passes over a hook that is not executable',
      fix: call === null && otherCall === undefined ? `${enable} && ${SET_UP}` : enable,
    })
  }
  if (call !== null) return ok(id, `${shown} ${call}`)
  if (otherCall !== undefined) {
    const detail = `line ${otherCall} is not the line of \`flow init\`, and was not tried`
    return warning(id, `${shown} calls flow in a manner of its own`, { detail })
  }
  const otherwise = bytes === null ? `there is no ${shown}` : `${shown} does not call flow`
  const { title = otherwise, why, ...trouble } = missing(context, name, bytes)
  const detail = [`without it ${WITHOUT[name]}`, why].filter(Boolean).join('\n')
  return broken(id, title, { detail, ...trouble })
}

const WITHOUT: Readonly<Record<HookName, string>> = {
  'post-checkout': '`git checkout` restores no killed session',
  'post-merge': '`git pull` restores no killed session',
  'pre-commit': '`git commit` may take in a settings file that flow made',
}

function isPassedOver({ fs, environment }: Ports, program: string): boolean {
  const facts = environment.platform === 'win32' ? null : factsOf(fs, program)
  return facts !== null && (facts.mode & 0o111) === 0
}

/** How the hook calls flow; null: it does not, or in another way than `init`. */
function callIn(context: SetupContext, name: HookName, bytes: Buffer): string | null {
  const { ports, hooks, managers } = context
  if (carriesHookLine(bytes, name)) return 'calls flow'
  const author = authorOf(bytes)?.name
  const { path, configuration } = managers.find((one) => one.name === author) ?? {}
  const entry = { name, line: hookLine(name) }
  const isInForce = configuration?.isInForce(bytes.toString('latin1'), entry) ?? false
  if (path && isInForce && ports.fs.readFile(path).includes(scriptWord(name))) {
    return `is ${author}'s, and ${pathName(cwdOf(context), path)} calls flow`
  }
  // pre-commit keeps the hook that it found under this name, and runs it first.
  const legacy = join(hooks.path, `${name}.legacy`)
  const kept = author === PRE_COMMIT.name ? readHook(ports.fs, legacy) : null
  const isRun = kept !== null && carriesHookLine(kept, name) && !isPassedOver(ports, legacy)
  return isRun ? `is pre-commit's, and runs ${name}.legacy, which calls flow` : null
}

interface Missing extends Omit<Trouble, 'detail'> {
  readonly title?: string
  readonly why?: string | undefined
}

/** What `init` does for the hook; where it can do nothing, what the user does. */
function missing(context: SetupContext, name: HookName, bytes: Buffer | null): Missing {
  const { ports, hooks, repository } = context
  const hook = join(hooks.edited, name)
  const byHand = [{ path: hook, text: hookLine(name) }]
  const file = readHookFile(ports, repository, hook)
  if (file instanceof FlowError) {
    const { what: title, why, details } = file
    if (details.leadsTo !== undefined) return { title, why: `it leads to ${why}; add:`, byHand }
    const word = pathWord(cwdOf(context), hook)
    const isClosed = bytes !== null
    const clear = factsOf(ports.fs, hook) === null ? `rm ${word}` : `mv ${word} ${word}.old`
    return { title, why, fix: `${isClosed ? `chmod u+rw ${word}` : clear} && ${SET_UP}` }
  }
  const keeper = keeperOf(context, name)
  if (keeper !== null) return missingIn(context, name, keeper)
  const edit = addHookLine(bytes, name)
  if (edit.kind === 'not-shell') {
    const why = `it is not for sh (${edit.what}); let a shell script start it, with this near its top:`
    return { why, byHand }
  }
  return { fix: setUpOf(context) }
}

function missingIn(context: SetupContext, name: HookName, keeper: FoundManager): Missing {
  const { path, configuration } = keeper
  const text = context.ports.fs.readFile(path).toString('utf8')
  const entries = [{ name, line: hookLine(name) }]
  const edited = configuration?.add(path, text, entries) ?? null
  const { next = [] } = managerFiles.apply(context)
  if (edited === null && !text.includes(scriptWord(name))) {
    const added = configuration?.byHand(path, entries).trimEnd() ?? ''
    const why = '`flow init` cannot edit its configuration; add this, in front of what it does:'
    return { why, byHand: [{ path, text: added }], fix: next.join('\n') }
  }
  const isInits = (edited !== null && edited !== text) || next.length === 0
  return { fix: [...(isInits ? [setUpOf(context)] : []), ...next].join(' && ') }
}

/** Where the project installs flow and has not yet, the install comes first, and does the rest. */
function setUpOf({ ports, packageDirectory, project }: SetupContext): string {
  const { fs } = ports
  const { dependencies, devDependencies } = packageOf(project) ?? {}
  const isListed = OWN_NAME in { ...Object(dependencies), ...Object(devDependencies) }
  const isOwn = fs.realPath(packageDirectory) === project.topLevel
  const module = `node_modules/${OWN_NAME}`
  const installed = findUp(fs, project.directory, project.topLevel, module)
  const needsInstall = isListed && !isOwn && installed === null
  return needsInstall ? `${installCommand(project.manager)} && ${SET_UP}` : SET_UP
}

function cwdOf({ ports }: Pick<SetupContext, 'ports'>): string {
  return ports.fs.realPath(ports.environment.cwd)
}
