/** `clean FOLDER PATH` of the copy in the state home: what `clean.sh` starts for an edited file. */
import type { Ports } from '../ports/ports.ts'
import { cleanForGit } from '../session/clean.ts'
import { keepEditedPair } from '../session/filter-pairs.ts'
import { homeOfFilterFolder } from '../session/layout.ts'

/** Reads the file from standard input, prints what git is to store; exit code 0. */
export function clean(ports: Ports, filterFolder: string, path: string): number {
  const { environment } = ports
  const bytes = environment.readStdin()
  const cleaned = cleanForGit(ports, homeOfFilterFolder(filterFolder), path, bytes)
  environment.print(cleaned)
  // git asks again at each look as long as the edit is not committed.
  keepEditedPair(ports, filterFolder, bytes, cleaned)
  return 0
}
