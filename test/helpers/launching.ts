import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { bundle } from '../protocol/bundle.ts'
import type { Order } from './launch-driver.ts'
import { tempFolder } from './temp-folder.ts'

export const LAUNCH_SCRIPT = resolve(import.meta.dirname, '../../templates/launch.sh')

/** What the stand-in's role `facts` prints. */
export interface Facts {
  readonly records: { readonly name: string; readonly text: string; readonly mode: number }[]
  readonly words: string[]
  readonly pid: number
  readonly env: Record<string, string>
  readonly startTime: string
  readonly cwd: string
  readonly umask: number
}

export interface Launching extends Partial<Order> {
  readonly input?: string
  /** Words in front of the driver's own, e.g. another program that starts it. */
  readonly through?: readonly string[]
}

/** Of this worker; goes with the packed package next to it. */
const driverPath = join(dirname(inject('installed')), `driver-${process.pid}.mjs`)
await bundle(join(import.meta.dirname, 'launch-driver.ts'), driverPath)

/** argv of the stand-in agent in one of its roles. */
export function standIn(role: string, ...words: string[]): string[] {
  return [process.execPath, join(import.meta.dirname, 'stand-in.mjs'), role, ...words]
}

/** The command line that launches `argv`, and what it and its agent log meanwhile. */
export function order(argv: readonly string[], { through = [], ...changes }: Launching = {}) {
  const folder = tempFolder()
  const orderPath = join(folder, 'order.json')
  const logPath = join(folder, 'log')
  const whole: Order = {
    argv,
    cwd: folder,
    launchScript: LAUNCH_SCRIPT,
    recordPath: join(folder, 'stem.%p.agent'),
    logPath,
    ...changes,
  }
  writeFileSync(orderPath, JSON.stringify(whole))
  return {
    folder,
    command: [...through, process.execPath, driverPath, orderPath],
    env: { ...process.env, STAND_IN_LOG: logPath },
    log: () => (existsSync(logPath) ? readFileSync(logPath, 'utf8') : ''),
  }
}

/** Launches `argv` with pipes for its input and output. */
export function begin(argv: readonly string[], launching: Launching = {}) {
  const { command, env, folder, log } = order(argv, launching)
  const [file = '', ...args] = command
  const child = spawn(file, args, { env, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((settle) => {
    child.once('close', (code, signal) => settle({ code, signal, stdout, stderr }))
  })
  return { child, ended, folder, log, printed: () => stdout }
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Launches `argv` and waits for its end. */
export async function run(argv: readonly string[], launching: Launching = {}) {
  const { child, ended, folder, log } = begin(argv, launching)
  // An agent that never reads its input closes it: nothing to tell (EPIPE).
  child.stdin.on('error', () => undefined)
  child.stdin.end(launching.input ?? '')
  return { ...(await ended), folder, log }
}

export function factsOf({ stdout, stderr }: { stdout: string; stderr: string }): Facts {
  if (stdout === '') throw new Error(`the stand-in printed nothing: ${stderr}`)
  return JSON.parse(stdout) as Facts
}
