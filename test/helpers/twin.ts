/**
 * Two repositories that are alike to the byte. In one a session is open, in the other flow never runs;
 * whatever a person and git do is done in both, and compared.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect } from 'vitest'
import { startAgent, type WorkingAgent } from './agent.ts'
import { listing } from './on-disk.ts'
import { git, MARK, newTeam, put, SETTINGS, type Team } from './team.ts'

export const PATH = '.claude/settings.json'
/** As another branch has them, and as somebody pushed them. */
export const OTHER = SETTINGS.replace('"opus"', '"of the other branch"')
export const THEIRS = SETTINGS.replace('echo a hook', 'echo another hook')

export interface Twins {
  readonly flow: Team
  readonly plain: Team
  /** The same in both, and then all that git knows is compared. */
  git(...args: string[]): Told
  /** The same command line through a shell. */
  sh(line: string, env?: NodeJS.ProcessEnv): Told
  /** Saves the settings, where they are, with this change made to their text. */
  edit(change: (text: string) => string): void
  write(files: Readonly<Record<string, string | null>>): void
  /** Opens another session in the first one. */
  start(): Promise<WorkingAgent>
  /** All that git knows, without a step. */
  compare(): void
  /** The worktrees and git folders, when no session is open. */
  compareAll(): void
}

export interface Told {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface TwinOptions {
  /** Committed on main before all else; null: the settings are not there. */
  readonly settings?: string | null
  /** Done in both before the session opens. */
  readonly before?: (team: Team) => void
  /** Lines of flow's own in what git prints are left out of the comparison. */
  readonly hearsFlow?: boolean
}

/** All commits at one instant, so that they are the same in both. */
const DATE = '2026-01-01T00:00:00Z'

/**
 * On `main`, with branches `other` (other settings), `without` (none) and `far` (another file only),
 * and an origin whose main is ahead by the settings of `THEIRS`. Call it inside a test.
 */
export function newTwins(options: TwinOptions = {}): Twins {
  const flow = withDate(newTeam({ name: 'r' }))
  prepare(flow, options)
  const plain = copyOf(flow)
  options.before?.(flow)
  options.before?.(plain)
  const twins: Twins = {
    flow,
    plain,
    git: (...args) => step(twins, options, ['git', ...args]),
    sh: (line, env = {}) => step(twins, options, ['sh', '-c', line], env),
    edit(change) {
      for (const team of [flow, plain]) {
        writeFileSync(team.settingsPath, change(readFileSync(team.settingsPath, 'utf8')))
      }
    },
    write(files) {
      for (const team of [flow, plain]) put(team.cwd, files)
    },
    start: () => startAgent(flow),
    compare: () => compare(twins, 'now'),
    compareAll: () => compareAll(twins),
  }
  return twins
}

function withDate(team: Team): Team {
  return { ...team, env: { ...team.env, GIT_AUTHOR_DATE: DATE, GIT_COMMITTER_DATE: DATE } }
}

function prepare(team: Team, { settings = SETTINGS }: TwinOptions): void {
  const commit = (files: Readonly<Record<string, string | null>>, message: string) => {
    put(team.cwd, files)
    git(team, 'add', '-A')
    git(team, 'commit', '-q', '--allow-empty', '-m', message)
  }
  commit({ 'notes.txt': 'one\ntwo\nthree\n' }, 'notes')
  if (settings !== SETTINGS) commit({ [PATH]: settings }, 'settings')
  const branch = (name: string, files: Readonly<Record<string, string | null>>) => {
    git(team, 'switch', '-q', '-c', name, 'main')
    commit(files, name)
  }
  branch('other', { [PATH]: OTHER, 'other.txt': 'other\n' })
  branch('without', settings === null ? { 'without.txt': '' } : { [PATH]: null })
  branch('far', { 'far.txt': 'far\n', 'notes.txt': 'one\ntwo\nthree\nfour\n' })
  branch('theirs', { [PATH]: THEIRS, 'theirs.txt': 'theirs\n' })
  git(team, 'switch', '-q', 'main')
  git(team, 'init', '-q', '--bare', '-b', 'main', '../origin.git')
  git(team, 'remote', 'add', 'origin', '../origin.git')
  git(team, 'push', '-q', 'origin', 'theirs:main', 'far')
  git(team, 'branch', '-q', '-u', 'origin/main')
  git(team, 'branch', '-q', '-D', 'theirs')
}

/** Neither a session nor the clean filter, which stays in a repository: git runs no empty command. */
const WITHOUT_FLOW = {
  FLOW: '0',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'filter.flow.clean',
  GIT_CONFIG_VALUE_0: '',
}

function copyOf(flow: Team): Team {
  const folder = join(flow.folder, 'plain')
  mkdirSync(folder)
  for (const name of ['r', 'origin.git']) {
    cpSync(join(flow.folder, name), join(folder, name), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    })
  }
  const cwd = join(folder, 'r')
  const settingsPath = join(cwd, PATH)
  const plain = { ...flow, folder, cwd, settingsPath, env: { ...flow.env, ...WITHOUT_FLOW } }
  // Its inodes are others: git is to have seen the files.
  git(plain, 'status')
  return plain
}

function step(
  twins: Twins,
  { hearsFlow = false }: TwinOptions,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Told {
  const inFlow = tell(twins.flow, argv, env, hearsFlow)
  const inPlain = tell(twins.plain, argv, env, hearsFlow)
  expect(inFlow, argv.join(' ')).toEqual(inPlain)
  compare(twins, argv.join(' '))
  return inFlow
}

function tell(
  team: Team,
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  hearsFlow: boolean,
): Told {
  const place = { cwd: team.cwd, env: { ...team.env, ...env }, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(file, args, place)
  const plainly = (text: string) => text.replaceAll(team.folder, '<folder>')
  const own = hearsFlow ? stderr.replace(/^flow: .*\n/gm, '') : stderr
  return { code: status, stdout: plainly(stdout), stderr: plainly(own) }
}

/** First what a plumbing command sees, before `git status` refreshes the index. */
const QUESTIONS = [
  ['diff-files', '--name-status'],
  ['status', '--porcelain=v2', '--branch'],
  ['diff'],
  ['diff', '--cached'],
  ['ls-files', '--stage'],
  ['rev-parse', 'HEAD'],
  ['for-each-ref'],
  ['stash', 'list', '--format=%H %s'],
]

function compare({ flow, plain }: Twins, after: string): void {
  for (const question of QUESTIONS) {
    const [inFlow, inPlain] = [flow, plain].map((team) => {
      const { stdout, stderr } = tell(team, ['git', ...question], {}, false)
      return stdout + stderr
    })
    expect(inFlow, `git ${question.join(' ')}, after ${after}`).toBe(inPlain)
  }
  const [inFlow, inPlain] = [flow, plain].map(withoutSettings)
  expect(inFlow, `the files, after ${after}`).toEqual(inPlain)
}

/** Nor what flow creates along with settings that are absent: their directory and a `.gitignore`. */
function withoutSettings(team: Team): string[] {
  return filesOf(team).filter((line) => !/^\.claude(\/settings\.json|\/\.gitignore)? /.test(line))
}

function filesOf({ cwd }: Team): string[] {
  return listing(cwd)
    .map((line) => line.slice(cwd.length + 1))
    .filter((line) => !/^(node_modules|\.git)[ /]/.test(line))
}

function compareAll({ flow, plain }: Twins): void {
  const [inFlow, inPlain] = [flow, plain].map((team) => [...filesOf(team), ...gitFilesOf(team)])
  expect(inFlow).toEqual(inPlain)
  if (existsSync(flow.settingsPath)) {
    expect(readFileSync(flow.settingsPath, 'utf8')).not.toContain(MARK)
  }
}

/** All of .git but objects and index. */
function gitFilesOf(team: Team): string[] {
  const folder = join(
    team.cwd,
    execFileSync('git', ['rev-parse', '--git-common-dir'], {
      cwd: team.cwd,
      env: team.env,
      encoding: 'utf8',
    }).trim(),
  )
  return listing(folder)
    .map((line) => relative(dirname(folder), line))
    .filter((line) => !/^\.git\/(objects|(worktrees\/[^/]+\/)?(shared)?index)\b/.test(line))
}

/** True when flow's entries are in the settings now. */
export function isMerged({ settingsPath }: Team): boolean {
  return existsSync(settingsPath) && readFileSync(settingsPath, 'utf8').includes(MARK)
}
