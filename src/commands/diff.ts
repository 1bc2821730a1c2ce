const CONTEXT = 2
/** Beyond so many cells the table of a comparison costs seconds: then all is taken for replaced. */
const MOST_CELLS = 4_000_000

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/**
 * A unified diff without line numbers: what is added and removed, with two lines round it.
 * Null: there is no such file.
 */
export function diff(name: string, before: string | null, after: string | null): string {
  const lines = compare(toLines(before), toLines(after))
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ sign }) => sign !== ' '),
  )
  const body = lines.flatMap(({ sign, text }, at) => {
    if (!isNear[at]) return []
    return isNear[at - 1] === false ? ['@@', sign + text] : [sign + text]
  })
  const [from, to] = [before, after].map((text) => (text === null ? '/dev/null' : name))
  return [`--- ${from}`, `+++ ${to}`, ...body, ''].join('\n')
}

function toLines(text: string | null): string[] {
  if (text === null) return []
  const lines = text.replace(/\r\n/g, '\n').split('\n')
  // What every text should end in makes no line of its own; its absence does.
  if (lines.at(-1) === '') return lines.slice(0, -1)
  return [...lines, '\\ no newline at the end']
}

function compare(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0
  while (head < before.length && before[head] === after[head]) head += 1
  let tail = 0
  const room = Math.min(before.length, after.length) - head
  while (tail < room && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  return [
    ...signed(' ', before.slice(0, head)),
    ...compareMiddle(
      before.slice(head, before.length - tail),
      after.slice(head, after.length - tail),
    ),
    ...signed(' ', before.slice(before.length - tail)),
  ]
}

/** Along a longest common subsequence, from the table of their lengths. */
function compareMiddle(before: readonly string[], after: readonly string[]): Line[] {
  if (before.length * after.length > MOST_CELLS) {
    return [...signed('-', before), ...signed('+', after)]
  }
  const lengths = before.map(() => new Array<number>(after.length).fill(0))
  const lengthAt = (i: number, j: number) => lengths[i]?.[j] ?? 0
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] ?? []
      row[j] =
        before[i] === after[j]
          ? lengthAt(i + 1, j + 1) + 1
          : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1))
    }
  }
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < before.length && j < after.length) {
    const [old = '', fresh = ''] = [before[i], after[j]]
    if (old === fresh) {
      lines.push({ sign: ' ', text: old })
      i += 1
      j += 1
    } else if (lengthAt(i + 1, j) >= lengthAt(i, j + 1)) {
      lines.push({ sign: '-', text: old })
      i += 1
    } else {
      lines.push({ sign: '+', text: fresh })
      j += 1
    }
  }
  return [...lines, ...signed('-', before.slice(i)), ...signed('+', after.slice(j))]
}

function signed(sign: Line['sign'], texts: readonly string[]): Line[] {
  return texts.map((text) => ({ sign, text }))
}
