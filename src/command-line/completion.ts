/** What the scripts in templates/completion complete with. */
import { type CommandName, GLOBAL_OPTIONS, VISIBLE_NAMES, wordsOf } from './definition.ts'

/**
 * `COMMAND|KIND|WORD|SUMMARY`, one a line; KIND is `word`, `option`, `ask` (WORD is what to ask
 * `flow complete` for) or `rest` (WORD is `command` or `files`). Words without a command are the
 * commands.
 */
export function completionTable(): string {
  return [...commands(''), ...optionsOf('', GLOBAL_OPTIONS), ...VISIBLE_NAMES.flatMap(rowsOf)].join(
    '\n',
  )
}

function rowsOf(name: CommandName): string[] {
  const { argument, options, rest } = wordsOf(name)
  return [
    ...(argument === undefined ? [] : argumentRows(name, argument.completes)),
    ...optionsOf(name, options),
    ...optionsOf(name, { help: GLOBAL_OPTIONS.help }),
    ...(rest === undefined
      ? []
      : [row(name, 'rest', rest.startsWith('-- ') ? 'command' : 'files')]),
  ]
}

function argumentRows(name: CommandName, completes: readonly string[] | string): string[] {
  if (typeof completes !== 'string') return completes.map((word) => row(name, 'word', word))
  // The shells have no word for them.
  if (completes === 'paths') return []
  return completes === 'commands' ? commands(name) : [row(name, 'ask', completes)]
}

function commands(before: string): string[] {
  return VISIBLE_NAMES.map((name) => row(before, 'word', name, wordsOf(name).summary))
}

function optionsOf(
  name: string,
  options: Readonly<Record<string, { readonly summary: string }>>,
): string[] {
  return Object.entries(options).map(([option, { summary }]) =>
    row(name, 'option', `--${option}`, summary),
  )
}

function row(name: string, kind: string, word: string, summary = ''): string {
  return [name, kind, word, summary].join('|')
}
