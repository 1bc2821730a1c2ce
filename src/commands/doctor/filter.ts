/** The clean filter, which hides flow's entries from git. */
import { filterFiles } from '../../git/clean-filter.ts'
import { type Finding, ok } from './finding.ts'
import type { Scene } from './scene.ts'

const ID = 'filter'

export function filterFinding({ ports, repository }: Scene): Finding | null {
  if (repository === null) return null
  return filterFiles(ports, repository).length === 0
    ? ok(ID, "git has no filter of flow's yet: the first session installs it")
    : ok(ID, "git has flow's filter, which is idle without a session")
}
