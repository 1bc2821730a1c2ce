// npm run bench [-- --against TARBALL_OR_GIT_REF] [--pairs N] [--node VERSION,VERSION]
// What flow costs, and what an older build cost, measured in turns. docs/BENCHMARKS.md explains it.
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureCases } from './cases.mjs'
import { findNode, newFixture, packNew, packOld } from './fixture.mjs'
import { report } from './report.mjs'
import { interrupted, run } from './run.mjs'

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    pairs: { type: 'string', default: '30' },
    node: { type: 'string', default: 'current' },
  },
})
const pairs = Number(values.pairs)
if (!(pairs >= 1)) throw new Error('--pairs takes a number from 1 on')

const directory = await realpath(await mkdtemp(join(tmpdir(), 'flow-bench-')))
try {
  const clocks = await run('bash', ['-c', 'echo "$EPOCHREALTIME $(date +%s%N)"'])
  if (!/^\d+\D\d+ \d+$/.test(clocks)) throw new Error('needs bash 5 and a date that knows %N')
  const loads = [loadavg()[0]]
  const builds = values.against ? { old: await packOld(directory, values.against) } : {}
  builds.new = await packNew(directory)
  const rows = []
  for (const version of values.node.split(',')) {
    const node = await findNode(directory, version)
    const fixtures = { floor: await newFixture(join(directory, `floor-${version}`), { node }) }
    for (const [build, { tarball }] of Object.entries(builds)) {
      const place = join(directory, `${build}-${version}`)
      fixtures[build] = await newFixture(place, { node, tarball })
    }
    const scope = rows.length === 0 ? 'everything' : 'node'
    rows.push(...(await measureCases(fixtures, { pairs, scope })))
  }
  loads.push(loadavg()[0])
  const git = await run('git', ['--version'])
  const machine = `${process.platform}, ${git}, ${availableParallelism()} CPUs`
  process.stdout.write(report(rows, { builds, machine, loads, pairs }))
} catch (error) {
  process.exitCode = interrupted.aborted ? 130 : 1
  process.stderr.write(`bench: ${interrupted.aborted ? 'interrupted' : error.message}\n`)
} finally {
  // What an interrupt left without a parent may still write for a moment.
  await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
