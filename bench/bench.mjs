// npm run bench: what flow costs beside the same without flow. Writes docs/BENCHMARKS.md.
//
// Each case has a temporary repository and state home of its own, and runs what the packed tarball
// installs. BENCH_ROUNDS=5 makes it short, for trying the bench itself out.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  agentCommand,
  checkout,
  checkoutInSession,
  cleanFilter,
  gitStatus,
  hookSessionStart,
} from './cases.mjs'
import { growth } from './growth.mjs'
import { install } from './installed.mjs'
import { compare } from './measure.mjs'
import { prompt } from './prompt.mjs'
import { report } from './report.mjs'

const rounds = Number(process.env.BENCH_ROUNDS ?? 40)
const cases = [
  agentCommand,
  hookSessionStart,
  checkout,
  prompt,
  cleanFilter,
  gitStatus,
  checkoutInSession,
]
const installed = install()
try {
  const tables = []
  for (const prepare of cases) {
    const { title, sentence, repeat, variants, digits, close } = await prepare(installed)
    process.stderr.write(`${title}: ${variants.length} commands, ${rounds} rounds of ${repeat}\n`)
    const rows = compare(variants, { rounds, repeat })
    tables.push({ title, sentence, rounds, repeat, digits, rows })
    await close?.()
  }
  const text = report(tables, growth(installed, { rounds }))
  writeFileSync(join(import.meta.dirname, '../docs/BENCHMARKS.md'), text)
  process.stdout.write(text)
} finally {
  rmSync(installed.folder, { recursive: true, force: true })
}
