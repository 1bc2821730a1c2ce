/**
 * Settings files, hook entries and edits from a seed: the same seed gives the same case again.
 * One file although it is long: values, their text and edits share the pools that they draw from.
 */

import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser'
import type { JsonObject, JsonValue } from '../../../src/json.ts'

import type { HookEntry } from '../../../src/settings/merge.ts'

export interface Random {
  /** 0 up to, not including, `count`. */
  below(count: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
}

/** The mulberry32 sequence: 32 bits of state, enough for tests. */
export function seededRandom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
  }
}

const EVENTS = ['SessionStart', 'Notification', 'Stop', '__proto__', 'a/b'] as const
const STRINGS = [
  '',
  'plain',
  '// no comment',
  '"],}',
  'ü\u2028\t\\',
  '/* neither */',
  'hooks',
] as const
const KEYS = ['permissions', 'env', '__proto__', 'a"b', 'model', 'constructor', 'Hooks'] as const

/** A settings object; with `hooks` or without, with events or without, with groups or without. */
export function randomSettings(random: Random): JsonObject {
  const entries: [string, JsonValue][] = []
  for (const key of KEYS) if (random.chance(0.25)) entries.push([key, randomValue(random, 3)])
  if (random.chance(0.6)) {
    const events = EVENTS.filter(() => random.chance(0.4)).map((event): [string, JsonValue] => {
      const groups = Array.from({ length: random.below(3) }, () => randomGroup(random, 'own'))
      return [event, groups]
    })
    entries.splice(random.below(entries.length + 1), 0, ['hooks', Object.fromEntries(events)])
  }
  return Object.fromEntries(entries)
}

export function randomEntries(random: Random, settings: JsonObject): HookEntry[] {
  return Array.from({ length: 1 + random.below(4) }, () => {
    const event = random.pick(EVENTS)
    const present = isObject(settings.hooks) ? Object.entries(settings.hooks) : []
    const theirs = present.find(([name]) => name === event)?.[1]
    const group = Array.isArray(theirs) && random.chance(0.1) ? theirs[0] : undefined
    return { event, group: isObject(group) ? group : randomGroup(random, 'flow') }
  })
}

export function randomGroup(random: Random, whose: string): JsonObject {
  const hooks = Array.from({ length: 1 + random.below(2) }, () => ({
    type: 'command',
    command: `${whose} ${random.below(1e6)} ${random.pick(STRINGS)}`,
    ...(random.chance(0.5) && { timeout: random.below(60) }),
  }))
  return random.chance(0.5) ? { matcher: random.pick(STRINGS), hooks } : { hooks }
}

function randomValue(random: Random, depth: number): JsonValue {
  const kind = random.below(depth > 0 ? 6 : 4)
  if (kind === 0) return random.pick(STRINGS)
  if (kind === 1) return random.pick([0, -1.5, 1e21, 12345678901234567000])
  if (kind === 2) return random.pick([true, false, null])
  if (kind === 3) return random.chance(0.5) ? [] : {}
  const items = Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1))
  if (kind === 4) return items
  return Object.fromEntries(items.map((item) => [random.pick(KEYS), item]))
}

export interface Manner {
  readonly layout: 'lines' | 'one line' | 'tight' | 'wild'
  readonly unit: string
  readonly eol: string
  readonly isJson: boolean
}

export function randomManner(random: Random): Manner {
  return {
    layout: random.pick(['lines', 'lines', 'one line', 'tight', 'wild']),
    unit: random.pick(['  ', '    ', '\t', '', ' '.repeat(12)]),
    eol: random.pick(['\n', '\r\n']),
    isJson: random.chance(0.7),
  }
}

/** The text of a settings file that means `value`, without BOM. */
export function writeText(random: Random, value: JsonValue, manner: Manner): string {
  const { eol } = manner
  const head = random.pick(['', '', '', ' ', eol])
  const tail = random.pick([eol, eol, '', `${eol}${eol}`, ' '])
  return head + write(random, value, manner, 0) + tail
}

function write(random: Random, value: JsonValue, manner: Manner, depth: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const colon = manner.layout === 'tight' ? ':' : ': '
  const items = Array.isArray(value)
    ? value.map((item) => write(random, item, manner, depth + 1))
    : Object.entries(value).map(
        ([key, item]) => JSON.stringify(key) + colon + write(random, item, manner, depth + 1),
      )
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const inner = manner.eol + manner.unit.repeat(depth + 1)
  const outer = manner.eol + manner.unit.repeat(depth)
  const comment = () => randomComment(random, manner)
  if (items.length === 0) return open + random.pick(['', '', ' ', outer, inner]) + comment() + close
  const trailing = !manner.isJson && random.chance(0.2) ? random.pick([',', ' ,']) : ''
  switch (manner.layout) {
    case 'tight':
      return open + items.join(',') + trailing + close
    case 'one line':
      return `${open} ${items.join(', ')}${trailing} ${close}`
    case 'lines': {
      const lines = items.map((item) => comment() + inner + item)
      return open + lines.join(',') + trailing + comment() + outer + close
    }
    case 'wild': {
      const blank = () => random.pick(['', '', ' ', '\t', inner, outer]) + comment()
      const spaced = items.map((item) => blank() + item + blank())
      return open + spaced.join(',') + trailing + blank() + close
    }
  }
}

function randomComment(random: Random, { isJson, eol }: Manner): string {
  if (isJson || !random.chance(0.15)) return ''
  return random.pick([` // one, ]}"${eol}`, '/* two, // */', ` /* three${eol} */ `])
}

/** The same edit in the original text and in the merged text; undefined: it does not apply to both. */
export function randomEdit(
  random: Random,
  plain: string,
  merged: string,
  sessionId: string,
): [string, string] | undefined {
  const { within, change } = random.pick(EDITS)
  const path = ['hooks', random.pick(EVENTS)].slice(0, within)
  const seed = random.below(2 ** 31)
  const [before, after] = [plain, merged].map((text) => {
    const root = parseTree(text, [], { allowTrailingComma: true })
    const container = root && findNodeAtLocation(root, path)
    // The seed makes the same content in both texts.
    const made = container && change(container, { text, sessionId, random: seededRandom(seed) })
    return { container, made }
  })
  // What merge made or filled has no twin in the original text.
  if (!before?.container?.children?.length || !before.made || !after?.made) return undefined
  // Nor has one of the two when an earlier edit left another item in this place.
  const [old, twin] = [replacedBy(plain, before.made), replacedBy(merged, after.made)]
  if (before.made.content !== '' && old !== twin) return undefined
  return [apply(plain, before.made), apply(merged, after.made)]
}

interface Change {
  readonly offset: number
  readonly length: number
  readonly content: string
}

interface Context {
  readonly text: string
  readonly sessionId: string
  readonly random: Random
}

interface RandomEdit {
  /** 0: the settings object; 1: `hooks`; 2: an event's array. */
  readonly within: 0 | 1 | 2
  change(container: Node, context: Context): Change | undefined
}

/** Behind the last item means behind flow's in the merged text. */
const EDITS: readonly [RandomEdit, ...RandomEdit[]] = [
  { within: 0, change: (_, { text }) => insertAt(text.length, '\n') },
  {
    within: 0,
    change: ({ children }, { random }) =>
      insertAt(children?.[0]?.offset, `"first${random.below(1e6)}": {},${blank(random)}`),
  },
  {
    within: 0,
    change: ({ children }, { random }) =>
      insertAt(endOf(children?.at(-1)), `,${blank(random)}"last${random.below(1e6)}": []`),
  },
  {
    within: 0,
    // The first one is taken out, and the second moves up.
    change({ children: [first, second] = [] }, { text }) {
      const end = endOf(second)
      if (first === undefined || second === undefined || end === undefined) return undefined
      const content = text.slice(second.offset, end)
      return { offset: first.offset, length: end - first.offset, content }
    },
  },
  {
    within: 0,
    change: ({ children }, { random }) =>
      replace(children?.[0]?.children?.[1], String(random.below(1e6))),
  },
  {
    within: 1,
    change: ({ children }, { random }) =>
      insertAt(
        endOf(children?.at(-1)),
        `,${blank(random)}"E${random.below(1e6)}": [${laterGroup(random)}]`,
      ),
  },
  {
    within: 2,
    change: ({ children }, { random }) =>
      insertAt(endOf(children?.at(-1)), `,${blank(random)}${laterGroup(random)}`),
  },
  {
    // Behind the person's last group and before flow's first.
    within: 2,
    change({ children = [] }, { text, sessionId, random }) {
      const isOurs = (node: Node) =>
        text.slice(node.offset, node.offset + node.length).includes(sessionId)
      const theirs = children.filter((node) => !isOurs(node))
      const isBehindOurs = children.slice(theirs.length).some((node) => !isOurs(node))
      if (isBehindOurs) return undefined
      return insertAt(endOf(theirs.at(-1)), `,${blank(random)}${laterGroup(random)}`)
    },
  },
  {
    within: 2,
    change: ({ children }, { random }) =>
      replace(children?.[0]?.children?.[0], `"changed": ${random.below(1e6)}`),
  },
]

function blank(random: Random): string {
  return random.pick(['', ' ', '\n    ', '\r\n\t'])
}

function laterGroup(random: Random): string {
  return JSON.stringify(randomGroup(random, 'later'))
}

function insertAt(offset: number | undefined, content: string): Change | undefined {
  return offset === undefined ? undefined : { offset, length: 0, content }
}

function replace(node: Node | undefined, content: string): Change | undefined {
  return node && { offset: node.offset, length: node.length, content }
}

function apply(text: string, { offset, length, content }: Change): string {
  return text.slice(0, offset) + content + text.slice(offset + length)
}

function replacedBy(text: string, { offset, length }: Change): string {
  return text.slice(offset, offset + length)
}

function endOf(node: Node | undefined): number | undefined {
  return node && node.offset + node.length
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
