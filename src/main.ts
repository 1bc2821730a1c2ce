/** The one place that catches, prints an error and sets the exit code. */
import { hasColors } from './commands/colors.ts'
import { FlowError } from './errors.ts'
import { describeFailure } from './failure.ts'
import { type Ending, endWith } from './ports/ending.ts'
import { printError } from './ports/environment.ts'
import { openPorts } from './ports/open.ts'
import type { Ports } from './ports/ports.ts'

/**
 * Runs one command to the end of the process.
 * @param typed makes the commands in an error such as can be pasted; absent: no user reads it
 */
export async function main(
  command: (ports: Ports) => Ending | Promise<Ending>,
  typed: (ports: Ports, text: string) => string = (_, text) => text,
): Promise<never> {
  let ports: Ports | undefined
  try {
    ports = await openPorts()
    return endWith(await command(ports))
  } catch (error) {
    printError(
      ports === undefined ? describeFailure(error) : await describeFor(ports, error, typed),
    )
    return endWith({ exitCode: error instanceof FlowError ? error.exitCode : 1 })
  }
}

async function describeFor(
  ports: Ports,
  error: unknown,
  typed: (ports: Ports, text: string) => string,
): Promise<string> {
  const { default: pc } = await import('picocolors')
  const { red, bold } = pc.createColors(hasColors(ports.environment, 'stderr'))
  return describeFailure(error, ports, { typed: (text) => typed(ports, text), red, bold })
}
