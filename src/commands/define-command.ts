import type { Args, CommandDefinition, Values } from '../command-line/definition.ts'
import type { Ending } from '../ports/ending.ts'
import type { Ports } from '../ports/ports.ts'

/** A file src/commands/NAME.ts. It imports what it does in `run`, since help and completion load every command. */
export interface Command<A extends Args = Args> extends CommandDefinition {
  readonly args: A
  /**
   * @param packageDirectory flow's own package, absolute
   * @returns a number: the exit code
   */
  run(ports: Ports, values: Values<A>, packageDirectory: string): Promise<Ending | number>
}

export function defineCommand<const A extends Args>(command: Command<A>): Command {
  return command as Command
}

/** Ports of a command that prints nothing but errors and what was asked for. */
export function quietIf(isQuiet: boolean, ports: Ports): Ports {
  return isQuiet ? { ...ports, environment: { ...ports.environment, isQuiet } } : ports
}
