import { spawnSync } from 'node:child_process'

/**
 * Runs the variants against each other: in every round each of them once, in an order that rotates,
 * so that whatever else the machine does meets them all alike. The first round warms up and does
 * not count.
 *
 * A variant is `{ name, argv, cwd, env, beside }`: `beside` names those that it is a ratio to. One
 * measurement is `repeat` runs in a row; `times` below are per run. bash keeps the time, since Node
 * does not know the CPU time of its children.
 *
 * A variant with `loops` does its work that often in one run, and what `above` names is the same run
 * without the work: its times are what is left, per loop. One that is `hidden` serves for that only.
 *
 * @returns for each variant `{ name, wallMs, cpuMs, ratios }`, each a spread over the rounds
 */
export function compare(variants, { rounds, repeat }) {
  const times = new Map(variants.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (let place = 0; place < variants.length; place += 1) {
      const variant = variants[(round + place) % variants.length]
      const time = clock(variant, repeat)
      if (round > 0) times.get(variant.name).push(time)
    }
  }
  return variants
    .filter(({ hidden }) => !hidden)
    .map(({ name, beside = [], loops = 1, above }) => {
      const floor = above === undefined ? [] : times.get(above)
      const own = times.get(name).map(({ wallMs, cpuMs }, round) => ({
        wallMs: (wallMs - (floor[round]?.wallMs ?? 0)) / loops,
        cpuMs: (cpuMs - (floor[round]?.cpuMs ?? 0)) / loops,
      }))
      const ratios = beside.map((other) => ({
        other,
        // Of the same round, so that a slow minute of the machine falls on both.
        wall: spread(own.map(({ wallMs }, round) => wallMs / times.get(other)[round].wallMs)),
        cpu: spread(own.map(({ cpuMs }, round) => cpuMs / times.get(other)[round].cpuMs)),
      }))
      return {
        name,
        wallMs: spread(own.map(({ wallMs }) => wallMs)),
        cpuMs: spread(own.map(({ cpuMs }) => cpuMs)),
        ratios,
      }
    })
}

const SCRIPT = `TIMEFORMAT='%3R %3U %3S'
n=$1
shift
time for ((i = 0; i < n; i++)); do "$@" </dev/null >/dev/null 2>&1 || exit 99; done`

/** Milliseconds per run: on the clock, and of CPU with all processes that it waited for. */
function clock({ name, argv, cwd, env }, repeat) {
  const args = ['-c', SCRIPT, 'bash', String(repeat), ...argv]
  const done = spawnSync('bash', args, { cwd, env: { ...env, LC_ALL: 'C' }, encoding: 'utf8' })
  if (done.error) throw done.error
  if (done.status !== 0) throw new Error(`${name} failed in ${cwd}: ${argv.join(' ')}`)
  const [wall, user, system] = done.stderr.trim().split(' ').map(Number)
  return { wallMs: (wall * 1000) / repeat, cpuMs: ((user + system) * 1000) / repeat }
}

/** Median and quartiles. */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part) => {
    const place = (sorted.length - 1) * part
    const below = Math.floor(place)
    const above = Math.min(below + 1, sorted.length - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - below)
  }
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}
