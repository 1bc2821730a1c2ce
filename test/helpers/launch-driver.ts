/** The smallest program round `launch`: node driver.mjs ORDER, where ORDER is a file of JSON. */
import { appendFileSync, readFileSync } from 'node:fs'
import { launch } from '../../src/ports/launch.ts'
import { dieOf, holdSignals, type SignalHold } from '../../src/ports/signals.ts'

export interface Order {
  readonly argv: readonly string[]
  readonly cwd: string
  /** Absent: the driver's own environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly launchScript: string
  readonly recordPath: string
  readonly logPath: string
  /** A signal that comes before the launch. */
  readonly early?: NodeJS.Signals
}

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Order
const log = (line: string) => appendFileSync(order.logPath, `${line}\n`)

log(`driver is ${process.pid}`)
const hold = holdSignals()
const signals: SignalHold = {
  ...hold,
  onSignal: (listener) =>
    hold.onSignal(
      listener &&
        ((signal) => {
          listener(signal)
          // By now it has been sent on, or never will be.
          log(`driver got ${signal}`)
        }),
    ),
}
if (order.early) process.kill(process.pid, order.early)

const { env = process.env, launchScript, recordPath, argv, cwd } = order
const record = { script: launchScript, path: recordPath, tail: 'boot - machine' }
try {
  const result = await launch({ argv, cwd, env, record, signals }, (pid) => log(`started ${pid}`))
  log(`ended ${JSON.stringify(result)}`)
  signals.release()
  if (result.signal) dieOf(result.signal)
  process.exitCode = result.code ?? 1
} catch (error) {
  log(`failed ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
