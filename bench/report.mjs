/** One screen: what was measured, where, and a line for each figure. */
export function report(rows, { builds, machine, loads, pairs }) {
  const range = '95 % interval'
  const heads = builds.old ? ['old', 'new', 'new/old', range, 'CPU'] : ['new', range]
  const load = loads.map((one) => one.toFixed(1)).join(' to ')
  const lines = [
    ...Object.entries(builds).map(([build, { name }]) => `${build}: ${name}`),
    `${machine}, load ${load}; milliseconds, medians of ${pairs} rounds`,
    line(['Node', '', 'floor', ...heads]),
    // First what depends on Node.
    ...rows.filter(({ node }) => node).map((row) => line(cells(row, builds))),
    ...rows.filter(({ node }) => !node).map((row) => line(cells(row, builds))),
  ]
  return lines.map((text) => `${text.slice(0, 100)}\n`).join('')
}

function cells({ node, name, samples, cpu }, builds) {
  if (!samples) return [node, name, '', 'not installed']
  const floor = samples.floor ? digits(median(samples.floor)) : ''
  const middle = digits(median(samples.new))
  if (!builds.old) return [node, name, floor, middle, interval(samples.new, digits)]
  const before = digits(median(samples.old))
  const wall = ratios(samples)
  const cpuRatio = cpu ? two(median(ratios(cpu))) : ''
  return [node, name, floor, before, middle, two(median(wall)), interval(wall, two), cpuRatio]
}

/** Each of one round, so that a slow moment of the machine falls on both. */
function ratios(samples) {
  return samples.new.map((value, round) => value / samples.old[round])
}

function line([node, name, ...columns]) {
  const numbers = columns.map((text) => text.padStart(/ (to|%) /.test(text) ? 16 : 9))
  return [node.padEnd(10), name.padEnd(29), ...numbers].join('').trimEnd()
}

function digits(milliseconds) {
  return milliseconds.toFixed(milliseconds < 1 ? 3 : 1)
}

function two(ratio) {
  return ratio.toFixed(2)
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2
}

/** Where the median is with 95 % confidence, by the ranks of the samples, whatever they are spread like. */
function interval(values, format) {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.max(0, Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length)))
  return [sorted[rank], sorted.at(-1 - rank)].map(format).join(' to ')
}
