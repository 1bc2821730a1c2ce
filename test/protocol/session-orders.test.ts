/** Sessions and recovery, one file operation at a time, in many orders, with a kill at any step. */
import { afterAll, expect, test } from 'vitest'
import type { FileSystem } from '../../src/ports/file-system.ts'
import { acquireSession, releaseSession } from '../../src/session/session.ts'
import { recoverAll } from './editing.ts'
import { explore } from './interleave.ts'
import { memoryFiles } from './memory-files.ts'
import { createMemoryWorld, HOME, REQUEST, SETTINGS } from './memory-world.ts'
import type { Errand } from './turn.ts'
import { TRACE } from './world.ts'

const MINE = '{\n  "model": "opus"\n}\n'

const session: Errand = (ports, meet) => {
  const opened = acquireSession(ports, HOME, REQUEST)
  meet()
  releaseSession(ports, opened)
}
const recovery: Errand = (ports) => {
  for (const outcome of recoverAll(ports)) if (outcome.kind === 'failed') throw outcome.error
}

const tried = { schedules: 0, steps: 0, kills: 0 }
afterAll(() => console.log(`sessions, interleavings: ${JSON.stringify(tried)}`))

test.each([
  { name: 'two sessions', errands: [session, session], preemptions: 0, kills: 0 },
  { name: 'a session and a recovery', errands: [session, recovery], preemptions: 1, kills: 0 },
  { name: 'the same with a kill', errands: [session, recovery], preemptions: 0, kills: 1 },
])('$name: entries while one is in, the person’s bytes in the end', (scene) => {
  const files = memoryFiles()
  files.fs.createFolder('/project', 0o755)
  files.fs.createFolder('/project/.claude', 0o755)
  files.fs.createFile(SETTINGS, Buffer.from(MINE), 0o644)
  const { broken, schedules, steps, kills } = explore({
    ...scene,
    tree: files.tree(),
    actors: scene.errands.map((errand, at) => ({ pid: at + 1, errands: [errand] })),
    whileInside: (fs) => (read(fs).includes(TRACE) ? undefined : 'the entries are missing'),
    atEnd(fs) {
      recoverAll({ ...createMemoryWorld().start(99), fs })
      return read(fs) === MINE ? undefined : `in the end: ${read(fs)}`
    },
  })
  expect(broken).toBeUndefined()
  tried.schedules += schedules
  tried.steps += steps
  tried.kills += kills
})

const read = (fs: FileSystem) => fs.readFile(SETTINGS).toString()
