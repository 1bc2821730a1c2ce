import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/json.ts'
import { detachEntries, mayBeMarked, missingEntries } from '../../../src/settings/detach.ts'

import { type HookEntry, mergeEntries } from '../../../src/settings/merge.ts'
import { parseMergeRecord } from '../../../src/settings/merge-record.ts'

const command = { type: 'command', command: 'memory', timeout: 10 }
const start: HookEntry = { event: 'SessionStart', group: { hooks: [command] } }
const stop: HookEntry = { event: 'Stop', group: { matcher: '', hooks: [{ command: 'stop' }] } }

/** Merges into `original`, lets `edit` happen, detaches. */
function afterwards(
  original: string | null,
  edit: (merged: string) => string | null,
  ...entries: HookEntry[]
) {
  const originalBytes = original === null ? null : Buffer.from(original)
  const wanted = entries.length === 0 ? [start] : entries
  const { bytes, record } = mergeEntries(originalBytes, wanted, 's1', 'settings.json')
  const present = edit(Buffer.from(bytes).toString())
  const detachment = detachEntries({
    record,
    original: originalBytes,
    writtenSha256: createHash('sha256').update(bytes).digest('hex'),
    present: present === null ? null : Buffer.from(present),
    name: 'settings.json',
  })
  return detachment.kind === 'write'
    ? { kind: detachment.kind, text: Buffer.from(detachment.bytes).toString() }
    : { kind: detachment.kind, detachment }
}

const changed = (change: (value: JsonObject) => void) => (text: string) => {
  const value = JSON.parse(text)
  change(value)
  return JSON.stringify(value)
}

describe('what becomes of the file', () => {
  test('as flow wrote it: the original is put back', () => {
    expect(afterwards('{"a":1}', (text) => text).kind).toBe('put-back')
  })

  test('as flow wrote it, and absent before: it is deleted', () => {
    expect(afterwards(null, (text) => text).kind).toBe('delete')
  })

  test('written anew by a tool, and absent before: it is deleted', () => {
    expect(
      afterwards(
        null,
        changed(() => undefined),
      ).kind,
    ).toBe('delete')
  })

  test('without a group of flow it is left alone: another branch may have such a file', () => {
    expect(afterwards(null, () => '{\n}').kind).toBe('leave')
  })

  test('absent before, and the person put something in: that stays', () => {
    const after = afterwards(null, (text) => text.replace('{', '{\n  "model": "x",'))
    expect(after).toEqual({ kind: 'write', text: '{\n  "model": "x"\n}\n' })
  })

  test('absent before, and the person put a comment in: that stays', () => {
    const after = afterwards(null, (text) => text.replace('{', '{\n  // mine'))
    expect(after).toEqual({ kind: 'write', text: '{\n  // mine\n}\n' })
  })

  describe.each(['', ' \n', '\uFEFF\r\n'])('blank before: %j', (blank) => {
    test('as flow wrote it: the original is put back', () => {
      expect(afterwards(blank, (text) => text).kind).toBe('put-back')
    })

    test('reformatted by a tool: it is blank again', () => {
      const after = afterwards(
        blank,
        changed(() => undefined),
      )
      expect(after).toEqual({ kind: 'write', text: blank })
    })

    test('with an edit: the edit stays', () => {
      const after = afterwards(blank, (text) => text.replace('{', '{\n  "model": "x",'))
      expect(after).toEqual({ kind: 'write', text: '{\n  "model": "x"\n}\n' })
    })

    test('the record says so, also when read back from disk', () => {
      const { record } = mergeEntries(Buffer.from(blank), [start], 's1', 'settings.json')
      expect(record.blank).toBe(blank)
      expect(parseMergeRecord(JSON.parse(JSON.stringify(record)))).toEqual(record)
      expect(parseMergeRecord({ ...record, blank: 'x' })).toBeUndefined()
    })
  })

  test('blanked by the user: it is left', () => {
    expect(afterwards('{"a":1}', () => '').kind).toBe('leave')
  })

  test('the original already: it is left', () => {
    expect(afterwards('{"a":1}', () => '{"a":1}').kind).toBe('leave')
  })

  test('the original, since there was nothing to add: it is left', () => {
    const original = JSON.stringify({ hooks: { SessionStart: [start.group] } })
    expect(afterwards(original, (text) => text).kind).toBe('leave')
  })

  test("flow's entries taken out by hand: it is left", () => {
    expect(afterwards('{"a":1}', () => '{"a":2}').kind).toBe('leave')
  })

  test('gone: it stays gone', () => {
    expect(afterwards('{"a":1}', () => null).kind).toBe('leave')
    expect(afterwards(null, () => null).kind).toBe('leave')
  })

  test.each(['{"a":1,', 'null', '[]', '\uFFFF\u0000'])(
    '%j does not parse: it is left, with the place',
    (text) => {
      expect(afterwards('{"a":1}', () => text)).toMatchObject({
        kind: 'unreadable',
        detachment: { why: expect.stringMatching(/^line \d+, column \d+: /) },
      })
    },
  )

  test('hooks became something else: nothing of flow is in it', () => {
    for (const text of ['{"hooks":[]}', '{"hooks":{"SessionStart":{}}}', '{"hooks":null}']) {
      expect(afterwards('{"a":1}', () => text).kind).toBe('leave')
    }
  })
})

describe('whose is whose', () => {
  test('a group whose marker a tool dropped is still taken out, once', () => {
    const after = afterwards(
      '{"hooks":{"SessionStart":[]}}',
      changed((value) => {
        value.hooks = { SessionStart: [start.group, start.group, { hooks: [] }] }
      }),
    )
    const theirs = JSON.stringify(start.group)
    expect(after.text).toBe(`{"hooks":{"SessionStart":[${theirs},{"hooks":[]}]}}`)
  })

  test("an equal group in another event is the person's", () => {
    const text = JSON.stringify({ hooks: { Other: [start.group] } })
    expect(afterwards('{"a":1}', () => text).kind).toBe('leave')
  })

  test('a group marked by another session is left', () => {
    const text = JSON.stringify({
      hooks: { SessionStart: [{ ...start.group, flowSession: 's2' }] },
    })
    expect(afterwards('{"a":1}', () => text).kind).toBe('leave')
  })

  test('a marked group that was moved to another event or copied is taken out', () => {
    const after = afterwards(
      '{"a":1}',
      changed((value) => {
        const [ours] = (value.hooks as { SessionStart: JsonObject[] }).SessionStart
        value.hooks = { SessionStart: [ours ?? {}, ours ?? {}], Stop: [{ hooks: [] }, ours ?? {}] }
      }),
    )
    expect(after.text).toBe('{"a":1,"hooks":{"Stop":[{"hooks":[]}]}}')
  })

  test("a command that the person added to flow's group stays, without the marker", () => {
    const after = afterwards('{"a":1}', (text) =>
      text.replace('"hooks":[{', '"hooks":[{"command":"mine"},{'),
    )
    expect(after.text).toBe('{"a":1,"hooks":{"SessionStart":[{"hooks":[{"command":"mine"}]}]}}')
  })

  test('a command of flow with a changed timeout is still flow’s', () => {
    const after = afterwards('{"a":1}', (text) => text.replace('"timeout":10', '"timeout":99'))
    expect(after.text).toBe('{"a":1}')
  })

  test('a command that the person rewrote is theirs', () => {
    const after = afterwards('{"a":1}', (text) => text.replace('"memory"', '"other"'))
    expect(after.text).toBe(
      '{"a":1,"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"other","timeout":10}]}]}}',
    )
  })

  test('hooks that stand twice are both freed of flow', () => {
    const after = afterwards('{"a":1}', (text) => text.replace('"hooks"', '"hooks":{},"hooks"'))
    expect(after.text).toBe('{"a":1}')
  })
})

describe('which containers go', () => {
  test('none where no group of flow is left: another branch may have brought the empty ones', () => {
    expect(afterwards('{"a":1}', () => '{"a":2,"hooks":{"SessionStart":[ ]}}').kind).toBe('leave')
  })

  test('those that flow made and that are empty now, with a group of flow elsewhere', () => {
    const emptied = changed((value) =>
      Object.assign(value.hooks as JsonObject, { SessionStart: [] }),
    )
    expect(afterwards('{"a":1}', emptied, start, stop).text).toBe('{"a":1}')
  })

  test('not those that flow made and that hold something else now', () => {
    const after = afterwards('{"a":1}', (text) =>
      text.replace('"SessionStart"', '"Other":[],"SessionStart"'),
    )
    expect(after.text).toBe('{"a":1,"hooks":{"Other":[]}}')
  })

  test('not those that were empty before: they are empty again, as they were', () => {
    for (const original of [
      '{"hooks":{ }}',
      '{"hooks":{"SessionStart":[\n]}}',
      '{"hooks":{\n"Stop":[]}}',
    ]) {
      expect(afterwards(original, (text) => `${text} `, start, stop).text).toBe(`${original} `)
    }
  })

  test('not those in which the person left a comment', () => {
    const after = afterwards('{\n  "a": 1\n}', (text) => text.replace('[', '[ // mine'))
    expect(after.text).toBe(
      '{\n  "a": 1,\n  "hooks": {\n    "SessionStart": [ // mine\n    ]\n  }\n}',
    )
  })

  test.each(['"hooks": /* mine */ {', '"hooks" // mine\n: {'])(
    'not those whose key has a comment of the person behind it: %j',
    (words) => {
      const after = afterwards('{\n  "a": 1\n}', (text) => text.replace('"hooks": {', words))
      expect(after.text).toBe(`{\n  "a": 1,\n  ${words}}\n}`)
    },
  )
})

describe('comments of the person round a group of flow', () => {
  const cases: [string, string, string][] = [
    ['before it', '[1, // mine\n OURS\n]', '[1 // mine\n]'],
    ['before it, with another behind', '[1, // mine\n OURS, 2]', '[1, // mine\n  2]'],
    ['before and behind, in a line', '[/* a */ OURS /* b */]', '[/* a */ /* b */]'],
    ['behind it', '[1, OURS, // mine\n 2]', '[1, // mine\n 2]'],
    ['behind it, at the head', '[OURS, // mine\n 2]', '[ // mine\n 2]'],
    ['before a trailing comma', '[1, // mine\n OURS,\n]', '[1, // mine\n]'],
    [
      'between two groups',
      '[OURS, // mine, all mine\n OURS // other\n]',
      '[ // mine, all mine\n  // other\n]',
    ],
    ['before a bracket in the same line', '[ // mine\n OURS ]', '[ // mine\n  ]'],
  ]
  test.each(cases)('%s: it stays', (_, present, after) => {
    const ours = JSON.stringify({ ...start.group, flowSession: 's1' })
    const text = (list: string) => `{"a":1,"hooks":{"SessionStart":${list}}}`
    const detached = afterwards('{"a":1}', () => text(present.replaceAll('OURS', ours)))
    expect(detached.text).toBe(text(after))
  })
})

describe('what is missing', () => {
  const { bytes, record } = mergeEntries(null, [start, stop], 's1', 'settings.json')
  const missing = (text: string) => missingEntries(record, Buffer.from(text), 'settings.json')

  test('nothing, right after merging and after a tool wrote the file anew', () => {
    const text = Buffer.from(bytes).toString()
    expect(missing(text)).toEqual([])
    expect(missing(JSON.stringify(JSON.parse(text)))).toEqual([])
    expect(missing(text.replace('"timeout": 10', '"timeout": 99'))).toEqual([])
  })

  test('the groups that a checkout or an edit took out', () => {
    expect(missing('{}')).toEqual([start, stop])
    expect(missing(JSON.stringify({ hooks: { Stop: [stop.group] } }))).toEqual([start])
    expect(missing(JSON.stringify({ hooks: { Other: [stop.group] } }))).toEqual([start, stop])
  })
})

test.each([
  ['{}', false],
  ['{"hooks": {"Stop": [{"hooks": []}]}}', false],
  ['{"hooks": {"Stop": [{"hooks": [], "flowSession": "s"}]}}', true],
  ['{"hooks": {"Stop": [{"hooks": [], "\\u0066lowSession": "s"}]}}', true],
])('whether %s may carry a marker is told by its bytes: %s', (text, answer) => {
  expect(mayBeMarked(Buffer.from(text))).toBe(answer)
})
