import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { bundled } from './bundle.ts'

const DEADLINE = { timeout: 50_000, interval: 5 }
const driver = bundled('gate-driver')

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
  console.log(`gate, real processes: ${JSON.stringify({ outs, takeovers, kills: killed.length })}`)
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
