import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { DRIVER } from './clean-filter.ts'
import { hasBlock } from './own-block.ts'
import type { Repository } from './repository.ts'
import { type GitPorts, NO_PROGRAMS, runGit } from './run-git.ts'

/**
 * The filter that git runs on a file of this working tree already, by whatever gitattributes(5);
 * null: none, or flow's own. `path`: absolute, links resolved.
 */
export function otherFilter(
  ports: GitPorts & Pick<ProtocolPorts, 'fs'>,
  { topLevel, commonGitFolder }: Repository,
  path: string,
): string | null {
  const { stdout } = runGit(ports, topLevel, [
    ...NO_PROGRAMS,
    'check-attr',
    '-z',
    'filter',
    '--',
    path,
  ])
  const [, , value = 'unspecified'] = stdout.split('\0')
  if (value === 'unspecified' || value === 'unset') return null
  const isOwn = value === DRIVER && isOn(ports, join(commonGitFolder, 'info/attributes'))
  return isOwn ? null : value
}

function isOn({ fs }: Pick<ProtocolPorts, 'fs'>, attributesPath: string): boolean {
  try {
    return hasBlock(fs.readFile(attributesPath))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}
