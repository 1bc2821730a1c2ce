/** Where git looks for its hooks, and whether those call flow. */
import { join } from 'node:path'
import { isErrno } from '../../errors.ts'
import {
  carriesHookLine,
  HOOK_NAMES,
  type HookName,
  otherCalls,
  scriptWord,
} from '../../git/hook-line.ts'
import { findHooksOwner, type HooksOwner } from '../../git/hooks-owner.ts'
import type { Repository } from '../../git/repository.ts'
import { findHookManagers, makerOf } from '../init/hook-managers.ts'
import { OWN_NAME } from '../init/package-json.ts'
import { findUp } from '../init/project.ts'
import { broken, type Finding, ok, warning } from './finding.ts'
import { installOf, pathName, pathWord, SET_UP } from './mends.ts'
import type { Scene } from './scene.ts'

const ID = 'hooks-path'

export function hooksPathFinding(scene: Scene): Finding | null {
  const { ports, repository, cwd } = scene
  if (repository === null) return null
  const owner = findHooksOwner(ports, repository)
  switch (owner.kind) {
    case 'nobody': {
      const detail = 'core.hooksPath is not set, and there are no hooks where git looks without it'
      return broken(ID, 'git runs no hooks here', { detail, mend: setUpOf(scene) })
    }
    case 'husky': {
      const runners = pathName(cwd, join(owner.huskyFolder, '_'))
      if (owner.isComplete)
        return ok(ID, `git runs the hooks in ${pathName(cwd, owner.huskyFolder)} (husky)`)
      const detail = isLinked(repository)
        ? 'this is a linked worktree: core.hooksPath is the same for all, and git ignores the folder'
        : 'git ignores that folder; an install makes it'
      const title = `core.hooksPath names ${runners}, and not all of husky is there`
      return broken(ID, title, { detail, mend: setUpOf(scene) })
    }
    case 'old-husky':
      return ok(
        ID,
        `git runs the hooks in ${pathName(cwd, owner.huskyFolder)} (husky 8 or earlier)`,
      )
    case 'other':
      return ok(ID, `git runs the hooks in ${pathName(cwd, owner.hookFolder)}`)
    default:
      return owner satisfies never
  }
}

/** One for each hook; none where git runs no hooks at all. */
export function hookFindings(scene: Scene): Finding[] {
  const { ports, repository } = scene
  if (repository === null) return []
  const owner = findHooksOwner(ports, repository)
  return HOOK_NAMES.flatMap((name) => {
    const places = placesOf(owner, name)
    return places === null ? [] : [hookFinding(scene, repository, name, places)]
  })
}

interface Places {
  /** The hook that people edit. */
  readonly hook: string
  /** What git runs: the same file, or husky's runner of it. */
  readonly program: string
}

function placesOf(owner: HooksOwner, name: string): Places | null {
  switch (owner.kind) {
    case 'nobody':
      return null
    case 'husky':
      return {
        hook: join(owner.huskyFolder, name),
        program: join(owner.huskyFolder, '_', name),
      }
    case 'old-husky':
      return same(join(owner.huskyFolder, name))
    case 'other':
      return same(join(owner.hookFolder, name))
    default:
      return owner satisfies never
  }
}

function same(path: string): Places {
  return { hook: path, program: path }
}

function hookFinding(
  scene: Scene,
  { topLevel }: Repository,
  name: HookName,
  { hook, program }: Places,
): Finding {
  const { ports, cwd } = scene
  const id = `hook-${name}`
  const shown = pathName(cwd, hook)
  const bytes = ifThere(() => ports.fs.readFile(hook))
  const config = bytes === null ? null : lefthookOf(scene, topLevel, bytes)
  if (config !== null && ports.fs.readFile(config).includes(scriptWord(name))) {
    return ok(id, `${shown} is lefthook's, and ${pathName(cwd, config)} calls flow`)
  }
  const isCarried = bytes !== null && carriesHookLine(bytes, name)
  const [otherCall] = bytes === null ? [] : otherCalls(bytes)
  if (!isCarried && otherCall === undefined) {
    const title = bytes === null ? `there is no ${shown}` : `${shown} does not call flow`
    const detail = `without it \`git ${COMMANDS[name] ?? name}\` mends nothing`
    return broken(id, title, { detail, mend: setUpOf(scene) })
  }
  const facts = ifThere(() => ports.fs.facts(program))
  if (ports.environment.platform !== 'win32' && facts !== null && (facts.mode & 0o111) === 0) {
    const detail = 'git passes over a hook that is not executable'
    const title = `${pathName(cwd, program)} is not executable`
    return broken(id, title, { detail, mend: `chmod +x ${pathWord(cwd, program)}` })
  }
  if (isCarried) return ok(id, `${shown} calls flow`)
  const detail = `line ${otherCall} is not the line of \`flow init\`, and was not tried`
  return warning(id, `${shown} calls flow in a manner of its own`, { detail })
}

/** The configuration that a hook of lefthook's runs by; null where the hook is another's. */
function lefthookOf({ ports }: Scene, topLevel: string, hook: Buffer): string | null {
  if (makerOf(hook) !== 'lefthook') return null
  const managers = findHookManagers(ports.fs, topLevel, topLevel)
  return managers.find(({ name }) => name === 'lefthook')?.path ?? null
}

const COMMANDS: Readonly<Record<string, string>> = {
  'post-checkout': 'checkout',
  'post-merge': 'pull',
  'pre-commit': 'commit',
}

/** Where flow itself is not installed, the install comes first, and does the rest. */
function setUpOf(scene: Scene): string {
  const { ports, repository, cwd, packageFolder } = scene
  if (repository === null) return SET_UP
  const { topLevel } = repository
  const isOwn = ports.fs.realPath(packageFolder) === topLevel
  const installed = findUp(ports.fs, cwd, topLevel, `node_modules/${OWN_NAME}`)
  return isOwn || installed !== null ? SET_UP : `${installOf(scene)} && ${SET_UP}`
}

function isLinked({ gitFolder, commonGitFolder }: Repository): boolean {
  return gitFolder !== commonGitFolder
}

function ifThere<T>(look: () => T): T | null {
  try {
    return look()
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP')) return null
    throw error
  }
}
