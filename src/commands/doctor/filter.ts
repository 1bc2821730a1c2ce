/** The clean filter that hides flow's entries from git: it stands as long as a session does. */
import { join } from 'node:path'
import { FILTER_FILES } from '../../git/clean-filter.ts'
import { hasBlock } from '../../git/own-block.ts'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { listProjects } from '../../session/projects.ts'
import { absentAs } from '../../session/state-file.ts'
import { type Finding, ok, warning } from './finding.ts'
import { flowCommand, pathName } from './mends.ts'
import { readableHome, type Scene } from './scene.ts'

const ID = 'filter'

export function filterFinding(scene: Scene): Finding | null {
  const { ports, repository, cwd } = scene
  const home = readableHome(scene)
  if (repository === null || home === null) return null
  const files = FILTER_FILES.map(([name]) => join(repository.commonGitFolder, name))
  const standing = files.filter((path) => carriesBlock(ports, path))
  if (standing.length === 0) return ok(ID, "git has no filter of flow's, since no session is open")
  if (isWanted(ports, repository, home))
    return ok(ID, "git has flow's filter, for a session that is not over")
  const names = standing.map((path) => pathName(cwd, path)).join(' and ')
  return warning(ID, "a filter of flow's is left over", {
    detail: `no session of this repository is known, and flow's lines stand in ${names}\na session that begins and ends takes them out:`,
    mend: flowCommand('exec -- true'),
  })
}

function carriesBlock({ fs }: Ports, path: string): boolean {
  const bytes = absentAs(null, () => fs.readFile(path))
  return bytes !== null && hasBlock(bytes)
}

/** All working trees of a repository share it. What a killed session left is the orphans' finding. */
function isWanted(ports: Ports, { commonGitFolder }: Repository, home: string): boolean {
  return listProjects(ports, home).some(({ ref }) => {
    return ref?.filter?.commonGitFolder === commonGitFolder
  })
}
