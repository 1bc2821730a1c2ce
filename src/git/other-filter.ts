import { dirname, join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { DRIVER, isAttributeLine, isConfigLine } from './clean-filter.ts'
import { hasBlock, setBlock } from './own-block.ts'
import type { Repository } from './repository.ts'
import { type GitPorts, runGitIn } from './run-git.ts'
import { isInside, treePath } from './tree-path.ts'

const MOST_LOOKS = 5

type Ports = GitPorts & Pick<ProtocolPorts, 'fs'>

/**
 * The filter that keeps flow's away from a file of this working tree: git runs it there already, by
 * whatever gitattributes(5), or it is a driver of the person's with the name of flow's. Null: none.
 * @param path absolute, links resolved
 */
export function otherFilter(ports: Ports, repository: Repository, path: string): string | null {
  const isOn = () => holdsBlock(ports, ofGit(repository, 'info/attributes'))
  // Other sessions come and go: between git's look and ours flow's line may have gone.
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const value = filterOf(ports, repository, path)
    if (value !== null && value !== DRIVER) return value
    if (value === null || isOn()) return isDriverTaken(ports, repository) ? DRIVER : null
  }
  return DRIVER
}

function filterOf(ports: Ports, repository: Repository, path: string): string | null {
  if (hasNoFilters(ports, repository, path)) return null
  const { stdout } = runGitIn(ports, repository, ['check-attr', '-z', 'filter', '--', path])
  const [, , value = 'unspecified'] = stdout.split('\0')
  return value === 'unspecified' || value === 'unset' ? null : value
}

/** True while flow's lines stand in a file of git's; false where there is no such file. */
export function holdsBlock(ports: Pick<ProtocolPorts, 'fs'>, path: string): boolean {
  const bytes = readOrNull(ports, path)
  return bytes !== null && hasBlock(bytes)
}

/**
 * True where no file of attributes that git reads for this path gives a filter to anything: by their
 * text, since asking git would take another process at each start. False: git has to be asked.
 */
function hasNoFilters(ports: Ports, repository: Repository, path: string): boolean {
  const { variables } = ports.environment
  if (
    Object.keys(variables).some((name) =>
      /^GIT_(ATTR_SOURCE|CONFIG_(COUNT|PARAMETERS))$/.test(name),
    )
  )
    return false
  // core.attributesFile, attr.tree, sparse trees, and files that are read as well.
  const isPlain = configTexts(ports, repository).every((text) => !/attr|sparse|include/i.test(text))
  if (!isPlain || !isInside(repository.topLevel, path)) return false
  const { HOME = '', XDG_CONFIG_HOME = join(HOME, '.config') } = variables
  const inTree = foldersAbove(repository.topLevel, path).map((folder) => join(folder, ATTRIBUTES))
  const texts = inTree.map((file) => readOrNull(ports, file))
  const missing = inTree.filter((_, place) => texts[place] === null)
  if (!areUntracked(ports, repository, missing)) return false
  const info = setBlock(
    readOrNull(ports, ofGit(repository, 'info/attributes')),
    [],
    isAttributeLine,
  )
  const others = [join(XDG_CONFIG_HOME, 'git/attributes'), '/etc/gitattributes']
  return [...texts, info, ...others.map((other) => readOrNull(ports, other))].every(
    (bytes) => bytes === null || !bytes.includes('filter'),
  )
}

const ATTRIBUTES = '.gitattributes'

/** git reads a file of attributes that is missing in the working tree from its index. */
function areUntracked(ports: Ports, repository: Repository, files: readonly string[]): boolean {
  const index = readOrNull(ports, join(repository.gitFolder, 'index'))
  if (index === null) return true
  // gitformat-index(5): from version 4 on a name may be a piece of one.
  if (index.length < 8 || index.readUInt32BE(4) > 3) return false
  return files.every((file) => {
    const name = Buffer.from(treePath(repository.topLevel, file))
    const length = [name.length >> 8, name.length & 0xff]
    return !index.includes(Buffer.from([...length, ...name, 0]))
  })
}

/** From the top down to that of `path`. */
function foldersAbove(topLevel: string, path: string): string[] {
  const folders = [dirname(path)]
  while (folders[0] !== undefined && folders[0] !== topLevel) folders.unshift(dirname(folders[0]))
  return folders
}

/** By their text too; includes are not followed. */
function isDriverTaken(ports: Ports, repository: Repository): boolean {
  const section = new RegExp(`^\\s*\\[filter\\s+"${DRIVER}"`, 'm')
  return configTexts(ports, repository).some((text) => section.test(text))
}

/** The configuration files that git reads in this repository, without flow's lines. */
function configTexts(ports: Ports, repository: Repository): string[] {
  const { variables } = ports.environment
  const { HOME = '', XDG_CONFIG_HOME = join(HOME, '.config') } = variables
  const global = [join(HOME, '.gitconfig'), join(XDG_CONFIG_HOME, 'git/config')]
  const paths = [
    ofGit(repository, 'config'),
    join(repository.gitFolder, 'config.worktree'),
    ...(variables.GIT_CONFIG_GLOBAL === undefined ? global : [variables.GIT_CONFIG_GLOBAL]),
    variables.GIT_CONFIG_SYSTEM ?? '/etc/gitconfig',
  ]
  return paths.map((path) => {
    const others = setBlock(readOrNull(ports, path), [], isConfigLine)
    return others?.toString('latin1') ?? ''
  })
}

function ofGit({ commonGitFolder }: Repository, name: string): string {
  return join(commonGitFolder, name)
}

function readOrNull({ fs }: Pick<ProtocolPorts, 'fs'>, path: string): Buffer | null {
  try {
    return fs.readFile(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return null
    throw error
  }
}
