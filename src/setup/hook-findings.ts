/** Where git looks for its hooks, and whether those call flow. */
import { isAbsolute, join } from 'node:path'
import {
  carriesHookLine,
  HOOK_NAMES,
  type HookName,
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
import { isInside } from '../git/tree-path.ts'
import { factsOf, readIfFile } from '../lib/files.ts'
import { shellWord } from '../shell-word.ts'
import type { SetupContext } from './context.ts'
import { broken, type Finding, ok, pathName, pathWord, SET_UP, warning } from './finding.ts'
import { authorOf } from './hook-managers.ts'
import { OWN_NAME } from './package-json.ts'
import { installCommand } from './package-manager.ts'
import { findUp } from './project.ts'
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
  if (hooks.kind === 'default' && liveHooks(ports, hooks.path).length === 0) {
    const detail = 'core.hooksPath is not set, and there are no hooks where git looks without it'
    const none = broken(ID, 'git runs no hooks here', { detail, mend: setUpOf(context) })
    return [rewritten ?? none]
  }
  const place = placeFinding(context)
  // Without the files of husky's, every hook is missing for that one reason.
  return [rewritten ?? place, ...HOOK_NAMES.map((name) => hookFinding(context, name))]
}

function placeFinding(context: SetupContext): Finding {
  const { ports, repository, hooks } = context
  const cwd = cwdOf(context)
  const place = pathName(cwd, hooks.edited)
  switch (hooks.kind) {
    case 'husky': {
      if (isHuskyComplete(ports, hooks)) return ok(ID, `git runs the hooks in ${place} (husky)`)
      const isLinked = repository.gitFolder !== repository.commonGitFolder
      const detail = isLinked
        ? 'this is a linked worktree: core.hooksPath is the same for all, and git ignores the directory'
        : 'git ignores that directory; an install makes it'
      const runners = pathName(cwd, hooks.path)
      const title = `core.hooksPath names ${runners}, and not all of husky is there`
      return broken(ID, title, { detail, mend: setUpOf(context) })
    }
    case 'husky-8':
      return ok(ID, `git runs the hooks in ${place} (husky 8 or earlier)`)
    case 'default':
    case 'other':
      return ok(ID, `git runs the hooks in ${place}`)
    default:
      return hooks.kind satisfies never
  }
}

/**
 * Claude Code rewrites core.hooksPath when it makes a worktree: to an absolute path in the main working tree,
 * in `config.worktree` or, in earlier versions, in the configuration that all working trees share.
 */
function rewrittenFinding({ ports, repository, hooks }: SetupContext): Finding | null {
  const setting = hooksPathSetting(ports, repository)
  const { commonGitFolder, topLevel } = repository
  if (setting?.file == null || !isInside(commonGitFolder, setting.file)) return null
  const isOfTree = workingTrees(ports.fs, repository)
    .filter((tree) => tree !== topLevel)
    .some((tree) => isInside(tree, hooks.path))
  const husky = findUp(ports.fs, cwdOf({ ports }), topLevel, '.husky')
  const isDefault = hooks.kind === 'default' && husky !== null
  if (!isAbsolute(setting.value) || !(isOfTree || isDefault)) return null
  const where = isOfTree ? `of another working tree, ${hooks.path}` : `in ${hooks.path}`
  return warning(ID, `core.hooksPath was rewritten: git runs the hooks ${where}`, {
    detail: `Claude Code sets it so in ${setting.file} when it makes a worktree.\nTo have the hooks of this working tree run:`,
    mend: `git config --file ${shellWord(setting.file)} --unset-all core.hooksPath && ${SET_UP}`,
  })
}

function sharedFinding(context: SetupContext): Finding {
  const { hooks } = context
  return warning(ID, `git runs the hooks in ${hooks.path}, which do not call flow`, {
    detail:
      "they are not this repository's, so flow leaves them as they are. A killed session is restored by the next\n" +
      'start, or by the prompt with `flow shell`. This prints the lines to add for git to do it, too:',
    mend: 'flow init',
  })
}

function hookFinding(context: SetupContext, name: HookName): Finding {
  const { ports, hooks, managers } = context
  const { fs } = ports
  const cwd = cwdOf(context)
  const id = `hook-${name}`
  const [hook, program] = [join(hooks.edited, name), join(hooks.path, name)]
  const shown = pathName(cwd, hook)
  const bytes = readIfFile(fs, hook)
  const author = bytes === null ? undefined : authorOf(bytes)?.name
  const config = managers.find((manager) => manager.name === author)?.path
  const isConfigured = config !== undefined && fs.readFile(config).includes(scriptWord(name))
  const isCarried = bytes !== null && carriesHookLine(bytes, name)
  const [otherCall] = bytes === null ? [] : otherCalls(bytes)
  if (!isCarried && !isConfigured && otherCall === undefined) {
    const title = bytes === null ? `there is no ${shown}` : `${shown} does not call flow`
    const detail = `without it ${WITHOUT[name]}`
    return broken(id, title, { detail, mend: setUpOf(context) })
  }
  const facts = factsOf(fs, program)
  if (ports.environment.platform !== 'win32' && facts !== null && (facts.mode & 0o111) === 0) {
    const detail = 'git passes over a hook that is not executable'
    const title = `${pathName(cwd, program)} is not executable`
    return broken(id, title, { detail, mend: `chmod +x ${pathWord(cwd, program)}` })
  }
  if (isConfigured && config !== undefined) {
    return ok(id, `${shown} is ${author}'s, and ${pathName(cwd, config)} calls flow`)
  }
  if (isCarried) return ok(id, `${shown} calls flow`)
  const detail = `line ${otherCall} is not the line of \`flow init\`, and was not tried`
  return warning(id, `${shown} calls flow in a manner of its own`, { detail })
}

const WITHOUT: Readonly<Record<HookName, string>> = {
  'post-checkout': '`git checkout` restores no killed session',
  'post-merge': '`git pull` restores no killed session',
  'pre-commit': '`git commit` may take in a settings file that flow made',
}

/** Where the project installs flow and has not yet, the install comes first, and does the rest. */
function setUpOf({ ports, packageDirectory, project }: SetupContext): string {
  const { fs } = ports
  if (project.package === null) return SET_UP
  const isOwn = fs.realPath(packageDirectory) === project.topLevel
  const module = `node_modules/${OWN_NAME}`
  const installed = findUp(fs, project.directory, project.topLevel, module)
  return isOwn || installed !== null ? SET_UP : `${installCommand(project.manager)} && ${SET_UP}`
}

function cwdOf({ ports }: Pick<SetupContext, 'ports'>): string {
  return ports.fs.realPath(ports.environment.cwd)
}
