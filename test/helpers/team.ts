/** A team's repository as a person has it: flow from the tarball, set up by `flow init`, committed. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { inject } from 'vitest'
import { isErrno } from '../../src/errors.ts'
import type { PastSession } from '../../src/session/history.ts'
import { namesIn } from './on-disk.ts'
import { type Ended, type Place, run } from './running.ts'
import { tempFolder } from './temp-folder.ts'

export interface Team extends Place {
  /** Holds all the rest. */
  readonly folder: string
  /** The repository. */
  readonly cwd: string
  /** `flow`, `git`, `npm`, and the stand-in agent as `claude` are on its PATH. */
  readonly env: NodeJS.ProcessEnv
  readonly stateHome: string
  readonly settingsPath: string
}

export interface TeamOptions {
  /** Name of the repository's folder. */
  readonly name?: string
  /** Committed on top of what every team has; null: that file or folder is taken away. */
  readonly files?: Readonly<Record<string, string | null>>
  /** Absent: one of its own. */
  readonly stateHome?: string
}

/** A person's own: tabs, a hook, no newline at the end; mode 0640. */
export const SETTINGS = `{
\t"model": "opus",
\t"hooks": {
\t\t"SessionStart": [{ "hooks": [{ "type": "command", "command": "echo a hook of my own" }] }]
\t}
}`
/** The settings file as every team has it, for `fileAt`. */
export const ORIGINAL = { mode: '640', bytes: SETTINGS }
export const MEMORY = 'Remember the milk.'
/** Stands in every group that flow merges. */
export const MARK = 'flowSession'

const STAND_IN = 'node_modules/flow-agent/templates/stand-in-agent.mjs'

/** Copied for each team. Made by the first test that needs it, and removed with the package next to it. */
const template = join(dirname(inject('installed')), 'team')

function makeTemplate(): void {
  if (existsSync(template)) return
  const folder = mkdtempSync(`${template}-`)
  const repository = join(folder, 'team')
  setUp(placeIn(folder, repository))
  try {
    renameSync(repository, template)
  } catch (error) {
    // Another file's worker was faster.
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error
  }
}

function setUp(team: Team): void {
  const { cwd, env, settingsPath } = team
  copyTree(inject('installed'), cwd)
  git(team, 'init', '-q', '-b', 'main')
  execFileSync('flow', ['init', '--yes'], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] })
  put(cwd, { '.gitignore': 'node_modules\n', 'MEMORY.md': `${MEMORY}\n` })
  put(cwd, { '.claude/settings.json': SETTINGS })
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'first')
  chmodSync(settingsPath, 0o640)
}

/** A fresh one. Call it inside a test. */
export function newTeam({ name = 'team', files = {}, stateHome }: TeamOptions = {}): Team {
  const folder = tempFolder()
  const cwd = join(folder, name)
  makeTemplate()
  copyTree(template, cwd)
  const team = withStandIn(folder, cwd, stateHome)
  if (Object.keys(files).length > 0) {
    put(cwd, files)
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'files of this test')
  }
  return team
}

/** A repository with flow installed and not set up, these files committed. Call it inside a test. */
export function freshTeam({
  name = 'team',
  files = {},
}: Omit<TeamOptions, 'stateHome'> = {}): Team {
  const folder = tempFolder()
  const cwd = join(folder, name)
  copyTree(inject('installed'), cwd)
  const team = withStandIn(folder, cwd)
  put(cwd, { '.gitignore': 'node_modules\n', 'MEMORY.md': `${MEMORY}\n`, ...files })
  git(team, 'init', '-q', '-b', 'main')
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'first')
  return team
}

function withStandIn(folder: string, cwd: string, stateHome?: string): Team {
  for (const made of ['home', 'bin']) mkdirSync(join(folder, made))
  // A file of the team's own, so that another user can run it and node_modules can go.
  copyFileSync(join(cwd, STAND_IN), join(folder, 'bin/stand-in-agent.mjs'))
  symlinkSync('stand-in-agent.mjs', join(folder, 'bin/claude'))
  return placeIn(folder, cwd, stateHome)
}

/** Links stay as they are: npm's in node_modules/.bin are relative. */
function copyTree(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}

function placeIn(folder: string, cwd: string, stateHome = join(folder, 'state')): Team {
  const path = [join(folder, 'bin'), join(cwd, 'node_modules/.bin'), process.env.PATH].join(':')
  const { DEBUG: _, ...inherited } = process.env
  const own = { HOME: join(folder, 'home'), FLOW_HOME: stateHome, PATH: path }
  // npm would ask its registry for news.
  const env = { ...inherited, ...own, npm_config_update_notifier: 'false' }
  return { folder, cwd, env, stateHome, settingsPath: join(cwd, '.claude/settings.json') }
}

/** Writes files below `folder`; null removes a file or folder. */
export function put(folder: string, files: NonNullable<TeamOptions['files']>): void {
  for (const [path, text] of Object.entries(files)) {
    const whole = join(folder, path)
    if (text === null) rmSync(whole, { recursive: true })
    else {
      mkdirSync(dirname(whole), { recursive: true })
      writeFileSync(whole, text)
    }
  }
}

/** Standard output of a git command that succeeds. */
export function git({ cwd, env }: Place, ...args: string[]): string {
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: 'pipe' })
}

export function flow(team: Place, ...args: string[]): Promise<Ended> {
  return run(['flow', ...args], team)
}

/** The settings as they stand now; `''` when there are none. */
export function settingsOf({ settingsPath }: Team): string {
  return existsSync(settingsPath) ? readFileSync(settingsPath, 'utf8') : ''
}

/** Paths of every backup.json: one for each session that is open or orphaned. */
export function backupRefs({ stateHome }: Team): string[] {
  const sessions = join(stateHome, 'sessions')
  return namesIn(sessions)
    .map((hash) => join(sessions, hash, 'backup.json'))
    .filter((path) => existsSync(path))
}

/** Sessions that have ended, by the time of their start. */
export function history({ stateHome }: Team): PastSession[] {
  const folder = join(stateHome, 'sessions/history')
  return namesIn(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
}
