/** Editors that save in the middle of what flow does, and kills round it. */
import type { FileSystem } from '../../src/ports/file-system.ts'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import { type RecoverOutcome, recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { HOME, type MemoryWorld, PROJECT, REQUEST, SETTINGS } from './memory-world.ts'
import { Killed } from './world.ts'

const MINE = '{\n  "model": "opus",\n  "hooks": {}\n}\n'
const OWN = '{\n  "model": "haiku"\n}\n'
export const TWIN = `${PROJECT}/twin.json`

export interface Scenario {
  readonly name: string
  prepare(world: MemoryWorld): Session | null
  act(ports: ProtocolPorts, session: Session | null): void
}

const acquire = (ports: ProtocolPorts) => acquireSession(ports, HOME, REQUEST)
const release = (ports: ProtocolPorts, session: Session | null) => {
  if (session !== null) releaseSession(ports, session)
}

export const scenarios: Scenario[] = [
  {
    name: 'acquire',
    prepare(world) {
      world.saveInPlace(MINE)
      return null
    },
    act: (ports) => void acquire(ports),
  },
  {
    name: 'acquire where there is no file',
    prepare: () => null,
    act: (ports) => void acquire(ports),
  },
  {
    name: 'acquire of a file with two names',
    prepare(world) {
      world.saveInPlace(MINE)
      world.fs.link(SETTINGS, TWIN)
      return null
    },
    act: (ports) => void acquire(ports),
  },
  {
    name: 'join after a checkout took the entries out',
    prepare(world) {
      world.saveInPlace(MINE)
      acquire(world.start(100))
      world.saveInPlace(MINE)
      return null
    },
    act: (ports) => void acquire(ports),
  },
  {
    name: 'putting the entries back after a checkout took them out',
    prepare(world) {
      world.saveInPlace(MINE)
      acquire(world.start(100))
      world.saveInPlace(MINE)
      return null
    },
    act: (ports) => {
      recoverSessions(ports, HOME, { force: false, automatic: true, cwd: PROJECT })
    },
  },
  {
    name: 'release',
    prepare(world) {
      world.saveInPlace(MINE)
      return acquire(world.start(500))
    },
    act: release,
  },
  {
    name: 'release where there was no file',
    prepare: (world) => acquire(world.start(500)),
    act: release,
  },
  {
    name: 'release of an edited file',
    prepare(world) {
      world.saveInPlace(MINE)
      const session = acquire(world.start(500))
      world.saveInPlace((world.read() ?? '').replace('{', '{\n  "theme": "dark",'))
      return session
    },
    act: release,
  },
  {
    name: 'release of a file with two names',
    prepare(world) {
      world.saveInPlace(MINE)
      world.fs.link(SETTINGS, TWIN)
      return acquire(world.start(500))
    },
    act: release,
  },
  {
    name: 'recovery',
    prepare(world) {
      world.saveInPlace(MINE)
      acquire(world.start(100))
      world.killAll()
      return null
    },
    act: (ports) => void recoverAll(ports),
  },
]

export function recoverAll(ports: ProtocolPorts): RecoverOutcome[] {
  return recoverSessions(ports, HOME, { force: false, automatic: false, cwd: null })
}

/** What an editor can do in one moment; each saves `haiku`. */
export const editors: Record<string, (world: MemoryWorld) => void> = {
  'in place': (world) => world.saveInPlace(edited(world)),
  'by rename': (world) => world.saveByRename(edited(world)),
  'in place, as it was before': (world) => world.saveInPlace(OWN),
  'by rename, as it was before': (world) => world.saveByRename(OWN),
}

function edited(world: MemoryWorld): string {
  const text = world.read() ?? OWN
  if (!text.includes('"model"')) return text.replace('{', '{"model": "haiku",')
  return text.replace('"opus"', '"haiku"')
}

/** docs/PROTOCOL.md, "What it does not detect": these moments, and no others. */
export function isNotDetected(operation: string, editor: string): boolean {
  const isSwap = /^rename .*\.new .*settings\.json$/.test(operation)
  return (isSwap && editor.startsWith('by rename')) || operation.startsWith('overwriteFile ')
}

export interface Course {
  /** Before which operation the editor saves, counted from 1. */
  readonly editAt?: number
  readonly editor?: string
  readonly killAt?: number
}

export interface Told {
  /** Operations on the settings, the files beside them, and the journal. */
  readonly moments: number[]
  /** The operation before which the editor saved, the process died; empty: it never came to that. */
  readonly editedBefore: string
  readonly killedBefore: string
}

/** Lets process 500 do `action`, and disturbs it. */
export function disturb(
  world: MemoryWorld,
  action: (ports: ProtocolPorts) => void,
  { editAt, editor = '', killAt }: Course,
): Told {
  const told = { moments: [] as number[], editedBefore: '', killedBefore: '' }
  let count = 0
  const before = (words: string) => {
    if (told.killedBefore !== '') throw new Killed()
    count += 1
    if (/settings\.json|journal-/.test(words)) told.moments.push(count)
    if (count === editAt) {
      told.editedBefore = words
      editors[editor]?.(world)
    }
    if (count !== killAt) return
    told.killedBefore = words
    throw new Killed()
  }
  const wrap = (fs: FileSystem) => {
    const operations = Object.entries(fs).map(([name, operation]) => [
      name,
      (...args: unknown[]) => {
        before([name, ...args.filter((arg) => typeof arg === 'string')].join(' '))
        return (operation as (...args: unknown[]) => unknown)(...args)
      },
    ])
    return Object.fromEntries(operations) as FileSystem
  }
  try {
    action(world.start(500, wrap))
  } catch (error) {
    if (!(error instanceof Killed)) throw error
  }
  return told
}
