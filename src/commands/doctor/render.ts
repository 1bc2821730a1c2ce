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

const MARGIN = ' '.repeat('  warning  '.length)

export function toJson(findings: readonly Finding[]): string {
  const printed = findings.map(({ fix, ...finding }) => ({ ...finding, mend: fix }))
  return `${JSON.stringify({ version: JSON_VERSION, findings: printed }, null, 2)}\n`
}

/** What is to be copied, a command or text to add, is whole on lines of its own. */
export function render(findings: readonly Finding[], style: Style): string {
  const of = (status: Status) => findings.filter((finding) => finding.status === status)
  const problems = [...of('broken'), ...of('warning')]
  // What one command fixes is together, and the command printed once.
  const groups = new Map<string | Finding, Finding[]>()
  for (const problem of problems) {
    const key = problem.fix ?? problem
    groups.set(key, [...(groups.get(key) ?? []), problem])
  }
  const fine = of('ok')
  const lines = [
    ...[...groups].flatMap(([fix, group]) => [
      ...group.flatMap((finding) => renderOne(finding, style)),
      ...(typeof fix === 'string' ? copied(fix, '  ', style) : []),
    ]),
    ...(style.isVerbose ? fine.flatMap((finding) => renderOne(finding, style)) : []),
  ]
  const counts = [
    counted(of('broken').length, 'broken', 'broken'),
    counted(of('warning').length, 'warning', 'warnings'),
    counted(fine.length, 'check passed', 'checks passed'),
  ].filter((text) => text !== '')
  const hint = fine.length > 0 && !style.isVerbose ? ' (--verbose lists them)' : ''
  const summary = `${problems.length > 0 ? '' : 'all is well: '}${counts.join(', ')}${hint}`
  return [...lines, ...(lines.length > 0 ? [''] : []), summary, ''].join('\n')
}

function renderOne({ status, title, detail, byHand = [] }: Finding, style: Style): string[] {
  const { colors, columns } = style
  const fold = (text: string) => wrap(text, columns - MARGIN.length)
  const alarm = (text: string) => colors.bold(colors.red(text))
  const paint = { ok: colors.green, warning: colors.yellow, broken: alarm }[status]
  // A path may hold a line break; a title is one text all the same.
  const [first = '', ...rest] = fold(title.replaceAll('\n', '\\n'))
  const details = (detail ?? '').split('\n').filter((line) => line !== '')
  return [
    `  ${paint(status.padEnd(MARGIN.length - 2))}${first}`,
    ...rest.map((line) => MARGIN + line),
    ...details.flatMap(fold).map((line) => MARGIN + colors.dim(line)),
    ...byHand.flatMap(({ path, text }) => [
      `${MARGIN}  in ${path}:`,
      ...copied(text, '    ', style),
    ]),
  ]
}

function copied(text: string, indent: string, { colors }: Style): string[] {
  return text.split('\n').map((line) => MARGIN + indent + colors.cyan(line))
}

function counted(count: number, one: string, more: string): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : more}`
}
