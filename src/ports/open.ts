/** Builds the real ports, once, for `cli.ts` and `runtime.ts`, and for each call of the library. */
import { systemClock } from './clock.ts'
import { systemCommands } from './commands.ts'
import { type EnvironmentOptions, systemEnvironment } from './environment.ts'
import { systemFiles } from './file-system.ts'
import { openLog } from './log.ts'
import type { Ports } from './ports.ts'
import { systemProcesses } from './processes.ts'

export async function openPorts(options?: EnvironmentOptions): Promise<Ports> {
  const environment = systemEnvironment(options)
  return {
    environment,
    fs: systemFiles,
    processes: systemProcesses(),
    clock: systemClock,
    commands: systemCommands,
    log: await openLog(environment.variables),
  }
}
