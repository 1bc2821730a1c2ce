/** The one place that catches, prints an error and sets the exit code. */
import { FlowError } from './errors.ts'
import { describeFailure } from './failure.ts'
import { type Ending, endWith } from './ports/ending.ts'
import { printError } from './ports/environment.ts'
import { openPorts } from './ports/open.ts'
import type { Ports } from './ports/ports.ts'

/**
 * Runs one command to the end of the process.
 * @param typed makes the commands in an error such as can be pasted; absent: nobody reads it to type them
 */
export async function main(
  command: (ports: Ports) => Ending | Promise<Ending>,
  typed: (ports: Ports, text: string) => string | Promise<string> = (_, text) => text,
): Promise<never> {
  let ports: Ports | undefined
  try {
    ports = await openPorts()
    return endWith(await command(ports))
  } catch (error) {
    const text = describeFailure(error, ports)
    printError(ports === undefined ? text : await typed(ports, text))
    return endWith({ exitCode: error instanceof FlowError ? error.exitCode : 1 })
  }
}
