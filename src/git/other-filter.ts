import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { DRIVER } from './clean-filter.ts'
import { hasBlock } from './own-block.ts'
import type { Repository } from './repository.ts'
import { type GitPorts, runGitIn } from './run-git.ts'

/**
 * The filter that keeps flow's away from a file of this working tree: git runs it there already, by
 * whatever gitattributes(5), or it is a driver of the person's with the name of flow's. Null: none.
 * @param path absolute, links resolved
 */
export function otherFilter(
  ports: GitPorts & Pick<ProtocolPorts, 'fs'>,
  repository: Repository,
  path: string,
): string | null {
  const ask = (...words: string[]) => runGitIn(ports, repository, words).stdout
  const isOn = (name: string) => holdsBlock(ports, join(repository.commonGitFolder, name))
  const [, , value = 'unspecified'] = ask('check-attr', '-z', 'filter', '--', path).split('\0')
  const isFree = value === 'unspecified' || value === 'unset'
  if (!isFree && !(value === DRIVER && isOn('info/attributes'))) return value
  const isTaken = ask('config', '--get-regexp', `^filter\\.${DRIVER}\\.`) !== '' && !isOn('config')
  return isTaken ? DRIVER : null
}

/** True while flow's lines stand in a file of git's; false where there is no such file. */
export function holdsBlock({ fs }: Pick<ProtocolPorts, 'fs'>, path: string): boolean {
  try {
    return hasBlock(fs.readFile(path))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}
