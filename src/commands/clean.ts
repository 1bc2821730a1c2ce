/** `clean HOME PATH` of the copy in the state home: what `clean.sh` starts for an edited file. */
import type { Ports } from '../ports/ports.ts'
import { cleanForGit } from '../session/clean.ts'

/** Reads the file from standard input, prints what git is to store; exit code 0. */
export function clean(ports: Ports, home: string, path: string): number {
  const { environment } = ports
  environment.print(cleanForGit(ports, home, path, environment.readStdin()))
  return 0
}
