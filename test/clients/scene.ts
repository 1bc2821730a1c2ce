import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { type ClaudeCode, claudeEnvironment, settledIn } from './claude-code.ts'
import {
  type MessageRequest,
  type MessagesApi,
  type Reply,
  startMessagesApi,
} from './messages-api.ts'
import { type Ended, type Started, start } from './start.ts'

export const FLOW = resolve(import.meta.dirname, '../../dist/cli.cjs')

/** For `vi.waitFor`. */
export const DEADLINE = { timeout: 60_000, interval: 50 }

export const HELLO = { kind: 'text', text: 'hello from the mock' } as const satisfies Reply
export const sayHello = (): Reply => HELLO
export const staySilent = (): Promise<Reply> => new Promise(() => undefined)

/** A person's settings: tabs, no newline at the end, a hook that leaves traces beside the repository. */
export const PERSONAL_SETTINGS = `{
\t"hooks": {"SessionStart": [ {"hooks": [
\t\t{"type": "command", "command": "echo $CLAUDE_PID >> ../personal-hook; cp .claude/settings.json ../settings-during.json"} ]}]},
\t"env" : {"GREETING": "good morning"},   "permissions": {"deny": ["WebFetch"]}}`

const MEMORY = {
  file: 'The lighthouse keeper prefers tabs to spaces.',
  today: 'Painted the gallery railing this morning.',
  yesterday: 'Replaced the lamp after the storm.',
}

/** A team's repository that uses flow, a person's settings in it, and the API that they talk to. */
export interface Scene {
  readonly api: MessagesApi
  /** The repository's top. */
  readonly root: string
  readonly settingsPath: string
  readonly stateHome: string
  readonly env: Record<string, string>
  /** Sentences of MEMORY.md and of the logs of today and yesterday. */
  readonly memory: readonly string[]
  /** `flow …` at the repository's top. */
  startFlow(...args: string[]): Started
  flow(...args: string[]): Promise<Ended>
  /** Lines of this file beside the repository: a hook's, or the words a notification was shown with. */
  trace(name: 'personal-hook' | 'team-hook' | 'notified'): string[]
  /** What the client found as its settings when it started. */
  settingsDuring(): string
}

/**
 * Call it inside a test. At the test's end nothing may have asked the mock for what it does not
 * know, or have wanted to leave this machine.
 */
export async function makeScene(
  claude: ClaudeCode,
  replyTo: (request: MessageRequest) => Reply | Promise<Reply>,
  settingsText: string | null = PERSONAL_SETTINGS,
): Promise<Scene> {
  const api = await startMessagesApi(replyTo)
  onTestFinished(async () => {
    await api.close()
    expect(api.unknown).toEqual([])
  })
  const folder = tempFolder()
  const root = join(folder, 'repository')
  const home = join(folder, 'home')
  const stateHome = join(folder, 'state')
  const settingsPath = join(root, '.claude/settings.json')
  const files = {
    [join(home, '.claude.json')]: settledIn(root),
    [join(root, '.flowrc')]: flowrc(claude),
    [join(root, 'MEMORY.md')]: `${MEMORY.file}\n`,
    [join(root, `memory/${day(0)}.md`)]: `${MEMORY.today}\n`,
    [join(root, `memory/${day(-1)}.md`)]: `${MEMORY.yesterday}\n`,
    ...(settingsText !== null && { [settingsPath]: settingsText }),
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  git(root, 'init', '--quiet')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'start')
  const temporary = join(folder, 'temporary')
  mkdirSync(temporary)
  const programs = join(folder, 'programs')
  addNotifier(programs, join(folder, 'notified'))
  const env = {
    ...claudeEnvironment(api.baseUrl, home),
    PATH: [programs, process.env.PATH].join(delimiter),
    TMPDIR: temporary,
    CLAUDE_CODE_TMPDIR: temporary,
    FLOW_HOME: stateHome,
    // A desktop, whose notifier is the one above.
    DISPLAY: ':0',
  }
  const startFlow = (...args: string[]) =>
    start([process.execPath, FLOW, ...args], { cwd: root, env })
  return {
    api,
    root,
    settingsPath,
    stateHome,
    env,
    memory: Object.values(MEMORY),
    startFlow,
    flow: (...args) => startFlow(...args).ended,
    trace: (name) => linesOf(join(folder, name)),
    settingsDuring: () => readFileSync(join(folder, 'settings-during.json'), 'utf8'),
  }
}

/** The words that start the client through flow. */
export function runClaude(...args: string[]): string[] {
  return ['run', 'claude', '--', ...args]
}

/** Waits for so many requests; rejects at once when the program that is to send one ends before. */
export function arrived({ api }: Scene, count: number, { ended }: Started): Promise<void> {
  return Promise.race([
    vi.waitFor(() => expect(api.messages).toHaveLength(count), DEADLINE),
    ended.then(({ code }) => Promise.reject(new Error(`ended with ${code} before its request`))),
  ])
}

/** Which sentences of the memory stand in the request of this number. */
export function heardMemory({ api, memory }: Scene, at: number): string[] {
  const heard = api.messages[at]?.strings.join('\n') ?? ''
  return memory.filter((sentence) => heard.includes(sentence))
}

/** The clients of this scene, in order of their start; the person's hook wrote them down. */
export function clientPids(scene: Scene): number[] {
  return scene.trace('personal-hook').map(Number)
}

/** The person's settings are back, git has nothing to report, and no session is open. */
export function expectNothingLeft(
  { root, settingsPath, stateHome }: Scene,
  text: string | null,
): void {
  expect(existsSync(settingsPath) ? readFileSync(settingsPath, 'utf8') : null).toBe(text)
  expect(git(root, 'status', '--porcelain', '--ignored')).toBe('')
  expect(openSessions(stateHome)).toEqual([])
}

/** Paths of every backup.json below the state home. */
export function openSessions(stateHome: string): string[] {
  return readdirSync(stateHome, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('backup.json'),
  )
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' })
}

function flowrc({ executable }: ClaudeCode): string {
  return `agents:
  claude:
    command: [${JSON.stringify(executable)}]
hooks:
  SessionStart:
    - hooks:
        - type: command
          command: echo fired >> ../team-hook
`
}

/** A desktop that writes down what it is told, found before any real one. */
function addNotifier(programs: string, notesPath: string): void {
  mkdirSync(programs)
  for (const name of ['notify-send', 'osascript']) {
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${notesPath}'\n`
    writeFileSync(join(programs, name), script, { mode: 0o755 })
  }
}

/** `YYYY-MM-DD` of today in local time, or so many days from it. */
function day(offset: number): string {
  const date = new Date()
  date.setDate(date.getDate() + offset)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
}
