/** What a step reads and writes: two steps of which neither writes what the other reads commute. */
import { PROJECT } from '../protocol/memory-world.ts'
import type { Seen, Step } from './walk.ts'

export interface Footprint {
  /** Paths, and names that are none, such as `process 1`. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Folders whose names it reads. */
  readonly lists: readonly string[]
}

/**
 * What a check looks at counts as one thing. Else two steps in one order would stand for the other
 * order as well, and what a check sees between them would be missed.
 */
const HOLDERS = 'who holds the gate'
const WORKSPACE = 'who is inside, and what stands there'

/** Of a process, before the step. */
interface Before {
  readonly pid: number
  readonly heldGate: boolean
  /** It is its very first one: whoever looks for the pid finds it from then on. */
  readonly isFirst: boolean
}

export function footprintOfStep(
  { kind, seen, holdsGate }: Step,
  { pid, heldGate, isFirst }: Before,
): Footprint {
  if (seen === null) return { reads: [], writes: [WORKSPACE, `process ${pid}`], lists: [] }
  if (kind === 'meet' || kind === 'part') return { reads: [], writes: [WORKSPACE], lists: [] }
  const { reads, writes, lists } = ofOperation(seen)
  const sights = [
    ...(isFirst ? [`process ${pid}`] : []),
    ...(holdsGate === heldGate ? [] : [HOLDERS]),
    ...(writes.some((path) => SEEN_WHEN_WRITTEN.test(path)) ? [WORKSPACE] : []),
  ]
  return { reads, writes: [...writes, ...sights], lists }
}

const SEEN_WHEN_WRITTEN = new RegExp(`^${PROJECT}|/backup\\.json$|/snapshots/`)

/** What it no longer holds or stands in can break no promise, so no check has to see it in both orders. */
export function footprintOfKill(pid: number): Footprint {
  return { reads: [], writes: [`process ${pid}`], lists: [] }
}

export function doConflict(a: Footprint, b: Footprint): boolean {
  return disturbs(a, b) || disturbs(b, a)
}

function disturbs({ writes }: Footprint, other: Footprint): boolean {
  return writes.some(
    (written) =>
      [...other.reads, ...other.writes].some((path) => isAtOrBelow(path, written)) ||
      other.lists.some((folder) => isAtOrBelow(folder, written) || folder === folderOf(written)),
  )
}

function ofOperation({ name, args, result }: Seen): Footprint {
  const paths = args.filter((arg) => typeof arg === 'string').map(coarsely)
  const none = { reads: [], writes: [], lists: [] }
  switch (name) {
    case 'sleep':
      return none
    case 'look':
      return { ...none, reads: [`process ${args[0]}`] }
    case 'list':
      return { ...none, lists: paths }
    case 'readFile':
    case 'facts':
    case 'linkFacts':
    case 'readLink':
    case 'realPath':
    case 'checkWritable':
    case 'syncFolder':
      return { ...none, reads: paths }
    case 'link': {
      // One that failed would not, were the name free again.
      if ('error' in result) return { ...none, reads: paths }
      const [existing = '', fresh = ''] = paths
      return { reads: [existing], writes: [fresh], lists: [] }
    }
    case 'symlink': {
      const path = paths.slice(1)
      return 'error' in result ? { ...none, reads: path } : { ...none, writes: path }
    }
    default: {
      const lists = name === 'removeFolder' ? paths : []
      // What failed has changed nothing, and told what stands there.
      if ('error' in result) return { reads: paths, writes: [], lists }
      return { reads: [], writes: paths.length === 0 ? ['/'] : paths, lists }
    }
  }
}

/**
 * A file of the project's can have several names, so all of them are taken for one. A draft in a gate
 * is passed over by everybody as long as its process lives: whether a listing comes just before it
 * or just after is taken for the same.
 */
function coarsely(path: string): string {
  if (path.startsWith(PROJECT)) return PROJECT
  return path.replace(/^.*\/gates\/[0-9a-f]{16}\/\.draft-/, 'draft ')
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`)
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
