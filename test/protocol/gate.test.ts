import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { withGate } from '../../src/session/gate.ts'
import { projectPaths } from '../../src/session/layout.ts'
import { ownRecord } from '../../src/session/participants.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { bundled } from './bundle.ts'
import { type Actor, explore, type Scene } from './interleave.ts'
import { type Errand, treeAfter } from './turn.ts'

const DEADLINE = { timeout: 50_000, interval: 5 }
const driver = bundled('gate-driver')

describe('in every order of operations', () => {
  const paths = projectPaths('/home', '0123456789abcdef')
  const enter: Errand = (ports, meet) => {
    withGate(ports, paths, ownRecord(ports), { purpose: 'count' }, meet)
  }
  const actors = (...entries: number[]): Actor[] =>
    entries.map((count, at) => ({ pid: at + 1, errands: Array(count).fill(enter) }))
  const used = treeAfter(enter)

  const scenes: Record<string, Omit<Scene, 'whileInside'>> = {
    'two processes, with a kill': { actors: actors(1, 1), tree: used, preemptions: 2, kills: 1 },
    'two processes, one of them again and again, with a kill': {
      actors: actors(2, 1),
      tree: used,
      preemptions: 1,
      kills: 1,
    },
    'three processes, with a kill': {
      actors: actors(1, 1, 1),
      tree: used,
      preemptions: 0,
      kills: 1,
    },
    'two processes that both make the gate, with a kill': {
      actors: actors(1, 1),
      preemptions: 1,
      kills: 1,
    },
    'two processes whose listings miss what comes and goes': {
      actors: actors(1, 1),
      tree: used,
      preemptions: 1,
      kills: 1,
      tornListings: true,
    },
    // Found where claims are swept downwards and the judged one is not read again.
    'a process so slow that its number was used and swept meanwhile': {
      actors: actors(3, 1),
      tree: used,
      opening: [{ actor: 1, before: 'link' }, { actor: 0 }, { actor: 0 }],
      preemptions: 2,
      kills: 0,
      tornListings: true,
    },
    // Without a look at what is the top now, the last of them passes the dead claim of the second.
    'a slow process that dies, and one that judges its claim by an old listing': {
      actors: actors(3, 1, 1),
      tree: used,
      opening: [
        { actor: 1, before: 'link' },
        { actor: 0 },
        { actor: 2, before: 'readFile' },
        { actor: 0 },
        { actor: 0, before: 'parts' },
      ],
      preemptions: 0,
      kills: 1,
    },
  }
  const tried = { schedules: 0, steps: 0, kills: 0 }
  afterAll(() => console.log(`gate, interleavings: ${JSON.stringify(tried)}`))

  test.each(Object.entries(scenes))('never are two inside: %s', (_, scene) => {
    const whileInside = (_fs: unknown, others: number) =>
      others > 0 ? 'two processes are inside' : undefined
    const { broken, schedules, steps, kills } = explore({ ...scene, whileInside })
    expect(broken).toBeUndefined()
    expect(schedules).toBeGreaterThan(100)
    tried.schedules += schedules
    tried.steps += steps
    tried.kills += kills
  })

  test('the explorer finds two inside where there is no gate', () => {
    const open: Errand = (ports, meet) => {
      ports.fs.list('/')
      meet()
    }
    const whileInside = (_fs: unknown, others: number) => (others > 0 ? 'two' : undefined)
    const two = [1, 2].map((pid) => ({ pid, errands: [open] }))
    const { broken } = explore({ actors: two, preemptions: 0, kills: 0, whileInside })
    expect(broken).toMatch(/^two\n/)
  })

  test('the explorer finds a wait that never ends', () => {
    const wait: Errand = (ports) => {
      while (ports.fs.list('/').length === 0) ports.clock.sleepMs(1)
    }
    const whileInside = () => undefined
    const one = [{ pid: 1, errands: [wait] }]
    expect(explore({ actors: one, preemptions: 0, kills: 0, whileInside }).broken).toMatch(
      /^process 0 waits for ever\n/,
    )
  })
})

describe('with real processes', () => {
  test('no addition is lost and no two overlap, whoever is killed', async () => {
    const folder = tempFolder()
    const logPath = join(folder, 'log')
    writeFileSync(join(folder, 'counter'), '000000000')
    writeFileSync(logPath, '')
    const begin = (times: number, diesAt = 0) => {
      const args = [driver, join(folder, 'home'), folder, String(times), String(diesAt)]
      const child = spawn(process.execPath, args, { stdio: 'inherit' })
      onTestFinished(() => void child.kill('SIGKILL'))
      return { child, ended: once(child, 'exit') }
    }
    const lines = () => readFileSync(logPath, 'utf8').split('\n').slice(0, -1)
    const stay = [1, 2, 3].map(() => begin(30))
    const suicides = [begin(30, 3), begin(30, 7)]
    const victims = [begin(1000), begin(1000)]
    for (const [index, { child, ended }] of victims.entries()) {
      // Wherever it is just then: waiting, inside, sweeping, leaving.
      await vi.waitFor(() => expect(lines().length).toBeGreaterThan(40 * (index + 1)), DEADLINE)
      child.kill('SIGKILL')
      await ended
    }
    const ends = await Promise.all([...stay, ...suicides].map(({ ended }) => ended))
    expect(ends).toEqual([...stay.map(() => [0, null]), ...suicides.map(() => [null, 'SIGKILL'])])

    const killed = [...suicides, ...victims].map(({ child }) => String(child.pid))
    const { outs, takeovers } = readLog(lines(), killed)
    const counter = Number(readFileSync(join(folder, 'counter'), 'utf8'))
    expect(outs).toBeGreaterThanOrEqual(90 + 2 + 6)
    expect(counter - outs).toBeGreaterThanOrEqual(0)
    expect(counter - outs).toBeLessThanOrEqual(victims.length)
    expect(takeovers).toBeGreaterThanOrEqual(suicides.length)
    console.log(
      `gate, real processes: ${JSON.stringify({ outs, takeovers, kills: killed.length })}`,
    )
  })
})

/** One goes out before the next comes in, unless it was killed; nobody reads a number twice. */
function readLog(lines: readonly string[], killed: readonly string[]) {
  let inside: { pid: string; number: number } | null = null
  let reached = -1
  let outs = 0
  let takeovers = 0
  for (const line of lines) {
    const [word, pid = '', text] = line.split(' ')
    const number = Number(text)
    if (word === 'in') {
      if (inside !== null) {
        expect(killed, `${line}: but ${inside.pid} is inside and lives`).toContain(inside.pid)
        takeovers += 1
      }
      expect(number, line).toBeGreaterThanOrEqual(reached)
      inside = { pid, number }
    } else {
      expect(inside, line).toEqual({ pid, number: number - 1 })
      inside = null
      reached = number
      outs += 1
    }
  }
  return { outs, takeovers }
}
