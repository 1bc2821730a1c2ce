/** Shows a notification by one way: the argument vector, the program, and what came of it. */
import { posix, win32 } from 'node:path'
import {
  type Call,
  notifySend,
  osascript,
  ownCommand,
  powershell,
  terminalNotifier,
  throughWsl,
} from '../../hooks/calls.ts'
import type { Failure } from '../../hooks/deliver.ts'
import type { Notification } from '../../hooks/notification.ts'
import type { Facts, Way } from '../../hooks/ways.ts'
import type { Ports } from '../../ports/ports.ts'
import { runBounded } from '../../ports/run-bounded.ts'

/** `wslpath` answers at once, or not at all. */
const TRANSLATION_MS = 2_000

export interface Showing {
  readonly notification: Notification
  readonly facts: Facts
  /** The project's folder, where a command of the person's own runs. */
  readonly folder: string
}

/** Null: the program took it. Never throws for what a program does. */
export async function showBy(
  ports: Ports,
  way: Extract<Way, { kind: 'open' }>,
  showing: Showing,
  timeoutMs: number,
): Promise<Failure> {
  const call = callOf(ports, way, showing)
  if (call === null) return 'Windows has no path for a file of flow’s (`wslpath -w`)'
  const cwd = way.name === 'command' ? showing.folder : undefined
  const done = await runBounded({ ...call, cwd, timeoutMs })
  if (done.kind === 'too-slow') return `no answer within ${Math.round(timeoutMs / 1000)} s`
  if (done.kind === 'not-started') return done.why
  if (done.status === 0) return null
  const how = done.status === null ? 'ended by a signal' : `exit status ${done.status}`
  return done.stderr.trim().split('\n', 1)[0] || how
}

function callOf(
  ports: Ports,
  { name, program }: Extract<Way, { kind: 'open' }>,
  { notification, facts }: Showing,
): Call | null {
  const env = ports.environment.variables
  switch (name) {
    case 'command':
      return ownCommand(program, env, notification, facts.command.slice(1))
    case 'notify-send':
      return notifySend(program, env, notification)
    case 'osascript':
      return osascript(program, env, notification)
    case 'terminal-notifier':
      return terminalNotifier(program, env, notification)
    case 'powershell':
      return throughPowershell(ports, program, notification, facts)
    case 'terminal':
      throw new Error('no program writes to the terminal')
    default:
      return name satisfies never
  }
}

function throughPowershell(
  { commands, environment }: Ports,
  program: string,
  notification: Notification,
  { isWsl }: Facts,
): Call | null {
  const { scriptPath, variables } = environment
  if (!isWsl) {
    const script = win32.join(win32.dirname(scriptPath), 'notify.ps1')
    return powershell(program, variables, notification, script)
  }
  const path = posix.join(posix.dirname(scriptPath), 'notify.ps1')
  const translated = commands.run('wslpath', ['-w', path], {
    env: variables,
    timeoutMs: TRANSLATION_MS,
  })
  if (translated.status !== 0) return null
  return throughWsl(powershell(program, variables, notification, translated.stdout.trim()))
}
