/** How the findings read: a line for each, and below it only what is wrong and what mends it. */
import type pc from 'picocolors'
import type { Finding, Status } from '../../setup/finding.ts'

type Colors = ReturnType<typeof pc.createColors>

/** Version of the shape that `--json` prints. */
const JSON_VERSION = 1

const WORDS = ['ok', 'warning', 'broken'] as const satisfies readonly Status[]
const MARGIN = 2 + Math.max(...WORDS.map((word) => word.length)) + 2

export function toJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ version: JSON_VERSION, findings }, null, 2)}\n`
}

/** A command stands alone on its line, with nothing in front but blanks: to be copied. */
export function toText(findings: readonly Finding[], colors: Colors): string {
  return [...findings.map((finding) => print(finding, colors)), '', summary(findings), ''].join(
    '\n',
  )
}

function print({ status, title, detail, mend }: Finding, colors: Colors): string {
  const { dim, cyan } = colors
  const word = status.padEnd(MARGIN - 2)
  return [
    `  ${paint(status, colors)(word)}${oneLine(title)}`,
    ...indented(detail).map((line) => dim(line)),
    ...indented(mend).map((line) => `  ${cyan(line)}`),
  ].join('\n')
}

function paint(status: Status, { green, yellow, red, bold }: Colors): (text: string) => string {
  switch (status) {
    case 'ok':
      return green
    case 'warning':
      return yellow
    case 'broken':
      return (text) => bold(red(text))
    default:
      return status satisfies never
  }
}

function summary(findings: readonly Finding[]): string {
  const count = (status: Status) => findings.filter((one) => one.status === status).length
  const [warnings, breaks] = [count('warning'), count('broken')]
  if (warnings + breaks === 0) return 'all is well'
  const parts = [
    ...(breaks > 0 ? [`${breaks} broken`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ]
  return `${parts.join(', ')}: below each stands the command that mends it`
}

function indented(text: string | undefined): string[] {
  if (text === undefined) return []
  return text.split('\n').map((line) => `${' '.repeat(MARGIN)}${line}`)
}

/** A path may hold a line break; a finding is one line all the same. */
function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n')
}
