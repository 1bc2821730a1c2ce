/** What `--help` prints: at most 23 lines of 80 columns, with the next prompt a screen, and narrower where the terminal is. */
import { type CommandName, GROUPS, wordsOf } from './definition.ts'

const WIDEST = 80
/** Narrower than this a summary goes below what it explains. */
const NARROW = 60

/** What stands at the end of every page: the way back when all else fails. */
const BY_HAND = [
  ['recover', 'puts back what killed sessions left'],
  ['status', 'prints the cp or rm that does it without flow'],
] as const
const BACKUPS = 'the backups, with a manifest.json each'

/**
 * @param command null: all of them
 * @param columns width of the terminal; undefined: it is none
 * @param name how flow is called here: `flow`, `npx flow-agent`
 * @param home the state home, as a shell reads it
 */
export function helpPage(
  version: string,
  command: CommandName | null,
  columns: number | undefined,
  name = 'flow',
  home = '~/.sylphx-flow',
): string {
  const width = Math.min(columns ?? WIDEST, WIDEST)
  const lines =
    command === null ? everyCommand(version, width, name) : oneCommand(command, width, name)
  const byHand = [
    ...BY_HAND.map(([words, summary]) => [`${name} ${words}`, summary] as const),
    [`ls ${home}/snapshots/*/*`, BACKUPS] as const,
  ]
  return [...lines, '', 'To restore by hand:', ...table(byHand, width), ''].join('\n')
}

/** `flow run [AGENT] [OPTIONS] [-- ARGS…]` without the first word. */
export function usageOf(name: CommandName): string {
  const { argument, rest } = wordsOf(name)
  const required = argument?.isRequired ? argument.name : `[${argument?.name}]`
  return [name, ...(argument === undefined ? [] : [required]), ...(rest ? [rest] : [])].join(' ')
}

function everyCommand(version: string, width: number, name: string): string[] {
  const rows = GROUPS.flatMap(([title, names]) =>
    names.map((one, at) => [at === 0 ? title : '', usageOf(one), wordsOf(one).summary] as const),
  )
  const head = [
    ...wrap(
      `flow ${version}: your team's hooks in an AI agent's settings, only while it runs`,
      width,
    ),
    ...wrap(`flow COMMAND --help tells more. ${exampleOf('exec', name)}`, width),
  ]
  if (width < NARROW) {
    const groups = GROUPS.flatMap(([title, names]) => [
      title,
      ...table(
        names.map((one) => [usageOf(one), wordsOf(one).summary] as const),
        width,
      ),
    ])
    return [...head, '', ...groups]
  }
  const titles = Math.max(...rows.map(([title]) => title.length))
  const usages = Math.max(...rows.map(([, words]) => words.length))
  return [
    ...head,
    '',
    ...rows.flatMap(([title, words, summary]) =>
      row(`${title.padEnd(titles)}  ${words.padEnd(usages)}  `, summary, width),
    ),
  ]
}

function oneCommand(command: CommandName, width: number, name: string): string[] {
  const { about, argument, options } = wordsOf(command)
  const rows = [
    ...(argument === undefined ? [] : [[argument.name, argument.summary] as const]),
    ...Object.entries(options).map(([option, { short, value, summary }]) => {
      const long = value === undefined ? `--${option}` : `--${option} ${value}`
      return [short === undefined ? `    ${long}` : `-${short}, ${long}`, summary] as const
    }),
  ]
  return [
    ...wrap(`Usage: flow ${withOptions(command)}`, width),
    '',
    ...wrap(about, width),
    ...(rows.length === 0 ? [] : ['', ...table(rows, width)]),
    '',
    ...wrap(exampleOf(command, name), width),
  ]
}

/** It can be typed, and so can the commands at the end; the usage has the program's own name. */
function exampleOf(command: CommandName, name: string): string {
  return `Example: ${wordsOf(command).example.replace(/^flow(?= )/, () => name)}`
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
