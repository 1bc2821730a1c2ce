import type { Ports } from '../ports/ports.ts'
import { ifThere } from '../session/aside.ts'

/** The current folder, links resolved; null: it was removed since. */
export function whereWeAre({ fs, environment }: Pick<Ports, 'fs' | 'environment'>): string | null {
  return ifThere(null, () => fs.realPath(environment.cwd))
}
