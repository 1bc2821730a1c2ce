import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Ask } from '../../src/commands/ask.ts'
import { init } from '../../src/commands/init.ts'
import { prepare } from '../../src/commands/prepare.ts'
import { uninstall } from '../../src/commands/uninstall.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { systemCommands } from '../../src/ports/commands.ts'
import { systemFiles } from '../../src/ports/file-system.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { systemProcesses } from '../../src/ports/processes.ts'
import { tempFolder } from './temp-folder.ts'

export const FLOW = resolve(import.meta.dirname, '../..')
export const CLI = join(FLOW, 'dist/cli.cjs')
export const SCRIPT = 'node_modules/flow-agent/templates/hooks/entry.sh'
export const LINE = `[ ! -r ./${SCRIPT} ] || . ./${SCRIPT} || : # flow\n`
const BEFORE_COMMIT = 'node_modules/flow-agent/templates/hooks/pre-commit.sh'
/** Each hook, and the line that flow adds to it. */
export const LINES = {
  'post-checkout': LINE,
  'post-merge': LINE,
  'pre-commit': `[ ! -r ./${BEFORE_COMMIT} ] || . ./${BEFORE_COMMIT} || : # flow\n`,
}
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

/** Stands in for an installed flow-agent: its hook scripts note how they were called. */
export function installMarker(folder: string, body = `printf '%s\\n' "$0 $*" >> marker`): void {
  for (const script of [SCRIPT, BEFORE_COMMIT]) write(join(folder, script), `${body}\n`)
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
