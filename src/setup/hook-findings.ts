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
} from '../git/hooks-directory.ts'
import { isInside, treePath } from '../git/tree-path.ts'
import { factsOf, isFile, readIfFile } from '../lib/files.ts'
import type { Ports } from '../ports/ports.ts'
import { shellWord } from '../shell-word.ts'
import type { SetupContext } from './context.ts'
import {
  type Addition,
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
  if (rewritten === null) return [placeFinding(context), ...found]
  // Other hooks run then: nothing is wrong with these.
  const fixed = found.map(({ byHand: _, ...one }) => {
    return one.status === 'broken' ? { ...one, fix: rewritten.fix } : one
  })
  return [rewritten, ...fixed]
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
    byHand: HOOK_NAMES.map((name) => lineFor(path, name)),
  })
}

function lineFor(directory: string, name: HookName): Addition {
  return { path: join(directory, name), text: hookLine(name) }
}

function hookFinding(context: SetupContext, name: HookName): Finding {
  const { ports, hooks } = context
  const { fs, environment } = ports
  const cwd = cwdOf(context)
  const id = `hook-${name}`
  const hook = join(hooks.edited, name)
  const [shown, word] = [pathName(cwd, hook), pathWord(cwd, hook)]
  const facts = factsOf(fs, hook)
  const detail = `without it ${WITHOUT[name]}`
  if (facts === null && exists(ports, hook)) {
    const fix = `rm ${word} && ${SET_UP}`
    return broken(id, `${shown} is a link that leads nowhere`, { detail, fix })
  }
  if (facts !== null && facts.kind !== 'file') {
    const fix = `mv ${word} ${word}.old && ${SET_UP}`
    const kind = facts.kind === 'folder' ? 'a directory' : 'not a file'
    return broken(id, `${shown} is ${kind}`, { detail, fix })
  }
  const bytes = readIfFile(fs, hook)
  const call = bytes === null ? null : callIn(context, name, bytes)
  const program = join(hooks.path, name)
  const mode = environment.platform === 'win32' ? undefined : factsOf(fs, program)?.mode
  if (mode !== undefined && (mode & 0o111) === 0) {
    const enable = `chmod +x ${pathWord(cwd, program)}`
    return broken(id, `${pathName(cwd, program)} is not executable`, {
      detail: 'git passes over a hook that is not executable',
      fix: call === null ? `${enable} && ${SET_UP}` : enable,
    })
  }
  if (call?.isTried === false) return warning(id, `${shown} ${call.how}`, { detail: call.detail })
  if (call !== null) return ok(id, `${shown} ${call.how}`)
  const title = bytes === null ? `there is no ${shown}` : `${shown} does not call flow`
  const trouble = repairOf(context, name, bytes)
  return broken(id, title, {
    ...trouble,
    detail: [detail, trouble.detail].filter(Boolean).join('\n'),
  })
}

const WITHOUT: Readonly<Record<HookName, string>> = {
  'post-checkout': '`git checkout` restores no killed session',
  'post-merge': '`git pull` restores no killed session',
  'pre-commit': '`git commit` may take in a settings file that flow made',
}

interface Call {
  readonly how: string
  readonly isTried: boolean
  readonly detail?: string
}

/** How the hook calls flow; null: it does not. */
function callIn(context: SetupContext, name: HookName, bytes: Buffer): Call | null {
  const { ports, hooks, managers } = context
  if (carriesHookLine(bytes, name)) return { how: 'calls flow', isTried: true }
  const author = authorOf(bytes)
  const manager = managers.find((one) => one.name === author?.name)
  const isConfigured =
    manager?.configuration?.isInForce(bytes.toString('latin1'), { name, line: hookLine(name) }) &&
    ports.fs.readFile(manager.path).includes(scriptWord(name))
  if (manager !== undefined && isConfigured) {
    const config = pathName(cwdOf(context), manager.path)
    return { how: `is ${manager.name}'s, and ${config} calls flow`, isTried: true }
  }
  // pre-commit keeps the hook that it found under this name, and runs it first.
  const legacy = join(hooks.path, `${name}.legacy`)
  const found = author?.name === PRE_COMMIT.name ? readIfFile(ports.fs, legacy) : null
  const isRun = ((factsOf(ports.fs, legacy)?.mode ?? 0) & 0o111) !== 0
  if (found !== null && isRun && carriesHookLine(found, name)) {
    return { how: `is pre-commit's, and runs ${name}.legacy, which calls flow`, isTried: true }
  }
  const [line] = otherCalls(bytes)
  if (line === undefined) return null
  const detail = `line ${line} is not the line of \`flow init\`, and was not tried`
  return { how: 'calls flow in a manner of its own', isTried: false, detail }
}

/** What `init` does for the hook; where it can do nothing, what the user adds. */
function repairOf(context: SetupContext, name: HookName, bytes: Buffer | null): Trouble {
  const { ports, hooks, repository } = context
  const keeper = keeperOf(context, name)
  if (keeper !== null) return repairIn(context, name, keeper)
  const byHand = [lineFor(hooks.edited, name)]
  const edit = addHookLine(bytes, name)
  if (edit.kind === 'not-shell') {
    const detail = `it is not for sh (${edit.what}); let a shell script start it, with this near its top:`
    return { detail, byHand }
  }
  const file = readHookFile(ports, repository, join(hooks.edited, name))
  if (!(file instanceof FlowError)) return { fix: setUpOf(context) }
  const detail = `${file.what} (${file.details.leadsTo ?? file.why}); add near its top:`
  return { detail, byHand }
}

function repairIn(context: SetupContext, name: HookName, keeper: FoundManager): Trouble {
  const { path, configuration } = keeper
  const text = context.ports.fs.readFile(path).toString('utf8')
  const entries = [{ name, line: hookLine(name) }]
  const edited = configuration?.add(path, text, entries) ?? null
  const { next = [] } = managerFiles.apply(context)
  if (edited === null && !text.includes(scriptWord(name))) {
    const added = configuration?.byHand(path, entries).trimEnd() ?? ''
    const detail = `\`flow init\` does not edit ${pathName(cwdOf(context), path)}; add this, in front of what the hook does:`
    return { detail, byHand: [{ path, text: added }], fix: next.join('\n') }
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
