import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** The tables as Markdown, with what they were measured on. */
export function report(tables, growths) {
  return `# What flow costs

Made by \`npm run bench\`, which writes this file. The commands of a table take turns, so that whatever else
the machine does meets them all alike. Times are medians per run, with the quartiles in brackets; CPU is user and
system time of the command and of all that it started. A ratio is the median of the ratios within each round.

${machine()}
${tables.map(section).join('')}${growthSection(growths)}`
}

/** Medians, and what each further one of the thing costs, by the largest size. */
function growthSection(rows) {
  const columns = ['acquire', 'release', 'entry', 'prompt']
  const first = (thing) => rows.find((row) => row.thing === thing)
  const slope = (row, column) => {
    const from = first(row.thing)
    if (row === from) return ''
    const microseconds = ((row[column] - from[column]) * 1000) / (row.size - from.size)
    return ` (${microseconds < 0.005 ? '0' : microseconds.toFixed(2)})`
  }
  const cell = (row, column) =>
    `${row[column].toFixed(column === 'entry' || column === 'prompt' ? 3 : 1)}${slope(row, column)}`
  const lines = [
    ['with', 'acquire', 'release', 'entry of a git hook', 'prompt of bash'],
    ['---', '--:', '--:', '--:', '--:'],
    ...rows.map((row) => [
      `${row.size.toLocaleString('en')} ${row.thing}`,
      ...columns.map((column) => cell(row, column)),
    ]),
  ]
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return `\n## What grows, and with what\n\nMilliseconds; in brackets, what each further one adds, in microseconds. Acquire and release are the library's calls, in a process that runs already; the last one in and out where nobody else is in the session. ${rows[0].rounds} rounds.\n\n${table}\n`
}

/** What matters and nothing that names the machine. */
function machine() {
  const git = execFileSync('git', ['--version'], { encoding: 'utf8' }).trim()
  const facts = [
    `${availableParallelism()} cores`,
    process.platform,
    `node ${process.versions.node}`,
    git,
    new Date().toISOString().slice(0, 10),
  ]
  return `Measured on: ${facts.join('; ')}.`
}

function section({ title, sentence, rounds, repeat, rows, digits = 1 }) {
  const lines = [
    ['command', 'wall, ms', 'CPU, ms', 'beside', 'wall', 'CPU'],
    ['---', '--:', '--:', '---', '--:', '--:'],
    ...rows.flatMap(({ name, wallMs, cpuMs, ratios }) => {
      const own = [`\`${name}\``, ms(wallMs, digits), ms(cpuMs, digits)]
      if (ratios.length === 0) return [[...own, '', '', '']]
      return ratios.map(({ other, wall, cpu }, nth) => [
        ...(nth === 0 ? own : ['', '', '']),
        `\`${other}\``,
        times(wall),
        times(cpu),
      ])
    }),
  ]
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return `\n## ${title}\n\n${sentence} n = ${rounds} rounds of ${repeat} runs each.\n\n${table}\n`
}

function ms({ low, median, high }, digits) {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}

function times({ low, median, high }) {
  return `× **${median.toFixed(2)}** (${low.toFixed(2)} to ${high.toFixed(2)})`
}
