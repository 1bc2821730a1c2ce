/** Plans the removal of the clean filter. */
import { filterFiles } from '../../git/clean-filter.ts'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import type { FilterUndo } from './undo.ts'

export function planFilter(ports: Ports, repository: Repository): FilterUndo[] {
  const files = filterFiles(ports, repository)
  return files.length === 0 ? [] : [{ kind: 'filter', topic: 'hooks', files }]
}
