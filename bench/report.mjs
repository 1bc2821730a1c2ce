/** One screen: what was measured, where, and a line for each figure. */
export function report(rows, { builds, machine, loads, pairs }) {
  const heads = builds.old ? ['old', 'new', 'new/old', '95 % interval'] : ['new', 'quartiles']
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

function cells({ node, name, samples }, builds) {
  if (!samples) return [node, name, '', 'not installed']
  const [floor, before, now] = [samples.floor, samples.old, samples.new].map((values) =>
    values ? digits(quantile(values, 0.5)) : '',
  )
  if (!builds.old) {
    return [
      node,
      name,
      floor,
      now,
      [0.25, 0.75].map((part) => digits(quantile(samples.new, part))).join(' to '),
    ]
  }
  // Of the same round, so that a slow moment of the machine falls on both.
  const ratios = samples.new.map((value, round) => value / samples.old[round])
  const [ratio, ...interval] = [quantile(ratios, 0.5), ...medianInterval(ratios)].map((one) =>
    one.toFixed(2),
  )
  return [node, name, floor, before, now, ratio, interval.join(' to ')]
}

function line([node, name, ...columns]) {
  const texts = columns.map((text, nth) => text.padStart(nth === 4 ? 15 : 9))
  return [node.padEnd(10), name.padEnd(30), ...texts].join('')
}

function digits(milliseconds) {
  return milliseconds.toFixed(milliseconds < 1 ? 3 : 1)
}

function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * part
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return below + (above - below) * (place % 1)
}

/** The 95 % confidence interval of the median, from the order statistics: any distribution will do. */
function medianInterval(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const skipped = Math.max(0, Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length)))
  return [sorted[skipped], sorted[sorted.length - 1 - skipped]]
}
