import { describe, expect, test } from 'vitest'
import { FlowError } from '../../../src/errors.ts'
import { parseSettings, sameJson, toBytes } from '../../../src/settings/document.ts'

const read = (text: string | Uint8Array) =>
  parseSettings(typeof text === 'string' ? Buffer.from(text) : text, 'settings.json')

function refusalOf(text: string | Uint8Array): FlowError {
  try {
    read(text)
  } catch (error) {
    if (error instanceof FlowError) return error
    throw error
  }
  throw new Error('it was accepted')
}

test.each(['', ' \n\n', '\uFEFF', '\r\n\t'])('%j is blank: read as an empty object', (text) => {
  expect(read(text).value).toEqual({})
})

describe('what is refused', () => {
  const cases: [string, string | Uint8Array, string][] = [
    [
      'a missing comma',
      '{\n  "a": 1\n  "b": 2\n}',
      'line 3, column 3: a comma was expected, found `"b"`',
    ],
    ['a missing value', '{"a": }', 'line 1, column 7: a value was expected, found `}`'],
    ['a missing colon', '{"a" 1}', 'line 1, column 6: a colon was expected, found `1`'],
    [
      'two commas',
      '{"a": 1,, "b": 2}',
      'line 1, column 9: a key in double quotes was expected, found `,`',
    ],
    ['a bare key', '{a: 1}', 'line 1, column 2: unexpected `a`'],
    ['a bare word', '{"a": yes}', 'line 1, column 7: unexpected `yes`'],
    ['single quotes', "{'a': 1}", "line 1, column 2: unexpected `'a'`"],
    [
      'an open brace',
      '{"a": 1',
      'line 1, column 8: a closing brace } was expected, found the end of the file',
    ],
    [
      'an open bracket',
      '{"a": [1',
      'line 1, column 9: a closing bracket ] was expected, found the end of the file',
    ],
    ['an open string', '{"a": "b\n}', 'line 1, column 7: a string without its closing quote'],
    ['an open comment', '{} /* …', 'line 1, column 4: a comment that never ends'],
    ['a second value', '{}\r\n{}', 'line 2, column 1: nothing more was expected, found `{`'],
    ['a bad escape', '{"a": "\\x"}', 'line 1, column 7: an unknown escape in a string'],
    ['a bad \\u', '{"a": "\\u12"}', 'line 1, column 7: a \\u escape needs four hex digits'],
    [
      'a raw tab in a string',
      '{"a": "\t"}',
      'line 1, column 7: a control character in a string; it must be written as an escape',
    ],
    ['a number with a point at its end', '{"a": 1.}', 'line 1, column 7: `1.` is not a number'],
    ['a merge conflict', '{\n<<<<<<< HEAD\n}', 'line 2, column 1: unexpected `<<<<<<<`'],
    ['a list', ' []', 'line 1, column 2: an object { … } was expected, found an array'],
    ['null', 'null', 'line 1, column 1: an object { … } was expected, found null'],
    ['a text', '"a"', 'line 1, column 1: an object { … } was expected, found a string'],
    [
      'Latin-1',
      Buffer.from('{\n "ä": 1}', 'latin1'),
      'line 2, column 3: the file is not UTF-8 text',
    ],
    [
      'bad bytes behind a real U+FFFD',
      Buffer.concat([Buffer.from('\uFEFF{"\uFFFD": "ü'), Buffer.from([0xc3])]),
      'line 1, column 9: the file is not UTF-8 text',
    ],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'line 1, column 1: the file is not UTF-8 text'],
    [
      'a thousand levels and more',
      `{"a":${'['.repeat(5000)}`,
      'line 1, column 1005: more than 1000 levels of brackets',
    ],
    [
      'a million levels',
      '{"a":'.repeat(1e6),
      'line 1, column 5001: more than 1000 levels of brackets',
    ],
  ]
  test.each(cases)('%s is refused with its place', (_, text, why) => {
    expect(refusalOf(text)).toMatchObject({ code: 'E_SETTINGS_INVALID', exitCode: 1, why })
  })

  test('a refusal names the file, says that nothing was changed, and what to do', () => {
    expect(refusalOf('{\n"a"}')).toMatchObject({
      what: 'settings.json is not valid JSON',
      kept: 'settings.json is as it was; nothing was changed',
      next: 'correct line 2 of settings.json, then try again',
    })
  })

  test('a long bad word is shortened', () => {
    expect(refusalOf(`{${'x'.repeat(99)}}`).why).toBe(
      `line 1, column 2: unexpected \`${'x'.repeat(40)}…\``,
    )
  })
})

describe('what is read', () => {
  const bytes: [string, string][] = [
    ['BOM and CRLF', '\uFEFF{\r\n\t"a": 1\r\n}\r\n'],
    ['no line end at the end', '{"a": "\uFEFFü\u{1F600}"}'],
    ['comments', '// one\n{/* two */ "a": 1,}\n// three'],
    ['escaped half characters', '{"a": "\\ud83d"}'],
  ]
  test.each(bytes)('%s come out as they went in', (_, text) => {
    const document = read(text)
    expect(Buffer.from(toBytes(document, document.text)).toString()).toBe(text)
  })

  test('the manner of writing is told from the text', () => {
    expect(read('{\r\n\t"a":1\r\n}')).toMatchObject({ eol: '\r\n', indent: '\t', gap: '' })
    expect(read('{\n    "a": 1\n}')).toMatchObject({ eol: '\n', indent: '    ', gap: ' ' })
    expect(read('{"a": 1}')).toMatchObject({ eol: '\n', indent: '  ', gap: ' ' })
  })

  test('the first comment and the first trailing comma are found', () => {
    const text = '{ "a": "// ,]", "b": [1 , /* c */ ], }'
    expect(read(text).firstComment).toBe(text.indexOf('/*'))
    expect(read(text).trailingComma).toBe(text.indexOf(', /*'))
    expect(read('{"a": "//", "b": [1, 2]}').firstComment).toBeUndefined()
    expect(read('{"a": "//", "b": [1, 2]}').trailingComma).toBeUndefined()
  })

  test('a key named __proto__ is a key like any other', () => {
    const { value } = read('{"__proto__": {"polluted": true}}')
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true}}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })

  test('any number of brackets side by side is read', () => {
    expect(read(`{"a":[${'[],'.repeat(2000)}{}]}`).value.a).toHaveLength(2001)
  })

  test('a thousand levels are read', () => {
    const text = `{"a":${'['.repeat(999)}${']'.repeat(999)}}`
    expect(JSON.stringify(read(text).value)).toBe(text)
  })
})

test('JSON is equal whatever the order of its keys', () => {
  expect(sameJson({ a: [1, { b: null }], c: 'd' }, { c: 'd', a: [1, { b: null }] })).toBe(true)
  expect(sameJson([1, 2], [2, 1])).toBe(false)
  expect(sameJson([1], [1, 2])).toBe(false)
  expect(sameJson({ a: null }, { b: null })).toBe(false)
  expect(sameJson({}, [])).toBe(false)
  expect(sameJson(null, {})).toBe(false)
  expect(sameJson('1', 1)).toBe(false)
})
