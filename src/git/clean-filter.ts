/**
 * git's clean filter for the settings files: gives git a file without flow's entries. Installed once
 * in a repository, as git-lfs does it; without a session it passes every byte on; `flow uninstall`
 * removes it. gitattributes(5), gitignore(5), git-config(1).
 */
import { dirname, join } from 'node:path'
import { isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { shellWord } from '../shell-word.ts'
import { changeConfig, configOf, localValues } from './config.ts'
import { couldNotWrite, exists, ifAbsent, readOrNull } from './git-file.ts'
import {
  ATTRIBUTE,
  DRIVER,
  editLines,
  LINE_FILES,
  lineBytes,
  readLines,
  removeDrafts,
} from './info-lines.ts'
import type { GitDirectories } from './repository.ts'
import { type GitPorts, runGit, runGitIn, type WorkingTree } from './run-git.ts'
import { foldersUp, isInside, treePath } from './tree-path.ts'

const KEY = `filter.${DRIVER}.clean`

type Ports = GitPorts & Pick<ProtocolPorts, 'clock' | 'fs' | 'log'>

export type Installation =
  | { readonly kind: 'installed' }
  /** Another filter has the file, or another program owns a driver of this name: git runs only one. */
  | { readonly kind: 'conflict'; readonly filter: string }

/**
 * What git passes to `sh -c`, the same in every repository. git replaces `%f` by the quoted path. Where
 * the script or the state directory is gone, git gets the bytes as they are.
 * @param stateDirectory absolute; null: the default, found through HOME
 */
export function cleanCommand(stateDirectory: string | null): string {
  const fallback =
    stateDirectory === null
      ? ''
      : ` [ -r "$f" ] || f=${shellWord(join(stateDirectory, 'hooks/clean.sh')).replaceAll('%', '%%')};`
  return `${COMMAND_START}${fallback} case $f in /*) [ ! -r "$f" ] || { set -- %f; . "$f"; } ;; esac; exec cat`
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
const COMMAND_START = 'f=${FLOW_HOME:-${HOME-}/.sylphx-flow}/hooks/clean.sh;'

/**
 * Installs the filter for these settings files, if it is not there yet. Safe to repeat. The caller
 * holds the lock of the repository: git's own guards its configuration only.
 * @param paths absolute, links resolved; those outside the working tree are skipped
 * @param stateDirectory absolute
 * @throws FlowError E_GIT, E_CONFIG_LOCKED, E_WRITE: git shows the entries as a change
 */
export function installFilter(
  ports: Ports,
  repository: GitDirectories,
  paths: readonly string[],
  stateDirectory: string,
): Installation {
  const inTree = paths.filter((path) => isInside(repository.topLevel, path))
  const treePaths = inTree.map((path) => treePath(repository.topLevel, path))
  const conflict = conflictingFilter(ports, repository, treePaths, stateDirectory)
  if (conflict !== null) {
    ports.log('git', `the filter "${conflict}" has the settings file: flow's gives way`)
    editLines(ports, repository, (lineOf) => ({ drop: treePaths.map(lineOf) }))
    return { kind: 'conflict', filter: conflict }
  }
  if (!holdsText(ports, join(repository.commonGitFolder, 'config'), SECTION_START)) {
    const present = configured(ports, repository)
    if (present !== null && !present.startsWith(COMMAND_START)) {
      return { kind: 'conflict', filter: DRIVER }
    }
    if (present === null) configure(ports, repository, stateDirectory)
  }
  editLines(ports, repository, (lineOf) => ({ add: treePaths.map(lineOf) }))
  return { kind: 'installed' }
}

/** True when nothing is left to install for this settings file. Asks no git. */
export function isFilterInstalled(ports: Ports, repository: GitDirectories, path: string): boolean {
  const { commonGitFolder, topLevel } = repository
  return (
    holdsText(ports, join(commonGitFolder, 'config'), SECTION_START) &&
    LINE_FILES.every(([name, lineOf, , always]) => {
      const lines = readLines(ports, join(commonGitFolder, name))
      const wanted = [lineBytes(lineOf(treePath(topLevel, path))), ...always]
      return wanted.every((line) => lines.includes(line))
    })
  )
}

/**
 * Removes flow's section and lines; everything else stays. A file or directory that this leaves empty is
 * removed. The caller holds the lock of the repository, and has seen in it that no session is open.
 * @throws FlowError E_GIT, E_CONFIG_LOCKED, E_WRITE
 */
export function removeFilter(ports: Ports, repository: GitDirectories): void {
  if (ownsDriver(ports, repository)) {
    changeConfig(ports, repository, ['--remove-section', `filter.${DRIVER}`])
  }
  editLines(ports, repository, () => ({ drop: 'all' }))
  removeDrafts(ports, repository)
  try {
    ports.fs.removeFolder(join(repository.commonGitFolder, 'info'))
  } catch (error) {
    // Missing, in use by others, or a link.
    if (!isErrno(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error
  }
}

/** Files of git's that hold something of flow's, absolute. */
export function filterFiles(ports: Ports, repository: GitDirectories): string[] {
  const { commonGitFolder } = repository
  const config = join(commonGitFolder, 'config')
  const lineFiles = LINE_FILES.filter(([name, , isOurs]) => {
    return readLines(ports, join(commonGitFolder, name)).some(isOurs)
  })
  const names = lineFiles.map(([name]) => join(commonGitFolder, name))
  return ownsDriver(ports, repository) ? [config, ...names] : names
}

/** As git writes it: a look at the text saves a git process at each start. */
const SECTION_START = `[filter "${DRIVER}"]\n\tclean = "${COMMAND_START}`

/**
 * The filter that git would run for one of these files if flow's own line were not there, or null.
 * `info/attributes` outranks every other file, so git is asked through an empty git directory: index,
 * objects and working tree are the real ones.
 */
function conflictingFilter(
  ports: Ports,
  repository: GitDirectories,
  treePaths: readonly string[],
  stateDirectory: string,
): string | null {
  if (treePaths.length === 0) return null
  const ask = (tree: WorkingTree, options: readonly string[]) => {
    const args = [...options, 'check-attr', '-z', 'filter', '--', ...treePaths]
    const values = runGitIn(ports, tree, args).stdout.split('\0')
    return values.find((value, at) => at % 3 === 2 && !NO_FILTER.includes(value)) ?? null
  }
  const { commonGitFolder, gitFolder, topLevel } = repository
  const lines = readLines(ports, join(commonGitFolder, 'info/attributes'))
  const isInstalled = lines.some((line) => line.endsWith(ATTRIBUTE))
  // The user's own lines there come after flow's, and win.
  const isShared = lines.some((line) => line.includes('filter') && !line.endsWith(ATTRIBUTE))
  const shared = isShared || !isInstalled ? ask(repository, []) : null
  if (shared !== null || !isInstalled || !mayHaveAttributes(ports, repository, treePaths))
    return shared
  const gitDirectory = emptyGitDirectory(ports, stateDirectory)
  const tree = {
    gitFolder: gitDirectory,
    topLevel,
    indexFile: join(gitFolder, 'index'),
    objectDirectory: join(commonGitFolder, 'objects'),
  }
  return ask(tree, ['-c', `include.path=${join(commonGitFolder, 'config')}`])
}

/**
 * Where none of the usual files is there, git need not be asked at each start. Not looked for: attributes
 * of the system, those that core.attributesFile names, and of a directory that is not checked out.
 */
function mayHaveAttributes(
  ports: Ports,
  { topLevel }: GitDirectories,
  treePaths: readonly string[],
): boolean {
  const { HOME = '', XDG_CONFIG_HOME } = ports.environment.variables
  const ofUser = join(XDG_CONFIG_HOME || join(HOME, '.config'), 'git/attributes')
  const inTree = treePaths.flatMap((path) => {
    return foldersUp(dirname(join(topLevel, path)), topLevel).map((one) =>
      join(one, '.gitattributes'),
    )
  })
  return [ofUser, ...inTree].some((path) => mayExist(ports, path))
}

/** True for a file in a closed directory: git is asked. */
function mayExist(ports: Pick<Ports, 'fs'>, path: string): boolean {
  try {
    return exists(ports, path)
  } catch (error) {
    if (isSystemError(error)) return true
    throw error
  }
}

const NO_FILTER = ['unspecified', 'unset', DRIVER]

/** The least that git takes for a repository (gitrepository-layout(5)). */
function emptyGitDirectory({ fs }: Ports, stateDirectory: string): string {
  const directory = join(stateDirectory, EMPTY_GIT_DIRECTORY)
  const head = join(directory, 'HEAD')
  if (exists({ fs }, head)) return directory
  try {
    for (const path of [directory, join(directory, 'objects'), join(directory, 'refs')]) {
      ifAbsent(() => fs.createFolder(path, 0o700))
      // mkdir(2) subtracts the umask.
      fs.setMode(path, 0o700)
    }
    const bytes = Buffer.from('ref: refs/heads/none\n')
    ifAbsent(() => fs.createFile(head, bytes, 0o600, { sync: false }))
  } catch (error) {
    throw couldNotWrite(directory, error)
  }
  return directory
}

export const EMPTY_GIT_DIRECTORY = 'empty.git'

/** Value of the driver's command in any scope that applies here; null: none. */
function configured(ports: Ports, { topLevel }: GitDirectories): string | null {
  const { status, stdout } = runGit(ports, topLevel, ['config', '-z', '--get', KEY])
  return status === 0 ? stdout.replace(/\0$/, '') : null
}

/** True when the repository's own configuration has flow's driver. */
function ownsDriver(ports: Ports, repository: GitDirectories): boolean {
  if (!holdsText(ports, configOf(repository), DRIVER)) return false
  return localValues(ports, repository, KEY).some((value) => value.startsWith(COMMAND_START))
}

function configure(ports: Ports, repository: GitDirectories, stateDirectory: string): void {
  const { HOME = '' } = ports.environment.variables
  // Through HOME the command finds the state directory of whoever runs git.
  const isDefault = stateDirectory === join(HOME, '.sylphx-flow')
  changeConfig(ports, repository, [KEY, cleanCommand(isDefault ? null : stateDirectory)])
  ports.log('git', `${repository.commonGitFolder}/config: filter "${DRIVER}" is installed`)
}

function holdsText(ports: Pick<Ports, 'fs'>, path: string, text: string): boolean {
  return readOrNull(ports, path)?.includes(text) ?? false
}
