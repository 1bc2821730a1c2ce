/** Plans what goes of git's clean filter, should the session that set it up have left no record. */
import { join } from 'node:path'
import { FILTER_FILES } from '../../git/clean-filter.ts'
import { setBlock } from '../../git/own-block.ts'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { readRepositoryFile } from '../init/repository-file.ts'
import type { BlockUndo } from './undo.ts'

/** With no session open, a block of flow's in git's own files serves nobody. @throws FlowError E_INIT_FILE */
export function planFilter(ports: Ports, { commonGitFolder }: Repository): BlockUndo[] {
  return FILTER_FILES.flatMap(([name, isOurs]) => {
    const file = readRepositoryFile(ports, commonGitFolder, join(commonGitFolder, name))
    if (file.bytes === null) return []
    const after = setBlock(file.bytes, [], isOurs)
    return after?.equals(file.bytes) ? [] : [{ kind: 'block', topic: 'hooks', file, after }]
  })
}
