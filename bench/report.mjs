/** One screen: what was measured, where, and a line for each figure. */
export function report(rows, { builds, machine, loads, pairs }) {
  const heads = builds.old ? ['old', 'new', 'new/old'] : ['new']
  const load = loads.map((one) => one.toFixed(1)).join(' to ')
  const lines = [
    ...Object.entries(builds).map(([build, { name }]) => `${build}: ${name}`),
    `${machine}, load ${load}; milliseconds, medians of ${pairs} rounds`,
    line(['Node', '', 'floor', ...heads, '95 % interval']),
    // First what depends on Node.
    ...rows.filter(({ node }) => node).map((row) => line(cells(row, builds))),
    ...rows.filter(({ node }) => !node).map((row) => line(cells(row, builds))),
  ]
  return lines.map((text) => `${text.slice(0, 100)}\n`).join('')
}

function cells({ node, name, samples }, builds) {
  if (!samples) return [node, name, '', 'not installed']
  const floor = samples.floor ? digits(median(samples.floor)) : ''
  const middle = digits(median(samples.new))
  if (!builds.old) return [node, name, floor, middle, interval(samples.new, digits)]
  // Of the same round, so that a slow moment of the machine falls on both.
  const ratios = samples.new.map((value, round) => value / samples.old[round])
  const ratio = (value) => value.toFixed(2)
  const before = digits(median(samples.old))
  return [node, name, floor, before, middle, ratio(median(ratios)), interval(ratios, ratio)]
}

function line([node, name, ...columns]) {
  const numbers = columns.map((text) => text.padStart(/ (to|%) /.test(text) ? 16 : 9))
  return [node.padEnd(10), name.padEnd(30), ...numbers].join('')
}

function digits(milliseconds) {
  return milliseconds.toFixed(milliseconds < 1 ? 3 : 1)
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
