import { dirname, join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { DRIVER, isAttributeLine, isConfigLine } from './clean-filter.ts'
import { hasBlock, setBlock } from './own-block.ts'
import type { Repository } from './repository.ts'
import { type GitPorts, runGitIn } from './run-git.ts'
import { isInside, treePath } from './tree-path.ts'

const MOST_LOOKS = 5

type Ports = GitPorts & Pick<ProtocolPorts, 'fs' | 'log'>
type Variables = Ports['environment']['variables']

/**
 * The filter that keeps flow's away from a file of this working tree: git runs it there already, by
 * whatever gitattributes(5), or it is a driver of the person's with the name of flow's. Null: none.
 * @param path absolute, links resolved
 */
export function otherFilter(ports: Ports, repository: Repository, path: string): string | null {
  const isOn = () => holdsBlock(ports, ofGit(repository, 'info/attributes'))
  // Other sessions come and go: between git's look and ours flow's line may have gone.
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const configs = configTexts(ports, repository)
    const value = filterOf(ports, repository, path, configs)
    if (value !== null && value !== DRIVER) return value
    if (value === null || isOn()) return ownDriver(ports, configs)
  }
  return DRIVER
}

/** Null: nobody but flow has given that name. */
function ownDriver(ports: Ports, configs: readonly string[]): string | null {
  if (!isDriverTaken(configs)) return null
  ports.log('git', `a filter "${DRIVER}" of the person's is configured`)
  return DRIVER
}

function filterOf(
  ports: Ports,
  repository: Repository,
  path: string,
  configs: readonly string[],
): string | null {
  if (hasNoFilters(ports, repository, path, configs)) return null
  const { stdout } = runGitIn(ports, repository, ['check-attr', '-z', 'filter', '--', path])
  const [, , value = 'unspecified'] = stdout.split('\0')
  ports.log(
    'git',
    `${path}: git was asked for its filter, since more than its text decides: ${value}`,
  )
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
function hasNoFilters(
  ports: Ports,
  repository: Repository,
  path: string,
  configs: readonly string[],
): boolean {
  const { variables } = ports.environment
  if (
    Object.keys(variables).some((name) =>
      /^GIT_(ATTR_SOURCE|CONFIG_(COUNT|PARAMETERS))$/.test(name),
    )
  )
    return false
  // core.attributesFile, attr.tree, sparse trees, and files that are read as well.
  const isPlain = configs.every((text) => !/attr|sparse|include/i.test(text))
  if (!isPlain || !isInside(repository.topLevel, path)) return false
  const inTree = foldersAbove(repository.topLevel, path).map((folder) => join(folder, ATTRIBUTES))
  // git follows such a link or not, by its version; and it may lead to what never ends.
  if (inTree.some((file) => isOtherThanFile(ports, file))) return false
  const texts = inTree.map((file) => readOrNull(ports, file))
  const missing = inTree.filter((_, place) => texts[place] === null)
  if (!areUntracked(ports, repository, missing)) return false
  const info = setBlock(
    readOrNull(ports, ofGit(repository, 'info/attributes')),
    [],
    isAttributeLine,
  )
  const others = [ofPerson(variables, 'attributes'), ...ofSystem('gitattributes')]
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
  // Of a split index most names stand in another file, which this extension names.
  if (index.includes('link\0')) return false
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
function isDriverTaken(configs: readonly string[]): boolean {
  const section = new RegExp(`^\\s*\\[filter\\s+"${DRIVER}"`, 'm')
  return configs.some((text) => section.test(text))
}

/** The configuration files that git reads in this repository, without flow's lines. */
function configTexts(ports: Ports, repository: Repository): string[] {
  const { variables } = ports.environment
  const { HOME = '', GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM } = variables
  const global = [join(HOME, '.gitconfig'), ofPerson(variables, 'config')]
  const paths = [
    ofGit(repository, 'config'),
    join(repository.gitFolder, 'config.worktree'),
    ...(GIT_CONFIG_GLOBAL === undefined ? global : [GIT_CONFIG_GLOBAL]),
    ...(GIT_CONFIG_SYSTEM === undefined ? ofSystem('gitconfig') : [GIT_CONFIG_SYSTEM]),
  ]
  return paths.map((path) => {
    const others = setBlock(readOrNull(ports, path), [], isConfigLine)
    return others?.toString('latin1') ?? ''
  })
}

/** As for git, an empty XDG_CONFIG_HOME is none. */
function ofPerson({ HOME = '', XDG_CONFIG_HOME }: Variables, name: string): string {
  return join(XDG_CONFIG_HOME || join(HOME, '.config'), 'git', name)
}

/** Each git has the folder of its own prefix: the system's, one that was built here, Homebrew's, MacPorts'. */
function ofSystem(name: string): string[] {
  return ['/etc', '/usr/local/etc', '/opt/homebrew/etc', '/opt/local/etc'].map((folder) =>
    join(folder, name),
  )
}

function isOtherThanFile({ fs }: Ports, path: string): boolean {
  try {
    return fs.linkFacts(path).kind !== 'file'
  } catch (error) {
    // A folder above it that is none, or closed to us: then there is no such file for git either.
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error
    return false
  }
}

function ofGit({ commonGitFolder }: Repository, name: string): string {
  return join(commonGitFolder, name)
}

function readOrNull({ fs }: Pick<ProtocolPorts, 'fs'>, path: string): Buffer | null {
  try {
    return fs.readFile(path)
  } catch (error) {
    // Where git cannot read it either, it tells the person itself.
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP')) return null
    throw error
  }
}
