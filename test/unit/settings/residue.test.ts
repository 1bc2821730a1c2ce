import { describe, expect, test } from 'vitest'
import { markedSessions, stripResidue } from '../../../src/settings/detach.ts'
import { mergeEntries } from '../../../src/settings/merge.ts'

const entry = { event: 'Stop', group: { hooks: [{ command: 'x' }] } }

function strip(text: string, ...open: string[]) {
  const stripped = stripResidue(Buffer.from(text), (id) => open.includes(id), 'settings.json')
  return { text: Buffer.from(stripped.bytes).toString(), sessionIds: stripped.sessionIds }
}

describe('what closed sessions left in a file', () => {
  const originals = [
    '{"a":1}',
    '{\n  "a": 1\n}\n',
    '{\n  "hooks": {\n    "Other": []\n  }\n}',
    '{\r\n\t"hooks": {\r\n\t\t"Stop": [\r\n\t\t\t{"b": 1}\r\n\t\t]\r\n\t}\r\n}',
    '\uFEFF{"a":1}',
  ]
  test.each(originals)('is taken out of %j without a trace', (original) => {
    const { bytes } = mergeEntries(Buffer.from(original), [entry], 's1', 'settings.json')
    expect(strip(Buffer.from(bytes).toString())).toEqual({ text: original, sessionIds: ['s1'] })
  })

  test('is told from the groups of open sessions and of the person', () => {
    const text = (groups: string) => `{"hooks":{"Stop":[${groups}]}}`
    const group = (id: string) => `{"hooks":[],"flowSession":"${id}"}`
    const all = [group('a'), '{"hooks":[]}', group('open'), group('a'), group('b')].join()
    expect(strip(text(all), 'open')).toEqual({
      text: text(['{"hooks":[]}', group('open')].join()),
      sessionIds: ['a', 'b'],
    })
  })

  test('goes with the containers that it leaves empty, and with no others', () => {
    const text = '{"hooks":{"Start":[],"Stop":[{"flowSession":"a"}]}}'
    expect(strip(text).text).toBe('{"hooks":{"Start":[]}}')
    expect(strip('{"hooks":{"Stop":[{"flowSession":"a"}]}}').text).toBe('{}')
  })

  test('nothing: the very bytes come back', () => {
    const bytes = Buffer.from('{"flowSession":"a","hooks":{"Stop":[{"flowSession":7}],"x":{}}}')
    const stripped = stripResidue(bytes, () => false, 'settings.json')
    expect(stripped.bytes).toBe(bytes)
    expect(stripped.sessionIds).toEqual([])
  })
})

test('the sessions marked in a file are told, each once', () => {
  const text =
    '{"hooks":{"A":[{"flowSession":"a"},{"flowSession":"b"}],"B":[{"flowSession":"a"},1]}}'
  expect(markedSessions(Buffer.from(text), 'settings.json')).toEqual(['a', 'b'])
  expect(markedSessions(Buffer.from('{}'), 'settings.json')).toEqual([])
})
