/**
 * Waves of thirty processes that start at once in the same and in different projects, with SIGKILL
 * for two of three of them wherever they are just then, until the time is over. Never are two inside
 * a gate, no addition made inside one is lost, the entries are there while anybody is in, and in the
 * end the bytes are the person's.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
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
import { noGit } from '../helpers/no-git.ts'
import { bound } from '../helpers/search.ts'
import { bundled } from './bundle.ts'
import { seeded } from './draw.ts'
import { SETTINGS_PATH } from './world.ts'

const DEADLINE = { timeout: 120_000, interval: 2 }
const MINE = '{\r\n\t"model": "opus",\r\n\t"hooks": {}}'
const SECONDS = bound(5, 32)
const PROJECTS = ['a', 'b', 'c', 'd']
/** Who goes where in a wave: half of all share a project; `undefined` recovers. */
const SEATS = Array.from({ length: 30 }, (_, at) =>
  at < 14 ? 'a' : [...PROJECTS, undefined][at % 5],
)
const KILLS = 20
const MINIMUM = { starts: 60, kills: 40, start: 10, join: 10, left: 10, restored: 5, added: 100 }
const RARE = { takeover: 1, token: 1, recovery: 1 }
const CLI = resolve(import.meta.dirname, '../../dist/cli.cjs')
const driver = bundled('load-driver')

test('nothing is lost under load', { timeout: 900_000 }, async () => {
  const { folder, home, ports } = place()
  const log = join(folder, 'log')
  writeFileSync(log, '')
  for (const project of PROJECTS) putProject(join(folder, project))
  const draw = seeded(Date.now())
  const tried = { waves: 0, starts: 0, kills: 0 }
  const counts = (): Record<string, number> => ({ ...tried, ...countLog(log) })
  const isEnough = () =>
    Object.entries({ ...MINIMUM, ...RARE }).every(([what, least]) => (counts()[what] ?? 0) >= least)

  const began = performance.now()
  while (performance.now() - began < SECONDS * 1000 || !isEnough()) {
    const wave = String(tried.waves)
    const all = SEATS.map((project) => {
      const words = [driver, home, folder, wave, ...(project === undefined ? [] : [project])]
      const child = spawn(process.execPath, words, { stdio: 'inherit' })
      onTestFinished(() => void child.kill('SIGKILL'))
      return { child, project, ended: once(child, 'exit') }
    })
    const lives = [...all]
    await vi.waitFor(() => expect(readyIn(folder, wave)).toBe(all.length), DEADLINE)
    writeFileSync(join(folder, `${wave}.go`), '')
    for (let kill = 0; kill < KILLS; kill += 1) {
      // They have gone on by some steps since the last one.
      const soFar = statSync(log).size
      const more = draw(400)
      await vi.waitFor(() => expect(statSync(log).size).toBeGreaterThan(soFar + more), DEADLINE)
      // First all of one project, so that it is an orphan that somebody has to recover.
      const doomed = PROJECTS[1 + (tried.waves % 3)]
      const found = lives.findIndex(({ project }) => project === doomed)
      const [victim] = lives.splice(found === -1 ? draw(lives.length) : found, 1)
      victim?.child.kill('SIGKILL')
      await victim?.ended
    }
    writeFileSync(join(folder, `${wave}.stop`), '')
    const ends = await Promise.all(lives.map(({ ended }) => ended))
    expect(ends).toEqual(lives.map(() => [0, null]))
    tried.waves += 1
    tried.starts += all.length
    tried.kills += KILLS
  }

  const done = counts()
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`load: ${JSON.stringify({ ...done, seconds })}`)
  for (const wrong of ['overlap', 'error', 'missing', 'mended']) {
    expect(done).not.toHaveProperty(wrong)
  }
  expectNoLostUpdate(folder, tried.kills)

  const outcomes = recoverSessions(ports, home, { force: false, automatic: false, cwd: null })
  expect(outcomes.filter(({ kind }) => kind !== 'restored' && kind !== 'nothing')).toEqual([])
  expect(detectOrphanedSessions(ports, home)).toEqual([])
  for (const project of PROJECTS) expectRestored(home, join(folder, project))
})

test.skipIf(!existsSync(CLI))('thirty real `flow exec` at once, ten of them killed', async () => {
  const { folder, home, ports } = place()
  const project = join(folder, 'a')
  putProject(project)
  spawnSync('git', ['init', '-q'], { cwd: project })
  const env = { ...process.env, FLOW_HOME: home }
  const look = ['sh', '-c', `grep -c flowSession ${SETTINGS_PATH}; exec sleep 0.05`]
  const all = SEATS.map(() => {
    const words = [CLI, 'exec', '--', ...look]
    const child = spawn(process.execPath, words, { cwd: project, env, stdio: 'pipe' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const printed = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text
      })
    }
    return { child, printed, ended: once(child, 'close') }
  })
  const killed = all.filter((_, at) => at % 3 === 0)
  for (const [at, { child }] of killed.entries()) {
    const hasWorked = () => all.filter(({ printed }) => printed.stdout !== '').length
    await vi.waitFor(() => expect(hasWorked()).toBeGreaterThanOrEqual(at), DEADLINE)
    child.kill('SIGKILL')
  }
  const ends = await Promise.all(all.map(({ ended }) => ended))
  for (const [at, { child, printed }] of all.entries()) {
    // A victim may have ended before; whoever worked had the hooks.
    if (child.signalCode === 'SIGKILL') expect(['', '2\n']).toContain(printed.stdout)
    else expect([ends[at], printed.stdout]).toEqual([[0, null], '2\n'])
    // Where all others were dead just then, a start reports what it recovered.
    expect(printed.stderr).toMatch(/^$|^flow: put \.claude\/settings\.json back/)
  }
  expect(all.filter(({ child }) => child.signalCode === 'SIGKILL').length).toBeGreaterThan(0)
  recoverSessions(ports, home, { force: false, automatic: false, cwd: null })
  expectRestored(home, project)
})

function place() {
  // Much is synced to the disk: in memory where there is such a folder, since no power cut is tried.
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const folder = realpathSync(mkdtempSync(join(base, 'flow-load-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const log = () => undefined
  const ports = { fs: systemFiles, processes: systemProcesses(), clock: systemClock, log, ...noGit }
  return { folder, home: join(folder, 'home'), ports }
}

function putProject(path: string): void {
  mkdirSync(join(path, '.claude'), { recursive: true })
  writeFileSync(join(path, SETTINGS_PATH), MINE)
}

/** How many of a wave wait for its beginning. */
function readyIn(folder: string, wave: string): number {
  return readdirSync(folder).filter((name) => name.startsWith(`${wave}.ready-`)).length
}

function expectRestored(home: string, project: string): void {
  expect(readFileSync(join(project, SETTINGS_PATH), 'utf8')).toBe(MINE)
  expect(readdirSync(join(project, '.claude'))).toEqual(['settings.json'])
  expect(existsSync(projectPaths(home, projectHash(project)).sessionFolder)).toBe(false)
}

/** Nobody added to the same number as another; only what a kill cut off is not in the log. */
function expectNoLostUpdate(folder: string, kills: number): void {
  const added = linesOf(join(folder, 'log')).filter(([, what]) => what === 'added')
  const numbers = new Map<string, number[]>()
  for (const [, , gate = '', from] of added) {
    numbers.set(gate, [...(numbers.get(gate) ?? []), Number(from)])
  }
  expect(numbers.size).toBe(PROJECTS.length)
  for (const [gate, froms] of numbers) {
    expect(new Set(froms).size, gate).toBe(froms.length)
    const counter = Number(readFileSync(join(folder, `${gate}.counter`), 'utf8'))
    expect(counter, gate).toBeGreaterThanOrEqual(froms.length)
    expect(counter, gate).toBeLessThanOrEqual(froms.length + kills)
  }
}

function linesOf(log: string): string[][] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => line.split(' '))
}

function countLog(log: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const words of linesOf(log)) {
    const what = words[1] ?? ''
    counts[what] = (counts[what] ?? 0) + 1
    if (['overlap', 'error', 'missing', 'mended'].includes(what)) console.log(words.join(' '))
  }
  return counts
}
