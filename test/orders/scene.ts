/** Who takes part in an exploration, how far it goes, and what has to hold. */
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { Tree } from '../protocol/memory-files.ts'
import type { Errand } from './walk.ts'

export interface Actor {
  readonly pid: number
  /** One after the other; only what one returns is remembered in the next. */
  readonly errands: readonly Errand[]
  /** Between its first errand and its second it is inside of what it guards. */
  readonly staysIn?: boolean
  /** It starts when the actor of this number is over: with the same pid, say. */
  readonly after?: number
  /** It does the same as the actor of this number, which starts first: the other way is the same. */
  readonly twinOf?: number
  /** It is started by the actor of this number, while that one is inside; never, if that one dies before. */
  readonly startedBy?: number
  /** Its second errand begins when the actor of this number is over. */
  readonly waitsFor?: number
}

/** How far an exploration goes. */
export interface Bound {
  /** Switches away from a process that could go on. It gives way freely where it meets, sleeps or ends. */
  readonly preemptions: number
  readonly kills: number
}

export interface Scene extends Bound {
  readonly actors: readonly Actor[]
  /** What stands before anybody starts. */
  readonly tree?: Tree
  /** Who may not be killed now; everybody may, unless it says otherwise. */
  readonly spares?: (actor: number, processes: readonly Process[]) => boolean
  /** How it begins: each runs until it is about to do an operation of this name, or ends its errand. */
  readonly opening?: readonly { readonly actor: number; readonly before?: string }[]
  /** A listing misses what comes or goes while it is read, as readdir(3) allows. */
  readonly tornListings?: boolean
  /** Orders that are taken for the same as another one are gone on with too, and nothing is forgotten. */
  readonly everyOrder?: boolean
  /** What is wrong after a step. */
  readonly check?: (fs: FileSystem, processes: readonly Process[]) => string | undefined
  /** What is wrong when everybody has ended or is dead. */
  readonly atEnd?: (fs: FileSystem) => string | undefined
}

/** What a check sees of an actor. */
export interface Process {
  /** How many errands it has done. */
  errand: number
  status: 'ready' | 'running' | 'ended' | 'dead'
  isInside: boolean
  holdsGate: boolean
}
