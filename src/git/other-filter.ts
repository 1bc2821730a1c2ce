import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { DRIVER, isConfigLine } from './clean-filter.ts'
import { hasBlock, setBlock } from './own-block.ts'
import type { Repository } from './repository.ts'
import { type GitPorts, runGitIn } from './run-git.ts'

type Ports = GitPorts & Pick<ProtocolPorts, 'fs'>

/**
 * The filter that keeps flow's away from a file of this working tree: git runs it there already, by
 * whatever gitattributes(5), or it is a driver of the person's with the name of flow's. Null: none.
 * @param path absolute, links resolved
 */
export function otherFilter(ports: Ports, repository: Repository, path: string): string | null {
  const question = ['check-attr', '-z', 'filter', '--', path]
  const [, , value = 'unspecified'] = runGitIn(ports, repository, question).stdout.split('\0')
  const isFree = value === 'unspecified' || value === 'unset'
  const isOurs = value === DRIVER && holdsBlock(ports, ofGit(repository, 'info/attributes'))
  if (!isFree && !isOurs) return value
  return isDriverTaken(ports, repository) ? DRIVER : null
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
