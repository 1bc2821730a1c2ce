import { describe, expect, test } from 'vitest'
import { FlowError } from '../../../src/errors.ts'
import type { JsonObject } from '../../../src/json.ts'

import { type HookEntry, MARKER, mergeEntries } from '../../../src/settings/merge.ts'
import { parseMergeRecord } from '../../../src/settings/merge-record.ts'

const group: JsonObject = { hooks: [{ type: 'command', command: 'memory', timeout: 10 }] }
const start: HookEntry = { event: 'SessionStart', group }
const short: HookEntry = { event: 'Stop', group: { hooks: ['s'] } }
const mark = '"flowSession":"s1"'
const spacedMark = '"flowSession": "s1"'

function merge(text: string | null, ...entries: HookEntry[]) {
  const merged = mergeEntries(
    text === null ? null : Buffer.from(text),
    entries,
    's1',
    'settings.json',
  )
  return { ...merged, text: Buffer.from(merged.bytes).toString() }
}

describe('where the groups go', () => {
  test('an absent file is created in full', () => {
    const { text, record } = merge(null, start)
    expect(text).toBe(
      `${JSON.stringify({ hooks: { SessionStart: [{ ...group, [MARKER]: 's1' }] } }, null, 2)}\n`,
    )
    expect(record).toEqual({
      sessionId: 's1',
      added: [{ event: 'SessionStart', group }],
      created: ['hooks', 'hooks/SessionStart'],
      emptied: [{ container: '', interior: '' }],
    })
  })

  test('a group goes last in its event, in the manner of the file', () => {
    const lines = [
      '{',
      '\t"hooks": {',
      '\t\t"SessionStart": [',
      '\t\t\t{ "hooks": [] }',
      '\t\t],',
      '\t\t"Stop": []',
      '\t},',
      '\t"model": "x"',
      '}',
    ]
    const { text, record } = merge(lines.join('\r\n'), start)
    const added = [
      '\t\t\t{ "hooks": [] },',
      '\t\t\t{',
      '\t\t\t\t"hooks": [',
      '\t\t\t\t\t{',
      '\t\t\t\t\t\t"type": "command",',
      '\t\t\t\t\t\t"command": "memory",',
      '\t\t\t\t\t\t"timeout": 10',
      '\t\t\t\t\t}',
      '\t\t\t\t],',
      '\t\t\t\t"flowSession": "s1"',
      '\t\t\t}',
    ]
    expect(text).toBe([...lines.slice(0, 3), ...added, ...lines.slice(4)].join('\r\n'))
    expect(record).toMatchObject({ created: [], emptied: [] })
  })

  const cases: [string, string, string][] = [
    [
      'an empty object',
      '{}',
      `{\n  "hooks": {\n    "Stop": [\n      {\n        "hooks": [\n          "s"\n        ],\n        ${spacedMark}\n      }\n    ]\n  }\n}`,
    ],
    ['one tight line', '{"a":1}', `{"a":1,"hooks":{"Stop":[{"hooks":["s"],${mark}}]}}`],
    ['one line', '{ "a": 1 }', `{ "a": 1, "hooks": {"Stop": [{"hooks": ["s"], ${spacedMark}}]} }`],
    [
      'an empty event in a line',
      '{"hooks": {"Stop": [ ]}}',
      `{"hooks": {"Stop": [{"hooks": ["s"], ${spacedMark}}]}}`,
    ],
    [
      'an empty event',
      '{\n "hooks": {\n  "Stop": []\n }\n}',
      `{\n "hooks": {\n  "Stop": [\n   {\n    "hooks": [\n     "s"\n    ],\n    ${spacedMark}\n   }\n  ]\n }\n}`,
    ],
    [
      'an event written in a line',
      '{\n "hooks": {\n  "Stop": [{"b": 1}]\n }\n}',
      `{\n "hooks": {\n  "Stop": [{"b": 1}, {"hooks": ["s"], ${spacedMark}}]\n }\n}`,
    ],
    [
      'brackets that hug',
      '{\n "hooks": {\n  "Stop": [{\n   "b": 1\n  }]\n }\n}',
      `{\n "hooks": {\n  "Stop": [{\n   "b": 1\n  }, {\n   "hooks": [\n    "s"\n   ],\n   ${spacedMark}\n  }]\n }\n}`,
    ],
    [
      'a trailing comma',
      '{"hooks":{"Stop":[1,]}}',
      `{"hooks":{"Stop":[1,{"hooks":["s"],${mark}},]}}`,
    ],
    [
      'a comment in an empty list',
      '{"hooks":{"Stop":[ /* c */ ]}}',
      `{"hooks":{"Stop":[ /* c */ {"hooks":["s"],${mark}} ]}}`,
    ],
    [
      'a line comment in an empty list',
      '{"hooks":{"Stop":[ // c\n]}}',
      `{"hooks":{"Stop":[ // c\n  {\n    "hooks": [\n      "s"\n    ],\n    ${spacedMark}\n  }\n]}}`,
    ],
    [
      'a list without indentation',
      '{\n"a":1\n}\n',
      `{\n"a":1,\n"hooks": {\n"Stop": [\n{\n"hooks": [\n"s"\n],\n${spacedMark}\n}\n]\n}\n}\n`,
    ],
  ]
  test.each(cases)('%s stays in its manner', (_, before, after) => {
    expect(merge(before, short).text).toBe(after)
  })

  test('several groups of several events go in together', () => {
    const text = '{"hooks":{"Stop":[1],"Other":[2]}}'
    const other: HookEntry = { event: 'Stop', group: { hooks: ['t'] } }
    const merged = merge(text, short, { ...short, event: 'SessionStart' }, other)
    const one = `{"hooks":["s"],${mark}}`
    expect(merged.text).toBe(
      `{"hooks":{"Stop":[1,${one},{"hooks":["t"],${mark}}],"Other":[2],"SessionStart":[${one}]}}`,
    )
    expect(merged.record.created).toEqual(['hooks/SessionStart'])
  })

  test('a marker that a template brings along is replaced', () => {
    const entry = { ...short, group: { ...short.group, [MARKER]: 'other' } }
    expect(merge('{"a":1}', entry)).toEqual(merge('{"a":1}', short))
  })

  test('an event named __proto__ is an event like any other', () => {
    const { text, record } = merge('{"a":1}', { ...short, event: '__proto__' })
    expect(text).toBe(`{"a":1,"hooks":{"__proto__":[{"hooks":["s"],${mark}}]}}`)
    expect(parseMergeRecord(JSON.parse(JSON.stringify(record)))).toEqual(record)
  })
})

describe('what stands there already', () => {
  const untouched: [string, string, HookEntry][] = [
    ['an equal group', '{"hooks":{"Stop":[{"hooks":["s"]}]}}', short],
    [
      "the team's own spelling of it",
      '{"hooks":{"Stop":[{"hooks":["p"]}]}}',
      { ...short, plain: { hooks: ['p'] } },
    ],
    [
      'an equal group with its keys in another order',
      '{"hooks":{"SessionStart":[{"hooks":[{"timeout":10,"command":"memory","type":"command"}]}]}}',
      start,
    ],
  ]
  test.each(untouched)('%s is not added again, and the bytes stay', (_, text, entry) => {
    const merged = merge(text, entry)
    expect(merged.text).toBe(text)
    expect(merged.record).toEqual({ sessionId: 's1', added: [], created: [], emptied: [] })
  })

  test('a group that is wanted twice is added once', () => {
    expect(merge('{}', short, short).record.added).toEqual([short])
  })

  test('the same group in another event is another group', () => {
    expect(merge('{"hooks":{"Other":[{"hooks":["s"]}]}}', short).record.added).toHaveLength(1)
  })
})

describe('what makes merging impossible', () => {
  const cases: [string, string, string][] = [
    [
      'hooks that are a list',
      '{\n  "hooks": []\n}',
      'line 2, column 12: "hooks" must be an object, found an array',
    ],
    [
      'hooks that are null',
      '{"hooks": null}',
      'line 1, column 11: "hooks" must be an object, found null',
    ],
    [
      'an event that is an object',
      '{"hooks": {"Stop": {}}}',
      'line 1, column 20: "Stop" must be an array, found an object',
    ],
    [
      'hooks twice',
      '{"hooks": {},\n"hooks": {}}',
      'line 2, column 1: the key "hooks" is there twice, so it is not clear which one counts',
    ],
    [
      'an event twice',
      '{"hooks": {"Stop": [], "Stop": []}}',
      'line 1, column 24: the key "Stop" is there twice, so it is not clear which one counts',
    ],
  ]
  test.each(cases)('%s are refused with their place', (_, text, why) => {
    const what = 'settings.json cannot take hooks'
    expect(() => merge(text, short)).toThrow(
      expect.objectContaining({ code: 'E_SETTINGS_INVALID', what, why }),
    )
    expect(() => merge(text, short)).toThrow(FlowError)
  })

  test('an event that flow does not need may be anything', () => {
    expect(merge('{"hooks":{"Other":7,"Other":8}}', short).record.added).toHaveLength(1)
  })
})

test('a comment and a trailing comma are warned of with their lines', () => {
  expect(merge('{\n  "a": [1,],\n  // why\n  "b": 2\n}', short).warnings).toEqual([
    'settings.json has a comment in line 3: Claude Code ignores the whole file then',
    'settings.json has a trailing comma in line 2: Claude Code ignores the whole file then',
  ])
  expect(merge('{"a": "// , ]"}', short).warnings).toEqual([])
})

describe('a record read back', () => {
  const record = merge('{"hooks":{}}', start).record

  test('is the record that was stored', () => {
    expect(parseMergeRecord(JSON.parse(JSON.stringify(record)))).toEqual(record)
  })

  const wrong: [string, unknown][] = [
    ['null', null],
    ['a list', []],
    ['no session', { ...record, sessionId: undefined }],
    ['a session that is a number', { ...record, sessionId: 1 }],
    ['added that is no list', { ...record, added: {} }],
    ['an added text', { ...record, added: ['x'] }],
    ['an added group that is null', { ...record, added: [{ event: 'Stop', group: null }] }],
    ['an added group without event', { ...record, added: [{ group: {} }] }],
    ['created numbers', { ...record, created: [1] }],
    ['no emptied containers', { ...record, emptied: undefined }],
    [
      'an interior that is not blank',
      { ...record, emptied: [{ container: '', interior: '"a":1' }] },
    ],
  ]
  test.each(wrong)('%s is no record', (_, value) => {
    expect(parseMergeRecord(value)).toBeUndefined()
  })
})
