import { describe, expect, test } from 'vitest'
import { editPackageJson, readPackageJson } from '../../../src/commands/init/package-json.ts'
import { undoPackageJson } from '../../../src/commands/uninstall/package-json.ts'

const read = (text: string) => {
  const found = readPackageJson(text)
  if (found.kind === 'invalid') throw new Error(found.why)
  return found.value
}
const init = (text: string, command = 'flow') =>
  editPackageJson(text, read(text), {
    command,
    version: '1.2.3',
    manager: { name: 'npm' },
    installScript: 'prepare',
  }).text
const undo = (text: string, first?: string) =>
  undoPackageJson(text, read(text), first === undefined ? null : read(first))

describe('what init adds to package.json and uninstall takes out, byte for byte', () => {
  test.each([
    ['two blanks', '{\n  "name": "x"\n}\n'],
    ['four blanks, no newline at the end', '{\n    "name": "x",\n    "files": []\n}'],
    ['tabs', '{\n\t"name": "x",\n\t"scripts": {\n\t\t"test": "t"\n\t}\n}\n'],
    ['end of line of Windows, a byte order mark', '\uFEFF{\r\n  "private": true\r\n}\r\n'],
    ['minified', '{"name":"x","scripts":{"a":"b"},"devDependencies":{"z":"1"}}'],
    ['an empty object', '{}\n'],
    ['scripts behind and in front', '{\n  "scripts": {\n    "z": "z"\n  },\n  "name": "x"\n}\n'],
    [
      'a dependency on either side',
      '{\n  "devDependencies": {\n    "a": "1",\n    "z": "1"\n  }\n}\n',
    ],
    ['a dependency behind', '{\n  "devDependencies": {\n    "z": "1"\n  }\n}\n'],
    ['a dependency in front', '{\n  "devDependencies": {\n    "a": "1"\n  }\n}\n'],
    ['a prepare script', '{"scripts":{"prepare":"husky"}}'],
    ['a prepare script that ends early', '{"scripts":{"prepare":"build; exit 0","x":"y"}}'],
    ['a prepare script with quotes', '{"scripts":{"prepare":"echo \\"a\\" && b"}}'],
    [
      'an odd manner of its own',
      '{ "z" :1,\n\n   "scripts" : { "a" : "b" }, "devDependencies": {"a": "1",  "z": "2"} }',
    ],
    ['an agent script of the own', '{"scripts":{"agent":"aider"}}'],
  ])('%s', (_, before) => {
    for (const command of ['flow', 'flow-agent']) {
      const after = init(before, command)
      expect(undo(after)).toMatchObject({ text: before, kept: [], isStillListed: false })
      expect(undo(after, before).text).toBe(before)
    }
    expect(undo(before)).toMatchObject({ text: before, names: [] })
  })

  test.each([
    ['sections that were empty', '{"scripts":{},"devDependencies":{}}'],
    ['a prepare script that was blank', '{"scripts":{"prepare":" "}}'],
    ["an agent script in init's own words", '{"scripts":{"agent":"flow run claude --"}}'],
    ['flow-agent among the dependencies', '{"devDependencies":{"flow-agent":"^1.0.0"}}'],
  ])('%s, where it is known how it was', (_, before) => {
    expect(undo(init(before), before).text).toBe(before)
  })
})

describe('what was written since stays', () => {
  test.each([
    [
      'a script and a dependency',
      '{"scripts":{"agent":"flow run claude --","new":"n","prepare":"flow prepare || exit 0","late":"l"},"devDependencies":{"a":"1","flow-agent":"^1.2.3","z":"1"}}',
      '{"scripts":{"new":"n","late":"l"},"devDependencies":{"a":"1","z":"1"}}',
    ],
    [
      'a longer prepare script',
      '{"scripts":{"prepare":"build && husky && (flow prepare || exit 0)"}}',
      '{"scripts":{"prepare":"build && husky"}}',
    ],
    [
      'as a postinstall script',
      '{"scripts":{"postinstall":"build && (flow prepare || exit 0)"}}',
      '{"scripts":{"postinstall":"build"}}',
    ],
    [
      'in front',
      '{"scripts":{"prepare":"(flow-agent prepare || exit 0) && build || true"}}',
      '{"scripts":{"prepare":"build || true"}}',
    ],
  ])('%s', (_, present, after) => {
    expect(undo(present, '{"scripts":{"prepare":"husky"}}').text).toBe(after)
    expect(undo(present).text).toBe(after)
  })

  test.each([
    ['{"scripts":{"agent":"flow run gemini --"}}', 'agent'],
    ['{"scripts":{"prepare":"flow prepare && build"}}', 'prepare'],
  ])('%s calls flow in words of the own, and that is said', (text, script) => {
    const { names, kept } = undo(text)
    expect(names).toEqual([])
    expect(kept).toEqual([expect.stringContaining(`npm pkg delete scripts.${script}`)])
  })

  test.each([
    '{"devDependencies":{"flow-agent":"file:flow.tgz"}}',
    '{"dependencies":{"flow-agent":"^1.2.3"}}',
  ])('%s is for the package manager', (text) => {
    expect(undo(text)).toMatchObject({ text, names: [], isStillListed: true })
  })
})
