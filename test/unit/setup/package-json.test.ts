import { describe, expect, test } from 'vitest'
import { addToPackage, readPackageJson } from '../../../src/setup/package-json.ts'

function edit(text: string, command = 'flow') {
  const read = readPackageJson(text)
  if (read.kind === 'invalid') throw new Error(read.why)
  return addToPackage(text, read.value, { command, version: '1.2.3', installScript: 'prepare' })
}

/** The prepare script after the edit. */
function prepareOf(present: string | undefined, command = 'flow'): string {
  const { text } = edit(JSON.stringify({ scripts: { prepare: present } }), command)
  return JSON.parse(text).scripts.prepare
}

const SCRIPTS = '"agent": "flow run claude --"'
const PREPARE = '"prepare": "flow prepare || exit 0"'

describe('the text of package.json', () => {
  test.each([
    [
      'two blanks',
      '{\n  "name": "x"\n}\n',
      `{\n  "name": "x",\n  "scripts": {\n    ${SCRIPTS},\n    ${PREPARE}\n  },\n  "devDependencies": {\n    "flow-agent": "^1.2.3"\n  }\n}\n`,
    ],
    [
      'tabs, no newline at the end',
      '{\n\t"name": "x",\n\t"scripts": {\n\t\t"test": "t"\n\t}\n}',
      `{\n\t"name": "x",\n\t"scripts": {\n\t\t"test": "t",\n\t\t${SCRIPTS},\n\t\t${PREPARE}\n\t},\n\t"devDependencies": {\n\t\t"flow-agent": "^1.2.3"\n\t}\n}`,
    ],
    [
      'end of line of Windows and a byte order mark',
      '\uFEFF{\r\n    "private": true\r\n}\r\n',
      `\uFEFF{\r\n    "private": true,\r\n    "scripts": {\r\n        ${SCRIPTS},\r\n        ${PREPARE}\r\n    },\r\n    "devDependencies": {\r\n        "flow-agent": "^1.2.3"\r\n    }\r\n}\r\n`,
    ],
    [
      'minified',
      '{"name":"x"}',
      '{"name":"x","scripts":{ "agent":"flow run claude --", "prepare":"flow prepare || exit 0" },"devDependencies":{ "flow-agent":"^1.2.3" }}',
    ],
    [
      'an empty object',
      '{}\n',
      `{\n  "scripts": {\n    ${SCRIPTS},\n    ${PREPARE}\n  },\n  "devDependencies": {\n    "flow-agent": "^1.2.3"\n  }\n}\n`,
    ],
    [
      'empty sections, which are known by that later',
      '{\n  "scripts": {},\n  "devDependencies": { }\n}\n',
      `{\n  "scripts": {${SCRIPTS}, ${PREPARE}},\n  "devDependencies": {"flow-agent": "^1.2.3" }\n}\n`,
    ],
    [
      'an odd manner of its own',
      '{ "z" :1,\n\n   "scripts" : { "a" : "b" }, "devDependencies": {"a": "1",  "z": "2"} }',
      '{ "z" :1,\n\n   "scripts" : { "a" : "b", "agent" :"flow run claude --", "prepare" :"flow prepare || exit 0" }, "devDependencies": {"a": "1",  "flow-agent" :"^1.2.3",  "z": "2"} }',
    ],
  ])('%s', (_, before, after) => {
    const { text } = edit(before)
    expect(text).toBe(after)
    expect(edit(text)).toMatchObject({ text, names: [] })
  })

  test('the dependency goes where npm would sort it', () => {
    const lists = ['eslint', 'flow-zzz', 'flow-aaa', '@types/node', 'vite'].map((n) => [n, '1'])
    const sorted = Object.fromEntries(lists.sort(([a = ''], [b = '']) => a.localeCompare(b, 'en')))
    const { text } = edit(JSON.stringify({ devDependencies: sorted }, null, 2))
    expect(Object.keys(JSON.parse(text).devDependencies)).toEqual([
      '@types/node',
      'eslint',
      'flow-aaa',
      'flow-agent',
      'flow-zzz',
      'vite',
    ])
  })

  test('in front of the first dependency as well', () => {
    const { text } = edit('{\n  "scripts": {},\n  "devDependencies": {\n    "vite": "1"\n  }\n}\n')
    expect(text).toContain('{\n    "flow-agent": "^1.2.3",\n    "vite": "1"\n  }')
  })

  test.each(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])(
    'flow-agent in %s is enough',
    (list) => {
      const { names } = edit(JSON.stringify({ [list]: { 'flow-agent': 'file:x.tgz' } }))
      expect(names).toEqual(['scripts.agent', 'scripts.prepare'])
    },
  )

  test('of a section that stands twice, the one that counts is edited', () => {
    const { text } = edit('{"scripts":{},"scripts":{"test":"t"}}')
    expect(JSON.parse(text).scripts).toMatchObject({ test: 't', agent: 'flow run claude --' })
  })

  test("an agent script of the team's own stays, and it is said", () => {
    const { text, hasOtherAgent } = edit('{"scripts":{"agent":"aider"}}')
    expect(JSON.parse(text).scripts.agent).toBe('aider')
    expect(hasOtherAgent).toBe(true)
  })

  test('an agent script that starts another agent through flow is as good', () => {
    expect(edit('{"scripts":{"agent":"flow run gemini --"}}').hasOtherAgent).toBe(false)
  })

  test('the scripts say flow-agent where flow is somebody else', () => {
    expect(JSON.parse(edit('{}', 'flow-agent').text).scripts).toEqual({
      agent: 'flow-agent run claude --',
      prepare: 'flow-agent prepare || exit 0',
    })
  })
})

describe('the prepare script', () => {
  const ours = '(flow prepare || exit 0)'
  test.each([
    [undefined, 'flow prepare || exit 0'],
    ['', ours],
    [' ', `${ours} `],
    ['husky', `husky && ${ours}`],
    ['npm run build && husky install', `npm run build && husky install && ${ours}`],
    ['husky || true', `${ours} && husky || true`],
    ['husky || exit 0', `${ours} && husky || exit 0`],
    ['build; exit 0', `${ours} && build; exit 0`],
    ['build # and more', `${ours} && build # and more`],
    ['build &', `${ours} && build &`],
    ['flow prepare', 'flow prepare'],
    ['build && flow-agent prepare', 'build && flow-agent prepare'],
    ['flow prepared', `flow prepared && ${ours}`],
  ])('%j becomes %j', (before, after) => {
    expect(prepareOf(before)).toBe(after)
  })
})

describe('the postinstall script', () => {
  const flow = { command: 'flow', version: '1.0.0', installScript: 'postinstall' } as const
  const edited = (value: Record<string, unknown>) =>
    addToPackage(JSON.stringify(value), value, flow)

  test.each([
    ['a private package', { private: true }],
    ['one whose postinstall pinst takes out', { devDependencies: { pinst: '3' } }],
  ])('%s gets it', (_, value) => {
    const { text, names } = edited(value)
    expect(JSON.parse(text).scripts.postinstall).toBe('flow prepare || exit 0')
    expect(names).toContain('scripts.postinstall')
  })

  test('it is added to what is there, beside a prepare of npm', () => {
    const scripts = { prepare: 'flow prepare || exit 0', postinstall: 'x' }
    const { text } = edited({ private: true, scripts })
    expect(JSON.parse(text).scripts).toMatchObject({
      ...scripts,
      postinstall: 'x && (flow prepare || exit 0)',
    })
    expect(edited(JSON.parse(text)).names).toEqual([])
  })

  test('a package that others install gets none, and it is said', () => {
    const { text, isPublished } = edited({ name: 'published' })
    expect(JSON.parse(text).scripts).toEqual({ agent: 'flow run claude --' })
    expect(isPublished).toBe(true)
  })
})

describe('a package.json that npm could not read', () => {
  test.each([
    ['{\n  "a": 1,\n  "b" 2\n}', 'line 3, column 7: '],
    ['{"a": 1,}', 'line 1, column 9: '],
    ['{\n// no\n}', 'line 2, column 1: '],
    ['', 'line 1, column 1: '],
    ['{"a": "x', 'line 1, column '],
    ['[]', 'it is JSON, but not an object'],
    ['null', 'it is JSON, but not an object'],
    ['{"scripts": []}', '"scripts" in it is not an object'],
    ['{"devDependencies": "x"}', '"devDependencies" in it is not an object'],
  ])('%j is refused: %s', (text, why) => {
    expect(readPackageJson(text)).toMatchObject({
      kind: 'invalid',
      why: expect.stringContaining(why),
    })
  })
})
