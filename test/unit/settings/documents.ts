/** Settings files in every manner of writing, and hook entries for them, for fast-check. */
import fc from 'fast-check'
import { isJsonObject, type JsonObject } from '../../../src/json.ts'
import { type HookEntry, MARKER } from '../../../src/settings/merge.ts'
import {
  type Blank,
  type Container,
  type Item,
  keyOf,
  type Manner,
  meaning,
  print,
  type Written,
  written,
} from './written.ts'

export interface Document {
  /** Without its BOM. */
  readonly text: string
  readonly encode: (text: string) => Buffer
  readonly value: JsonObject
  readonly isJson: boolean
  /** Its tree, for what cannot be seen in the value: a key that stands twice. */
  readonly root: Container
}

export const EVENTS = ['SessionStart', 'Notification', 'Stop', '__proto__', 'a/b', '7', ''] as const
/** The marker of a session that is none of ours. */
export const STRANGER = 'session-of-another'

const TEXTS = ['', 'plain', '// no comment', '"],}', 'ü\u2028\t\\', '/* neither */', 'hooks']
const KEYS = ['permissions', 'env', '__proto__', 'a"b', 'model', 'constructor', 'Hooks', '0']

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 5 }))

/** String literals, with and without needless escapes. */
function spelled(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return fc.tuple(texts, fc.nat({ max: 7 })).map(([value, spelling]) => {
    if (spelling === 7) return `"${value.split('').map(escaped).join('')}"`
    const literal = JSON.stringify(value)
    return spelling === 6 ? literal.replaceAll('/', '\\/') : literal
  })
}

/** Most of the time the first. */
function mostly<T>(weight: number, usual: fc.Arbitrary<T>, ...rare: fc.Arbitrary<T>[]) {
  return fc.oneof(
    { weight, arbitrary: usual },
    ...rare.map((one) => ({ weight: 1, arbitrary: one })),
  )
}

const deep = fc.nat({ max: 250 }).map((depth) => '['.repeat(depth + 1) + ']'.repeat(depth + 1))
const plain = fc.constantFrom('null', '0', '-1.5', 'true', '1e21', '-0', '9'.repeat(20))
export const literals = mostly(60, fc.oneof(spelled(text), plain), deep)

const COMMENTS = [' // one, ]}"\n', '/* two, // */', ' /* three\n */ ']
const blank: fc.Arbitrary<Blank> = fc.record({
  space: fc.constantFrom('', ' ', '\t', 'inner', 'outer'),
  comment: mostly(6, fc.constant(''), fc.constantFrom(...COMMENTS)),
})

function list(value: fc.Arbitrary<Written>): fc.Arbitrary<Container> {
  const item = fc.record({ value, before: blank, after: blank })
  return container('[]', fc.array(item, { maxLength: 3 }))
}

function property(value: fc.Arbitrary<Written>, ...keys: string[]): fc.Arbitrary<Item> {
  const key = spelled(fc.constantFrom(...keys))
  return fc.record({ key, value, before: blank, after: blank })
}

function container(brackets: Container['brackets'], items: fc.Arbitrary<readonly Item[]>) {
  const trailingComma = mostly(4, fc.constant(false), fc.constant(true))
  return fc.record({ brackets: fc.constant(brackets), items, rest: blank, trailingComma })
}

const { anything } = fc.letrec<{ anything: Written }>((tie) => ({
  anything: fc.oneof(
    { maxDepth: 3 },
    literals,
    list(tie('anything')),
    container('{}', fc.array(property(tie('anything'), ...KEYS), { maxLength: 3 })),
  ),
}))

/** What a person or a template has in an event; few commands, so that the same one comes twice. */
export function groups(whose: string): fc.Arbitrary<JsonObject> {
  const command = fc.tuple(fc.nat({ max: 5 }), text).map(([one, end]) => `${whose} ${one} ${end}`)
  const timeout = fc.nat({ max: 60 })
  const type = fc.constant('command')
  const hook: fc.Arbitrary<JsonObject> = fc.oneof(
    fc.record({ type, command, timeout }, { requiredKeys: ['type', 'command'] }),
    fc.record({ type: fc.constant('prompt'), prompt: command }),
  )
  const matcher = fc.constantFrom('', '*', 'startup|resume', null, 7)
  // None of flow's is without commands: then it could not be told from a person's.
  const hooks = fc.array(hook, { minLength: 1, maxLength: 3 })
  return fc.record({ matcher, hooks }, { requiredKeys: ['hooks'] }) as fc.Arbitrary<JsonObject>
}

const own = groups('own')
const ofStranger = own.map((group) => written({ ...group, [MARKER]: STRANGER }))
const member = mostly(6, own.map(written), ofStranger, anything)
const event = property(mostly(20, list(member) as fc.Arbitrary<Written>, anything), ...EVENTS)
const events = mostly(
  9,
  fc.uniqueArray(event, { selector: keyOf, maxLength: 4 }),
  fc.array(event, { maxLength: 4 }),
)
const hooks = property(
  mostly(20, container('{}', events) as fc.Arbitrary<Written>, anything),
  'hooks',
)
const rest = fc.array(property(anything, ...KEYS), { maxLength: 4 })
const root = fc
  .tuple(
    rest,
    mostly<Item[]>(
      3,
      hooks.map((one) => [one]),
      fc.constant([]),
    ),
    fc.nat({ max: 4 }),
  )
  .map(([items, some, at]) => items.toSpliced(at, 0, ...some))

export const manners: fc.Arbitrary<Manner> = fc.record({
  layout: fc.constantFrom('lines', 'lines', 'one line', 'tight', 'wild'),
  unit: fc.constantFrom('  ', '    ', '\t', '', ' '.repeat(12)),
  eol: fc.constantFrom('\n', '\r\n'),
  bom: mostly(6, fc.constant(''), fc.constant('\uFEFF')),
  head: mostly(3, fc.constant(''), fc.constantFrom(' ', '\n')),
  tail: fc.constantFrom('\n', '\n', '', '\n\n', ' '),
  isJson: fc.constantFrom(true, true, false),
})

export const documents: fc.Arbitrary<Document> = fc
  .tuple(container('{}', root), manners)
  .map(([tree, manner]) => ({
    text: print(tree, { ...manner, bom: '' }),
    encode: (body) => Buffer.from(manner.bom + body),
    value: meaning(tree) as JsonObject,
    isJson: manner.isJson,
    root: tree,
  }))

/** What is to be merged into a document: some of it stands there already, some comes twice. */
export function entriesFor({ value }: Document): fc.Arbitrary<HookEntry[]> {
  const event = fc.constantFrom(...EVENTS)
  const entry = fc.record({ event, group: groups('flow') })
  const marked = fc.record({
    event,
    group: groups('flow').map((one) => ({ ...one, [MARKER]: 'x' })),
  })
  const there = Object.entries(isJsonObject(value.hooks) ? value.hooks : {}).flatMap(
    ([name, all]) =>
      (Array.isArray(all) ? all : [])
        .filter((one) => isJsonObject(one) && !Object.hasOwn(one, MARKER))
        .map((group) => ({ event: name, group: group as JsonObject })),
  )
  const known = there.length === 0 ? entry : fc.constantFrom(...there)
  // The team's own spelling stands in the file, flow's would be another.
  const guarded = fc.tuple(known, groups('flow')).map(([one, group]): HookEntry => {
    return { event: one.event, group, plain: one.group }
  })
  const entries: fc.Arbitrary<HookEntry> = mostly<HookEntry>(8, entry, marked, known, guarded)
  return fc.array(entries, { minLength: 1, maxLength: 5 })
}

export interface Case {
  readonly document: Document
  readonly entries: readonly HookEntry[]
}

export const cases: fc.Arbitrary<Case> = documents.chain((document) =>
  entriesFor(document).map((entries) => ({ document, entries })),
)

/** Those into which nothing can be merged: what the entries need is of another type, or stands twice. */
export function isRefused({ document, entries }: Case): boolean {
  const [hooks, second] = document.root.items.filter((one) => keyOf(one) === 'hooks')
  if (hooks === undefined) return false
  if (second !== undefined || !isJsonObject(meaning(hooks.value))) return true
  const events = typeof hooks.value === 'string' ? [] : hooks.value.items
  return entries.some(({ event }) => {
    const [list, twin] = events.filter((one) => keyOf(one) === event)
    return twin !== undefined || (list !== undefined && !Array.isArray(meaning(list.value)))
  })
}
