// What grows with what: the same session with more and more of one thing round it.
import { execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  acquireSession,
  releaseSession,
  systemClock,
  systemCommands,
  systemFiles,
  systemProcesses,
} from '../dist/index.js'

const root = resolve(import.meta.dirname, '..')
const entry = join(root, '.husky/post-checkout')

/** What is made more of, from the smallest size on; each makes what is missing up to the next size. */
const GROWTHS = [
  {
    thing: 'projects with a history in the state home',
    sizes: [1, 100, 10_000],
    grow(place, from, to) {
      for (let n = from; n < to; n += 1) addPastProject(place, n)
    },
  },
  {
    thing: 'live sessions in the project',
    sizes: [1, 10, 200],
    grow(place, from, to) {
      for (let n = from; n < to; n += 1) join_(place)
    },
  },
  {
    thing: 'files in .claude, 40 KB each',
    sizes: [1, 1_000, 50_000],
    grow({ project }, from, to) {
      for (let n = from; n < to; n += 1) addLargeFile(join(project, `.claude/memory/${n % 100}`), n)
    },
  },
  {
    thing: 'KB of settings.json',
    sizes: [1, 100, 5_000],
    grow({ project }, _, to) {
      const list = Array.from({ length: to * 16 }, (_, n) =>
        `Bash(run check-${n}:*)`.padEnd(54, '.'),
      )
      const settings = { model: 'opus', permissions: { allow: list } }
      writeFileSync(
        join(project, '.claude/settings.json'),
        `${JSON.stringify(settings, null, 2)}\n`,
      )
      commit(project)
    },
  },
]

/** @returns rows `{ thing, size, rounds, acquire, release, entry, prompt }`, milliseconds, each a median */
export function growth(installed, { rounds }) {
  return GROWTHS.flatMap(({ thing, sizes, grow }) => {
    const place = newPlace(installed)
    try {
      let from = 0
      return sizes.map((size) => {
        process.stderr.write(`growth: ${size} ${thing}\n`)
        grow(place, from, size)
        from = size
        return { thing, size, rounds, ...measure(place, rounds) }
      })
    } finally {
      for (const child of place.children) child.kill('SIGKILL')
      rmSync(place.folder, { recursive: true, force: true })
    }
  })
}

function newPlace(installed) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'flow-growth-')))
  const project = join(folder, 'project')
  mkdirSync(join(project, '.claude'), { recursive: true })
  writeFileSync(join(project, '.claude/settings.json'), '{\n  "model": "opus"\n}\n')
  git(project, 'init', '-q', '-b', 'main')
  commit(project)
  const home = join(folder, 'home')
  const bin = join(installed.repository, 'node_modules/.bin/flow')
  const env = { ...process.env, FLOW_HOME: home }
  const line = execFileSync(bin, ['shell', 'bash'], { cwd: project, env, encoding: 'utf8' })
  return { folder, project, home, line, children: [] }
}

function git(project, ...args) {
  const who = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.invalid']
  execFileSync('git', [...who, ...args], { cwd: project })
}

function commit(project) {
  git(project, 'add', '.claude/settings.json')
  git(project, 'commit', '-q', '--allow-empty', '-m', 'settings')
}

/** As `flow exec` would make it of the process `pid`. */
function portsOf(pid) {
  return {
    fs: systemFiles,
    clock: systemClock,
    commands: systemCommands,
    environment: { variables: process.env },
    processes: Object.create(systemProcesses(), { pid: { value: pid } }),
    log: () => undefined,
  }
}

function request({ project }) {
  const gitFolder = join(project, '.git')
  const script = '/nowhere/clean.sh'
  const command = { type: 'command', command: `'${process.execPath}' hook session-start` }
  return {
    projectPath: project,
    boundary: project,
    gitFolder,
    filter: { commonGitFolder: gitFolder, script, nodePath: process.execPath },
    followSymlinks: false,
    target: 'claude',
    agent: 'claude',
    cwd: project,
    files: [
      {
        path: '.claude/settings.json',
        entries: ['SessionStart', 'Notification'].map((event) => {
          return { event, group: { hooks: [command] } }
        }),
      },
    ],
    keep: { sessions: 50, snapshots: 5 },
    nodePath: process.execPath,
    residentPath: '/nowhere/resident.cjs',
  }
}

/** A session of a process that lives on. */
function join_(place) {
  const child = spawn('sleep', ['3600'], { stdio: 'ignore' })
  place.children.push(child)
  acquireSession(portsOf(child.pid), place.home, request(place))
}

/** What a session that ended leaves of a project: its gate, its snapshots, its place in the history. */
function addPastProject({ home }, n) {
  const hash = n.toString(16).padStart(16, '0')
  const id = `session-20260101T${String(n).padStart(9, '0')}Z-000000`
  const put = (path, text) => {
    mkdirSync(join(home, path, '..'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, path), text, { mode: 0o600 })
  }
  const ref = { version: 1, sessionId: id, projectPath: `/work/${n}`, files: [] }
  put(`gates/${hash}/1`, '{}')
  put(`gates/${hash}/1.released`, '{}')
  put(`snapshots/${hash}/${id}/manifest.json`, JSON.stringify(ref))
  put(`snapshots/${hash}/${id}/settings.json`, '{}\n')
  put(`snapshots/${hash}/${id}/closed`, '2026-01-01T00:00:00.000Z\n')
  // The state home keeps the last fifty.
  if (n < 50) put(`sessions/history/${id}.json`, JSON.stringify(ref))
}

function addLargeFile(folder, n) {
  mkdirSync(folder, { recursive: true })
  const fd = openSync(join(folder, `${n}.md`), 'w')
  // A hole: nobody reads it, which is what is measured.
  ftruncateSync(fd, 40 * 1024)
  closeSync(fd)
}

function measure(place, rounds) {
  const times = { acquire: [], release: [], entry: [], prompt: [] }
  const child = spawn('sleep', ['3600'], { stdio: 'ignore' })
  try {
    const ports = portsOf(child.pid)
    for (let round = -2; round < rounds; round += 1) {
      const start = performance.now()
      const session = acquireSession(ports, place.home, request(place))
      const acquired = performance.now()
      releaseSession(ports, session)
      const released = performance.now()
      const entry = entryTime(place)
      const prompt = promptTime(place)
      if (round < 0) continue
      times.acquire.push(acquired - start)
      times.release.push(released - acquired)
      times.entry.push(entry)
      times.prompt.push(prompt)
    }
  } finally {
    child.kill('SIGKILL')
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]))
}

const TURNS = 100

/** What the line in a git hook takes in a shell, without the shell's own start. */
function entryTime(place) {
  const loop = `i=0; while [ $i -lt ${TURNS} ]; do . "$1"; i=$((i+1)); done`
  const time = (script) => clock(place, 'sh', ['-c', loop, 'sh', script])
  return Math.max(0, time(entry) - time('/dev/null')) / TURNS
}

/** What flow's function takes at a prompt of bash, after its first look. */
function promptTime(place) {
  const time = (name) => {
    const loop = `nothing() { :; }; _flow_prompt; flow_left=99999; for ((i = 0; i < ${TURNS}; i++)); do ${name}; done; :`
    return clock(place, 'bash', ['--norc', '--noprofile', '-ic', `${place.line}${loop}`])
  }
  return Math.max(0, time('_flow_prompt') - time('nothing')) / TURNS
}

function clock({ home, project }, program, args) {
  const start = performance.now()
  const env = { ...process.env, FLOW_HOME: home }
  execFileSync(program, args, { cwd: project, env, stdio: 'ignore' })
  return performance.now() - start
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
