/**
 * Real processes open and close sessions in four projects while another recovers, and SIGKILL hits
 * them wherever they are. In a session the entries are always in the file; in the end the bytes are
 * the person's.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  detectOrphanedSessions,
  projectHash,
  projectPaths,
  recoverSessions,
  systemClock,
  systemFiles,
  systemProcesses,
} from '../../src/index.ts'
import { bundled } from './bundle.ts'
import { seeded } from './draw.ts'

const DEADLINE = { timeout: 50_000, interval: 5 }
const MINE = '{\r\n\t"model": "opus",\r\n\t"hooks": {}}'
/** It goes on until all of this has happened; `STRESS` multiplies it. */
const ENOUGH = { kills: 25, join: 40, start: 40, takeover: 2, recovery: 5 }
const FACTOR = Number(process.env.STRESS ?? 1)
const driver = bundled('stress-driver')

test('sessions survive each other, recovery and SIGKILL', async () => {
  // Much is synced to the disk: in memory where there is such a folder, since no power cut is tried.
  const folder = realpathSync(
    mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'flow-stress-')),
  )
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [home, logPath] = [join(folder, 'home'), join(folder, 'log')]
  writeFileSync(logPath, '')
  const projects = ['a', 'b', 'c', 'd'].map((name) => join(folder, name))
  for (const project of projects) {
    mkdirSync(join(project, '.claude'), { recursive: true })
    writeFileSync(settingsOf(project), MINE)
  }
  const begin = (project?: string) => {
    const words = project === undefined ? [home, logPath] : [home, logPath, project]
    const child = spawn(process.execPath, [driver, ...words], { stdio: 'inherit' })
    onTestFinished(() => void child.kill('SIGKILL'))
    return { child, project, ended: once(child, 'exit') }
  }
  // Three share the first project; in each of the others one is alone, and an orphan when it is killed.
  const [shared = ''] = projects
  const seats = [shared, shared, ...projects, undefined].map(begin)
  const draw = seeded(Date.now())
  let kills = 0
  const counts = (): Record<string, number> => ({ kills, ...countLog(logPath) })
  const isEnough = () =>
    Object.entries(ENOUGH).every(([what, least]) => (counts()[what] ?? 0) >= least * FACTOR)

  while (!isEnough()) {
    const index = draw(seats.length)
    const { child, project, ended } = seats[index] as (typeof seats)[number]
    // It has done something since its start, and is killed in the midst of whatever comes next.
    await vi.waitFor(() => expect(logOf(logPath)).toContain(`${child.pid} done`), DEADLINE)
    child.kill('SIGKILL')
    await ended
    kills += 1
    seats[index] = begin(project)
  }
  writeFileSync(`${logPath}.stop`, '')
  const ends = await Promise.all(seats.map(({ ended }) => ended))
  expect(ends).toEqual(seats.map(() => [0, null]))

  const done = counts()
  console.log(`stress: ${JSON.stringify(done)}`)
  expect(done).not.toHaveProperty('error')
  expect(done).not.toHaveProperty('missing')
  expect(done).not.toHaveProperty('mended')

  const ports = {
    fs: systemFiles,
    processes: systemProcesses(),
    clock: systemClock,
    log: () => undefined,
  }
  const outcomes = recoverSessions(ports, home, { force: false, automatic: false, cwd: null })
  expect(outcomes.filter(({ kind }) => kind !== 'restored' && kind !== 'nothing')).toEqual([])
  expect(detectOrphanedSessions(ports, home)).toEqual([])
  for (const project of projects) {
    expect(readFileSync(settingsOf(project), 'utf8')).toBe(MINE)
    expect(readdirSync(join(project, '.claude'))).toEqual(['settings.json'])
    expect(existsSync(projectPaths(home, projectHash(project)).sessionFolder)).toBe(false)
  }
})

const settingsOf = (project: string) => join(project, '.claude/settings.json')

const logOf = (path: string) => readFileSync(path, 'utf8')

function countLog(path: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of logOf(path).split('\n').slice(0, -1)) {
    const [, what = ''] = line.split(' ')
    counts[what] = (counts[what] ?? 0) + 1
    if (['error', 'missing', 'mended'].includes(what)) console.log(line)
  }
  return counts
}
