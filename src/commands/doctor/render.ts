/** How the findings read: problems first, each with what fixes it, then a count of what is fine. */
import type pc from 'picocolors'
import type { Finding, Status } from '../../setup/finding.ts'
import { wrap } from '../columns.ts'

export interface Style {
  readonly columns: number
  readonly colors: ReturnType<typeof pc.createColors>
  /** Also lists what is fine. */
  readonly isVerbose: boolean
}

/** Version of the shape that `--json` prints. */
const JSON_VERSION = 1

const MARGIN = '  warning  '.length

export function toJson(findings: readonly Finding[]): string {
  const printed = findings.map(({ fix, ...finding }) => ({ ...finding, mend: fix }))
  return `${JSON.stringify({ version: JSON_VERSION, findings: printed }, null, 2)}\n`
}

/** A command is whole on a line of its own, to be copied. */
export function render(findings: readonly Finding[], style: Style): string {
  const of = (wanted: Status) => findings.filter(({ status }) => status === wanted)
  const problems = byFix([...of('broken'), ...of('warning')])
  const lines = [
    ...problems.flatMap((group) => renderGroup(group, style)),
    ...(style.isVerbose ? renderGroup(of('ok'), style) : []),
  ]
  return [...lines, ...(lines.length > 0 ? [''] : []), summary(of, style), ''].join('\n')
}

/** Problems that one command fixes stand together, so that it is printed once. */
function byFix(problems: readonly Finding[]): Finding[][] {
  const groups: Finding[][] = []
  for (const problem of problems) {
    const group = groups.find(([first]) => first?.fix !== undefined && first.fix === problem.fix)
    if (group === undefined) groups.push([problem])
    else group.push(problem)
  }
  return groups
}

function renderGroup(group: readonly Finding[], { columns, colors }: Style): string[] {
  const fold = (text: string) => wrap(text, columns - MARGIN)
  const margin = ' '.repeat(MARGIN)
  const commands = group[0]?.fix?.split('\n') ?? []
  return [
    ...group.flatMap(({ status, title, detail, byHand = [] }) => {
      const [first = '', ...rest] = fold(oneLine(title))
      const details = detail === undefined ? [] : detail.split('\n').flatMap(fold)
      return [
        `  ${paint(status, colors)(status.padEnd(MARGIN - 2))}${first}`,
        ...rest.map((line) => margin + line),
        ...details.map((line) => margin + colors.dim(line)),
        ...byHand.flatMap(({ path, text }) => [
          `${margin}  in ${path}:`,
          ...text.split('\n').map((line) => `${margin}    ${colors.cyan(line)}`),
        ]),
      ]
    }),
    ...commands.map((command) => `${margin}  ${colors.cyan(command)}`),
  ]
}

function paint(status: Status, { green, yellow, red, bold }: Style['colors']) {
  return { ok: green, warning: yellow, broken: (text: string) => bold(red(text)) }[status]
}

function summary(of: (status: Status) => Finding[], { isVerbose }: Style): string {
  const [broken, warnings, passed] = [of('broken'), of('warning'), of('ok')].map(
    (all) => all.length,
  )
  const counts = [
    ...(broken ? [`${broken} broken`] : []),
    ...(warnings ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
    ...(passed ? [`${passed} ${passed === 1 ? 'check' : 'checks'} passed`] : []),
  ].join(', ')
  const hint = passed && !isVerbose ? ' (--verbose lists them)' : ''
  return `${broken || warnings ? '' : 'all is well: '}${counts}${hint}`
}

/** A path may hold a line break; a title is one text all the same. */
function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n')
}
