import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Ask } from '../../src/commands/ask.ts'
import { init } from '../../src/commands/init/init.ts'
import { prepare } from '../../src/commands/prepare/prepare.ts'
import { uninstall } from '../../src/commands/uninstall/uninstall.ts'
import { HOOK_NAMES } from '../../src/git/hook-line.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { systemCommands } from '../../src/ports/commands.ts'
import { systemFiles } from '../../src/ports/file-system.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { systemProcesses } from '../../src/ports/processes.ts'
import { tempFolder } from './temp-folder.ts'

export const FLOW = resolve(import.meta.dirname, '../..')
export const CLI = join(FLOW, 'dist/cli.cjs')
const line = (name: string) =>
  `flow_home=\${FLOW_HOME:-\${HOME:-.}/.sylphx-flow}; case $flow_home in /*) [ -O "$flow_home/hooks/${name}" ] && . "$flow_home/hooks/${name}" ;; esac || : # flow\n`

/** Each hook, and the line that flow adds to it. */
export const LINES = {
  'post-checkout': line('post-checkout'),
  'post-merge': line('post-merge'),
  'pre-commit': line('pre-commit'),
}
export const LINE = LINES['post-checkout']
export const PACKAGE = '{\n  "name": "team"\n}\n'

export interface Setting {
  readonly variables?: Record<string, string>
  readonly terminal?: boolean
  readonly fs?: Partial<Ports['fs']>
}

/** Real ports in `cwd`, and what was printed through them. */
export function portsIn(cwd: string, { variables = {}, terminal = false, fs = {} }: Setting = {}) {
  const printed = { out: '', err: '' }
  const { CI: _, ...own } = process.env
  const ports: Ports = {
    fs: { ...systemFiles, ...fs },
    processes: systemProcesses(),
    clock: systemClock,
    log: () => undefined,
    commands: systemCommands,
    environment: {
      cwd,
      args: [],
      variables: { ...own, ...variables },
      platform: process.platform,
      nodePath: process.execPath,
      scriptPath: join(FLOW, 'dist/cli.cjs'),
      userId: process.geteuid?.() ?? null,
      homeFolder: own.HOME ?? '',
      stdinIsTty: terminal,
      stdoutIsTty: terminal,
      stderrIsTty: terminal,
      print: (text) => {
        printed.out += text
      },
      printError: (text) => {
        printed.err += text
      },
      readStdin: () => Buffer.alloc(0),
      readStdinFor: async () => Buffer.alloc(0),
    },
  }
  return { ports, printed }
}

export async function runInit(
  cwd: string,
  setting: Setting & { dryRun?: boolean; ask?: Ask } = {},
) {
  const { ports, printed } = portsIn(cwd, setting)
  const yes = setting.ask === undefined
  const options = { yes, dryRun: setting.dryRun ?? false, packageFolder: FLOW }
  const code = await init(ports, options, setting.ask)
  return { code, ...printed }
}

export async function runUninstall(
  cwd: string,
  setting: Setting & { dryRun?: boolean; ask?: Ask } = {},
) {
  const { ports, printed } = portsIn(cwd, setting)
  const yes = setting.ask === undefined
  const options = { yes, dryRun: setting.dryRun ?? false, packageFolder: FLOW }
  const code = await uninstall(ports, options, setting.ask)
  return { code, ...printed }
}

export async function runPrepare(cwd: string, setting: Setting = {}, packageFolder = FLOW) {
  const { ports, printed } = portsIn(cwd, setting)
  const code = await prepare(ports, { packageFolder })
  return { code, ...printed }
}

export function git(cwd: string, ...args: string[]): string {
  const done = spawnSync('git', args, { cwd, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`)
  return done.stdout
}

export function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, mode)
}

export const read = (...path: string[]) => readFileSync(join(...path), 'utf8')
export const hooksPath = (cwd: string) =>
  spawnSync('git', ['config', 'core.hooksPath'], { cwd, encoding: 'utf8' }).stdout.trim()

/** A repository with one commit, by any name, with these files. */
export function repository(files: Record<string, string> = {}, name = 'team'): string {
  const folder = join(tempFolder(), name)
  mkdirSync(folder)
  git(folder, 'init', '-q', '-b', 'main')
  for (const [path, text] of Object.entries({ 'package.json': PACKAGE, ...files })) {
    write(join(folder, path), text)
  }
  git(folder, 'add', '-A')
  git(folder, 'commit', '-qm', 'first')
  return folder
}

/** A clone of a repository that was set up: what a colleague has after `git clone`. */
export async function clone(): Promise<string> {
  const folder = repository({ '.gitignore': 'node_modules\n' })
  await runInit(folder)
  git(folder, 'add', '-A')
  git(folder, 'commit', '-qm', 'flow')
  const copy = join(dirname(folder), 'copy')
  git(dirname(folder), 'clone', '-q', folder, copy)
  return copy
}

/** With these variables `flow prepare` leaves a clone as it is. */
export async function preparesNothing(variables: Record<string, string>): Promise<void> {
  const folder = await clone()
  expect(await runPrepare(folder, { variables })).toEqual({ code: 0, out: '', err: '' })
  expect(hooksPath(folder)).toBe('')
}

/**
 * Stands in for the scripts in the state directory: each notes how it was called. They are of a later
 * version, so that no flow replaces them. Call it inside a test.
 */
export function installMarker(body = `printf '%s\\n' "$0 $*" >> marker`): void {
  const folder = join(process.env.FLOW_HOME ?? '', 'hooks')
  for (const name of HOOK_NAMES) write(join(folder, name), `${body}\n`)
  write(join(folder, 'version'), '999.0.0\n')
  onTestFinished(() => rmSync(folder, { recursive: true }))
}

/** Path, mode and bytes of everything, git's own objects and index aside. */
export function snapshot(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/^\.git\/(objects|index|logs)/.test(path))
    .map((path) => {
      const facts = statSync(join(folder, path))
      return `${path} ${facts.mode} ${facts.isFile() ? read(folder, path) : ''}`
    })
    .sort()
}
