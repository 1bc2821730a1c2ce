import { describe, expect, test } from 'vitest'
import {
  addToPackage,
  readPackageJson,
  removeFromPackage,
} from '../../../src/setup/package-json.ts'

const read = (text: string) => {
  const found = readPackageJson(text)
  if (found.kind === 'invalid') throw new Error(found.why)
  return found.value
}
const init = (text: string, command = 'flow') =>
  addToPackage(text, read(text), { command, version: '1.2.3', installScript: 'prepare' }).text
const undo = (text: string) => removeFromPackage(text, read(text))

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
    ['sections that were empty', '{"scripts":{},"devDependencies":{ }}'],
    ['a prepare script that was blank', '{"scripts":{"prepare":" "}}'],
    ['a prepare script that was empty', '{"scripts":{"prepare":""}}'],
    ['an object with a blank in it', '{ }'],
  ])('%s', (_, before) => {
    for (const command of ['flow', 'flow-agent']) {
      const after = init(before, command)
      expect(undo(after)).toMatchObject({ text: before, calling: [], isStillListed: false })
    }
    expect(undo(before)).toMatchObject({ text: before, names: [] })
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
    expect(undo(present).text).toBe(after)
  })

  test.each([
    ['{"scripts":{"agent":"flow run gemini --"}}', 'agent'],
    ['{"scripts":{"prepare":"flow prepare && build"}}', 'prepare'],
  ])('%s calls flow in words of the own, and that is said', (text, script) => {
    const { names, calling } = undo(text)
    expect(names).toEqual([])
    expect(calling).toEqual([script])
  })

  test.each([
    '{"devDependencies":{"flow-agent":"file:flow.tgz"}}',
    '{"dependencies":{"flow-agent":"^1.2.3"}}',
  ])('%s is for the package manager', (text) => {
    expect(undo(text)).toMatchObject({ text, names: [], isStillListed: true })
  })
})
