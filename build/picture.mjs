// `npm run picture`: runs the real `flow demo`, and draws the most telling of what it says as docs/demo.svg.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { drawTerminal } from './terminal.mjs'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** By number of the step: how the lines begin of what is shown of it. Claims are shown in every case. */
const SHOWN = {
  3: ['npm run agent'],
  7: ['kill -9', 'grep -c'],
  8: ['git checkout', 'cmp'],
}
const COLUMNS = 80

/**
 * What `flow demo` printed, with colours, as SVG: whole parts of some steps, a sign where a part is left
 * out, and in place of what is different at every run (pids, days, times) the same words each time.
 * @throws Error when a step, or a part to be shown, is not there
 */
export function drawDemo(output) {
  const [closing] = /^All \d+ claims held.*?\n(?=Read)/ms.exec(output) ?? []
  if (closing === undefined) throw new Error(`not every claim held:\n${output}`)
  const parts = output.slice(0, output.indexOf(closing)).split('\n\u001b[1m')
  const steps = Object.entries(SHOWN).map(([number, begins]) => {
    const step = parts.find((part) => plain(part).startsWith(`${number}  `))
    if (step === undefined) throw new Error(`there is no step ${number}`)
    return excerpt(step, begins)
  })
  return drawTerminal(alwaysTheSame([...steps, closing].join('\n\n')), {
    title: 'flow demo',
    about:
      'Three of the eight steps that `npm run demo` prints: an agent runs with the hooks of the team; it is killed; git checkout puts the settings back, byte for byte.',
    columns: COLUMNS,
  })
}

/** The title, the parts that begin so, and the claims; one sign for the parts between them. */
function excerpt(step, begins) {
  const [heading = '', ...parts] = step.trimEnd().split('\n\n')
  // Below the title stands what to look at, dim.
  const [title = ''] = heading.split('\n\u001b[2m')
  const isOf = (part, begin) => plain(part).startsWith(`   $ ${begin}`)
  const missing = begins.find((begin) => !parts.some((part) => isOf(part, begin)))
  if (missing !== undefined) throw new Error(`no line begins with $ ${missing} in: ${title}`)
  const isShown = (part) => !isOf(part, '') || begins.some((begin) => isOf(part, begin))
  const shown = parts.map((part) => (isShown(part) ? part : LEFT_OUT))
  const once = shown.filter((part, index) => part !== LEFT_OUT || shown[index - 1] !== LEFT_OUT)
  return [
    `\u001b[1m${title}`,
    once.join('\n\n').replaceAll(`\n\n${LEFT_OUT}`, `\n${LEFT_OUT}`),
  ].join('\n')
}

const LEFT_OUT = '   \u001b[2m…\u001b[22m'
const plain = stripVTControlCharacters

function alwaysTheSame(text) {
  const pids = new Map()
  const pid = (found) => {
    if (!pids.has(found)) pids.set(found, String(4201 + 11 * pids.size))
    return pids.get(found)
  }
  return text
    .replaceAll(/(?<=(?:process|started by|pid|kill -9) (?:\d+ )?)\d+/g, pid)
    .replaceAll(/session-\d{8}T\d{9}Z-[0-9a-f]{6}/g, 'session-20260131T140500000Z-5e55f1')
    .replaceAll(/\d{4}-\d\d-\d\d(?=\.md)/g, '2026-01-31')
    .replaceAll(/ and \d+\.\d s\./g, ' and 9 s.')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { NO_COLOR: _, ...variables } = process.env
  const output = execFileSync(process.execPath, [path('dist/cli.cjs'), 'demo'], {
    env: { ...variables, FORCE_COLOR: '1' },
    encoding: 'utf8',
  })
  writeFileSync(path('docs/demo.svg'), drawDemo(output))
}
