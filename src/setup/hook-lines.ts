/** flow's line in one hook file after the other. */
import { basename, join } from 'node:path'
import { explain, FlowError, isSystemError } from '../errors.ts'
import {
  addHookLine,
  carriesHookLine,
  HOOK_NAMES,
  type HookName,
  hookLine,
} from '../git/hook-line.ts'
import { findHooksDirectory, readHook } from '../git/hooks-directory.ts'
import type { Repository } from '../git/repository.ts'
import { isInside } from '../git/tree-path.ts'
import type { Ports } from '../ports/ports.ts'
import { shellWord } from '../shell-word.ts'
import type { HookPlace } from './context.ts'
import { hookAuthor } from './hook-authors.ts'
import { completeHusky } from './husky.ts'
import { checkChangeable, type RepositoryFile, readRepositoryFile } from './repository-file.ts'
import { type FileEdit, joinPlans, makeEdits, type Part, type Plan } from './step.ts'

type Place = Pick<HookPlace, 'ports' | 'repository'>

/** What the user adds instead. */
export function byHand(path: string, name: HookName): string {
  return `  in ${shellWord(path)}:\n    ${hookLine(name)}`
}

/** @param isProgram git runs the files itself, so they must be executable; husky 9 runs them with `sh` */
export function hookLines(
  place: Place,
  directory: string,
  names: readonly HookName[],
  isProgram: boolean,
): Plan {
  return joinPlans(names.map((name) => lineIn(place, directory, name, isProgram)))
}

function lineIn(
  { ports, repository }: Place,
  directory: string,
  name: HookName,
  isProgram: boolean,
): Part {
  const path = join(directory, name)
  const leftAlone = ({ what, why, details }: FlowError) => {
    const note = `${what} (${details.leadsTo ?? why}), and is left as it is; add this near its top:`
    return { notes: [`${note}\n${byHand(path, name)}`] }
  }
  const file = readHookFile(ports, repository, path)
  if (file instanceof FlowError) return leftAlone(file)
  const edit = addHookLine(file.bytes, name)
  if (edit.kind === 'not-shell') {
    const note = `${file.name} is not for sh (${edit.what}), and is left as it is; let a shell script start it, with this near its top:`
    return { notes: [`${note}\n${byHand(path, name)}`] }
  }
  const needsMode = isProgram && ports.environment.platform !== 'win32'
  if (needsMode && file.facts !== null && (file.facts.mode & 0o111) === 0) {
    // To make it executable would switch on what the user has switched off.
    const command = `chmod +x ${shellWord(file.name)} && flow init`
    const note = `git does not run ${file.name}, which is not executable: ${command}`
    return { notes: [note] }
  }
  if (edit.kind === 'present') return {}
  const unchangeable = orRefusal(() => checkChangeable(ports.fs, file))
  if (unchangeable instanceof FlowError) return leftAlone(unchangeable)
  const asks = "add flow's line to %"
  const why = WHY[name]
  const topic = 'hooks'
  const fresh: FileEdit = { kind: 'file', topic, file, after: edit.bytes, mode: 0o755, asks, why }
  return { edits: [fresh] }
}

const WHY: Readonly<Record<HookName, string>> = {
  'post-checkout': 'restores after a killed session',
  'post-merge': 'restores after a killed session',
  'pre-commit': "keeps flow's own out of a commit",
}

/** The error where it is no file, cannot be read, or is behind a link out of the repository. */
export function readHookFile(
  ports: Ports,
  { topLevel, commonGitFolder }: Repository,
  path: string,
): RepositoryFile | FlowError {
  return orRefusal(() => readRepositoryFile(ports, [topLevel, commonGitFolder], path))
}

/** What cannot be read or changed costs this line, and not the whole set-up. */
function orRefusal<T>(work: () => T): T | FlowError {
  try {
    return work()
  } catch (error) {
    if (error instanceof FlowError && error.code === 'E_INIT_FILE') return error
    throw error
  }
}

/**
 * At the start of a session in a repository that is set up: adds the line to the files that git runs in this
 * working tree, whoever wrote them, where git commits none of them. So a checkout restores also on a branch
 * that is older than flow, after a manager wrote its hooks again, and in a clone where nothing was installed
 * yet. What cannot take the line is left alone; a failure is only logged, since the next start restores too.
 * @param packageDirectory flow's own package
 */
export function renewHookLines(
  ports: Ports,
  repository: Repository,
  packageDirectory: string,
): void {
  const hooks = findHooksDirectory(repository)
  try {
    const why = completeHusky({ ports, packageDirectory, repository, hooks })
    if (why !== null) ports.log('run', `no git hooks in ${hooks.path}: ${why}`)
    else makeEdits(ports, localHookLines({ ports, repository }))
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof FlowError)) throw error
    ports.log('run', `the hooks of git may not call flow: ${explain(error)}`)
  }
}

/** Plans the lines that are missing where git runs hooks and commits none of them. */
export function localHookLines({ ports, repository }: Place): readonly FileEdit[] {
  const { kind, path, edited } = findHooksDirectory(repository)
  if (kind !== 'default' && kind !== 'husky') return []
  const names = HOOK_NAMES.filter((name) => {
    // That one runs while a session is open, and twice is once too often.
    return name !== 'pre-commit' || !callsFlow(ports, path, edited)
  })
  const { edits } = hookLines({ ports, repository }, path, names, true)
  return edits
    .filter((edit) => edit.kind === 'file')
    .filter(({ file }) => isUncommitted(repository, path, file.path))
}

/** True where the pre-commit hook calls flow by what the team has committed. */
function callsFlow({ fs }: Ports, path: string, edited: string): boolean {
  const program = readHook(fs, join(path, 'pre-commit'))
  const hook = readHook(fs, join(edited, 'pre-commit'))
  const isManaged = program !== null && hookAuthor(program)?.hasConfiguration === true
  return isManaged || (hook !== null && carriesHookLine(hook, 'pre-commit'))
}

/** True for a path in git's own directory, and for one in husky's `_`; not for where a link there leads. */
function isUncommitted({ commonGitFolder }: Repository, directory: string, path: string): boolean {
  return (
    isInside(commonGitFolder, path) || (basename(directory) === '_' && isInside(directory, path))
  )
}
