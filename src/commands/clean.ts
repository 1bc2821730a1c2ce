/** `clean STATE_DIRECTORY PATH` of the runtime copy: what `clean.sh` starts for an edited file. */
import type { Ports } from '../ports/ports.ts'
import { cleanForGit } from '../session/clean.ts'

/** Reads the file from standard input, prints what git is to store; exit code 0. */
export function clean(ports: Ports, stateDirectory: string, path: string): number {
  const { environment } = ports
  environment.print(cleanForGit(ports, stateDirectory, path, environment.readStdin()))
  return 0
}
