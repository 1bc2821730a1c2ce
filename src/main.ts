/** The one place that catches, prints an error and sets the exit code. */
import { FlowError } from './errors.ts'
import { describeFailure } from './failure.ts'
import { type Ending, endWith } from './ports/ending.ts'
import { openPorts } from './ports/open.ts'
import type { Ports } from './ports/ports.ts'

/** Runs one command to the end of the process. */
export async function main(command: (ports: Ports) => Ending | Promise<Ending>): Promise<never> {
  const ports = await openPorts()
  try {
    return endWith(await command(ports))
  } catch (error) {
    ports.environment.printError(describeFailure(error))
    return endWith({ exitCode: error instanceof FlowError ? error.exitCode : 1 })
  }
}
