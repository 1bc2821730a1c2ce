/** What `--help` prints: at most 24 lines of 80 columns, and narrower where the terminal is. */
import { COMMANDS, type CommandName, GROUPS, wordsOf } from './definition.ts'

const WIDEST = 80
/** Narrower than this a summary goes below what it explains. */
const NARROW = 60

/** What stands at the end of every page: the way back when all else fails. */
const BY_HAND = [
  ['flow recover', 'puts back what killed sessions left'],
  ['flow status', 'prints the cp or rm that does it without flow'],
  ['ls ~/.sylphx-flow/snapshots/*/*', 'the backups, with a manifest.json each'],
] as const

/**
 * @param command null: all of them
 * @param columns width of the terminal; undefined: it is none
 */
export function helpPage(
  version: string,
  command: CommandName | null,
  columns: number | undefined,
): string {
  const width = Math.min(columns ?? WIDEST, WIDEST)
  const lines = command === null ? everyCommand(version, width) : oneCommand(command, width)
  const head = 'To restore by hand:'
  return [...lines, '', head, ...table(BY_HAND, width), ''].join('\n')
}

/** `flow run [AGENT] [OPTIONS] [-- ARGS…]` without the first word. */
export function usageOf(name: CommandName): string {
  const { argument, rest } = wordsOf(name)
  const required = argument?.isRequired ? argument.name : `[${argument?.name}]`
  return [name, ...(argument === undefined ? [] : [required]), ...(rest ? [rest] : [])].join(' ')
}

function everyCommand(version: string, width: number): string[] {
  const rows = GROUPS.flatMap(([title, names]) =>
    names.map((name, at) => [at === 0 ? title : '', usageOf(name), wordsOf(name).summary] as const),
  )
  const usage = `flow ${version}: \`flow COMMAND --help\` tells more. Example: ${COMMANDS.exec.example}`
  if (width < NARROW) {
    const groups = GROUPS.flatMap(([title, names]) => [
      title,
      ...table(
        names.map((name) => [usageOf(name), wordsOf(name).summary] as const),
        width,
      ),
    ])
    return [...wrap(usage, width), '', ...groups]
  }
  const titles = Math.max(...rows.map(([title]) => title.length))
  const usages = Math.max(...rows.map(([, words]) => words.length))
  return [
    ...wrap(usage, width),
    '',
    ...rows.flatMap(([title, words, summary]) =>
      row(`${title.padEnd(titles)}  ${words.padEnd(usages)}  `, summary, width),
    ),
  ]
}

function oneCommand(name: CommandName, width: number): string[] {
  const { about, argument, options, example } = wordsOf(name)
  const rows = [
    ...(argument === undefined ? [] : [[argument.name, argument.summary] as const]),
    ...Object.entries(options).map(([option, { short, value, summary }]) => {
      const long = value === undefined ? `--${option}` : `--${option} ${value}`
      return [short === undefined ? `    ${long}` : `-${short}, ${long}`, summary] as const
    }),
  ]
  return [
    ...wrap(`Usage: flow ${withOptions(name)}`, width),
    '',
    ...wrap(about, width),
    ...(rows.length === 0 ? [] : ['', ...table(rows, width)]),
    '',
    ...wrap(`Example: ${example}`, width),
  ]
}

function withOptions(name: CommandName): string {
  const { options, rest } = wordsOf(name)
  if (Object.keys(options).length === 0) return usageOf(name)
  const words = usageOf(name)
  const end = rest === undefined ? words.length : words.length - rest.length - 1
  return `${words.slice(0, end)} [OPTIONS]${words.slice(end)}`
}

/** Two columns; where there is no room for both, the second below the first. */
function table(rows: readonly (readonly [string, string])[], width: number): string[] {
  const left = Math.max(...rows.map(([words]) => words.length))
  return rows.flatMap(([words, summary]) =>
    width < NARROW
      ? [...wrap(words, width, 2), ...wrap(summary, width, 6)]
      : row(`  ${words.padEnd(left)}  `, summary, width),
  )
}

function row(left: string, text: string, width: number): string[] {
  const lines = wrap(text, width - left.length)
  return lines.map((line, at) => (at === 0 ? left : ' '.repeat(left.length)) + line)
}

/** At blanks; a word longer than the line stands alone. */
function wrap(text: string, width: number, indent = 0): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && indent + last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines.map((line) => ' '.repeat(indent) + line)
}
