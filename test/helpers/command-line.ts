/** The commands that there are, all loaded, and the parser over them. */
import type { PageStyle } from '../../src/command-line/page.ts'
import { loadAll, type Parsed, parseCommandLine } from '../../src/command-line/parse.ts'
import type { Command } from '../../src/commands/define-command.ts'
import { COMMANDS } from '../../src/commands/load.ts'
import { FlowError } from '../../src/errors.ts'

export const ALL = await loadAll<Command>(COMMANDS)
export const NAMES = Object.keys(ALL)
export const VISIBLE_NAMES = NAMES.filter((name) => !commandNamed(name).meta.isHidden)

export function commandNamed(name: string): Command {
  const command = ALL[name]
  if (command === undefined) throw new Error(`there is no command ${name}`)
  return command
}

export const STYLE: PageStyle = {
  version: '10.20.30',
  program: () => 'flow',
  columns: () => 80,
  hasColors: () => false,
}

/** @param words what is typed after `flow` */
export function parse(words: readonly string[]): Promise<Parsed<Command>> {
  return parseCommandLine<Command>(words, COMMANDS, STYLE)
}

export async function refusalOf(words: readonly string[]): Promise<FlowError> {
  const error = await parse(words).catch((error: unknown) => error)
  if (error instanceof FlowError) return error
  throw new Error(`it was accepted: ${words.join(' ')}`)
}
