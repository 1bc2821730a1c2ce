import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { DRIVER, isConfigLine } from './clean-filter.ts'
import { hasBlock, setBlock } from './own-block.ts'
import type { Repository } from './repository.ts'
import { type GitPorts, runGitIn } from './run-git.ts'

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
  const { stdout } = runGitIn(ports, repository, ['check-attr', '-z', 'filter', '--', path])
  const [, , value = 'unspecified'] = stdout.split('\0')
  return value === 'unspecified' || value === 'unset' ? null : value
}

/** True while flow's lines stand in a file of git's; false where there is no such file. */
export function holdsBlock(ports: Pick<ProtocolPorts, 'fs'>, path: string): boolean {
  const bytes = readOrNull(ports, path)
  return bytes !== null && hasBlock(bytes)
}

/** By their text, since asking git would take another process at each start; includes are not followed. */
function isDriverTaken(ports: Ports, repository: Repository): boolean {
  const { HOME = '', XDG_CONFIG_HOME = join(HOME, '.config') } = ports.environment.variables
  const global = [join(HOME, '.gitconfig'), join(XDG_CONFIG_HOME, 'git/config'), '/etc/gitconfig']
  return [ofGit(repository, 'config'), ...global].some((path) => {
    const bytes = readOrNull(ports, path)
    const others = setBlock(bytes, [], isConfigLine)?.toString('latin1') ?? ''
    return new RegExp(`^\\s*\\[filter\\s+"${DRIVER}"`, 'm').test(others)
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
