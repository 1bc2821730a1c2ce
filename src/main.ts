/** The one place that catches, prints an error and sets the exit code. */
import { FlowError } from './errors.ts'
import { describeFailure } from './failure.ts'
import { type Ending, endWith } from './ports/ending.ts'
import { printError } from './ports/environment.ts'
import { openPorts } from './ports/open.ts'
import type { Ports } from './ports/ports.ts'

/** Runs one command to the end of the process. */
export async function main(command: (ports: Ports) => Ending | Promise<Ending>): Promise<never> {
  try {
    return endWith(await command(await openPorts()))
  } catch (error) {
    printError(describeFailure(error))
    return endWith({ exitCode: error instanceof FlowError ? error.exitCode : 1 })
  }
}
