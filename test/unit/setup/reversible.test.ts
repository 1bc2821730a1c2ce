/**
 * revert(apply(x)) is x, byte for byte, for generated files that hold nothing of flow's; and what was written
 * in between stays.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { addHookLine, HOOK_NAMES, hookLine, removeHookLines } from '../../../src/git/hook-line.ts'
import { lefthook } from '../../../src/setup/lefthook.ts'
import {
  addToPackage,
  readPackageJson,
  removeFromPackage,
} from '../../../src/setup/package-json.ts'
import { simpleGitHooks } from '../../../src/setup/simple-git-hooks.ts'

const RUNS = { numRuns: 1000 }
const ENTRIES = HOOK_NAMES.map((name) => ({ name, line: hookLine(name) }))

/** A JSON value as people write it: every blank may be anything. */
const blanks = fc.constantFrom('', ' ', '  ', '\n  ', '\n\t', '\r\n    ', '\n\n  ')

function written(value: unknown, draw: () => string): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => draw() + written(item, draw)).join(',')}${draw()}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, item]) => {
    return `${draw()}${JSON.stringify(key)}${draw()}:${draw()}${written(item, draw)}`
  })
  return `{${members.join(`${draw()},`)}${draw()}}`
}

/** The text of a value, printed by a program or written by hand. */
function textOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const printed = fc
    .tuple(value, fc.constantFrom(0, 2, 4, '\t'), fc.constantFrom('', '\n', '\r\n'))
    .map(([one, indent, end]) => JSON.stringify(one, null, indent) + end)
  const byHand = fc
    .tuple(value, fc.array(blanks, { minLength: 1, maxLength: 40 }), fc.boolean())
    .map(([one, gaps, isEscaped]) => {
      let at = 0
      const json = written(one, () => gaps[at++ % gaps.length] ?? '')
      // As Go and PHP print them.
      const code = (mark: string) => `\\u00${mark.charCodeAt(0).toString(16)}`
      return isEscaped ? json.replace(/[&é]/g, code) : json
    })
  return fc.oneof(printed, byHand)
}

const word = fc.constantFrom('a', 'test', 'zz', 'husky', '@x/y', 'é "q"', '')
const script = fc.constantFrom('', ' ', 'x', 'a && b', 'x || exit 0', 'y; exit 1', 'z # c', 'a\nb')
const scripts = fc.dictionary(fc.oneof(word, fc.constantFrom('prepare', 'postinstall')), script, {
  maxKeys: 4,
})
const list = fc.dictionary(word, fc.constant('^1.0.0'), { maxKeys: 3 })
const packageJson = fc.record(
  {
    name: fc.constantFrom('x', ''),
    private: fc.boolean(),
    scripts,
    dependencies: list,
    devDependencies: fc.oneof(list, fc.constant({ 'flow-agent': 'file:flow.tgz' })),
    'simple-git-hooks': fc.dictionary(fc.constantFrom('pre-commit', 'post-merge', 'x'), script),
    files: fc.array(word, { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

function read(text: string) {
  const found = readPackageJson(text)
  return found.kind === 'object' ? found.value : expect.fail(found.why)
}

const flow = fc.record({
  command: fc.constantFrom('flow', 'flow-agent'),
  version: fc.constantFrom('0.1.0', '1.2.3-rc.1'),
  installScript: fc.constantFrom('prepare' as const, 'postinstall' as const),
})

test('package.json', () => {
  fc.assert(
    fc.property(textOf(packageJson), fc.constantFrom('', '\uFEFF'), flow, (json, bom, options) => {
      const text = bom + json
      const { text: after } = addToPackage(text, read(text), options)
      expect(removeFromPackage(after, read(after)).text).toBe(text)
      expect(addToPackage(after, read(after), options).text).toBe(after)
      expect(removeFromPackage(text, read(text)).text).toBe(text)
    }),
    RUNS,
  )
})

test('package.json, with members added in between', () => {
  fc.assert(
    fc.property(
      textOf(packageJson),
      flow,
      fc.constantFrom('before', 'behind'),
      (text, options, at) => {
        const value = read(text)
        const { text: after } = addToPackage(text, value, options)
        const edited: { scripts: object } = JSON.parse(after)
        const own = { mine: 'yes' }
        const scripts =
          at === 'before' ? { ...own, ...edited.scripts } : { ...edited.scripts, ...own }
        const saved = JSON.stringify({ ...edited, scripts }, null, 2)
        const rest = JSON.parse(removeFromPackage(saved, read(saved)).text)
        expect(rest.scripts).toEqual({ ...Object(value.scripts), ...own })
        const { scripts: _, devDependencies = {}, ...others } = rest
        const { scripts: __, devDependencies: lists = {}, ...before } = value
        expect(others).toEqual(before)
        expect(devDependencies).toEqual(lists)
      },
    ),
    RUNS,
  )
})

describe('hooks', () => {
  const line = fc.constantFrom(
    '#!/bin/sh',
    '#!/usr/bin/env bash',
    '. "$(dirname -- "$0")/_/husky.sh"',
    'exit 0',
    '# é',
    '',
    '  ',
    '\r',
  )
  const hook = fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([lines, end, isEnded]) => lines.join(end) + (isEnded && lines.length > 0 ? end : ''))

  test('that were there', () => {
    fc.assert(
      fc.property(hook, fc.constantFrom(...HOOK_NAMES), (text, name) => {
        const edit = addHookLine(Buffer.from(text), name)
        if (edit.kind !== 'added') return
        const { bytes, isMade } = removeHookLines(edit.bytes)
        expect([bytes.toString(), isMade]).toEqual([text, false])
      }),
      RUNS,
    )
  })

  test('that were not, and with lines added in between', () => {
    fc.assert(
      fc.property(fc.option(hook), fc.constantFrom(...HOOK_NAMES), hook, (text, name, more) => {
        const edit = addHookLine(text === null ? null : Buffer.from(text), name)
        if (edit.kind !== 'added') return
        if (text === null) expect(removeHookLines(edit.bytes).isMade).toBe(true)
        const saved = Buffer.concat([edit.bytes, Buffer.from(`\n${more}`)])
        const { bytes } = removeHookLines(saved)
        const own = `${text ?? '#!/bin/sh\n'}`.trimEnd() + more.trim()
        // A blank line more or less is no line of the user's.
        const bare = (one: string) => one.replace(/\s+/g, '')
        expect(bare(bytes.toString())).toBe(bare(own))
      }),
      RUNS,
    )
  })
})

const command = fc.record({ run: fc.constantFrom('x', 'echo "a: b"', 'y # flow') })
const jobs = fc.array(command, { minLength: 1, maxLength: 2 })
const lefthookHook = fc.oneof(
  fc.record({ commands: fc.dictionary(fc.constantFrom('a', 'lint'), command, { minKeys: 1 }) }),
  fc.record({ jobs }),
  fc.record({ parallel: fc.boolean() }),
  fc.record({ parallel: fc.boolean(), jobs }),
  fc.record({ scripts: fc.constant({ 'a.sh': { runner: 'sh' } }) }),
)
const lefthookConfig = fc.dictionary(
  fc.constantFrom('pre-commit', 'post-checkout', 'post-merge', 'pre-push'),
  lefthookHook,
)

/** How many of the texts could be edited: a property that skips them all proves nothing. */
function reversibly(texts: fc.Arbitrary<string>, path: string): number {
  const { add, remove } =
    (path.includes('lefthook') ? lefthook : simpleGitHooks).configuration ?? expect.fail()
  let edited = 0
  fc.assert(
    fc.property(texts, (text) => {
      const after = add(path, text, ENTRIES)
      if (after === null) return
      edited += 1
      expect(remove(path, after)).toBe(text)
      expect(add(path, after, ENTRIES)).toBe(after)
      expect(remove(path, text)).toBe(text)
    }),
    RUNS,
  )
  return edited
}

describe('lefthook', () => {
  const comments = fc.constantFrom('', '# ours\n', '# ours\n\n')
  const yaml = fc
    .tuple(lefthookConfig, fc.constantFrom(2, 4), comments, comments, fc.boolean(), fc.boolean())
    .map(([value, indent, before, behind, isEnded, isWindows]) => {
      const body = Object.keys(value).length === 0 ? '' : stringify(value, { indent })
      const text = before + body + behind
      const ended = isEnded ? text : text.replace(/\n+$/, '')
      return isWindows ? ended.replaceAll('\n', '\r\n') : ended
    })

  test('in YAML', () => {
    expect(reversibly(yaml, 'lefthook.yml')).toBeGreaterThan(900)
  })

  test('in YAML, with hooks and commands added in between', () => {
    fc.assert(
      fc.property(lefthookConfig, (value) => {
        const text = Object.keys(value).length === 0 ? '' : stringify(value)
        const after = lefthook.configuration?.add('lefthook.yml', text, ENTRIES) ?? expect.fail()
        const saved = `${after}commit-msg:\n  jobs:\n    - run: mine\n`
        const rest = lefthook.configuration?.remove('lefthook.yml', saved) ?? expect.fail()
        expect(parse(rest)).toEqual({ ...value, 'commit-msg': { jobs: [{ run: 'mine' }] } })
      }),
      RUNS,
    )
  })

  test('in JSON', () => {
    const empty = fc.constantFrom({}, { 'pre-commit': {} }, { 'post-merge': { commands: {} } })
    const json = textOf(
      fc.oneof(lefthookConfig, empty, fc.constant({ 'pre-commit': { jobs: [] } })),
    )
    expect(reversibly(json, 'lefthook.json')).toBe(RUNS.numRuns)
  })
})

describe('simple-git-hooks', () => {
  const commands = fc.dictionary(fc.constantFrom(...HOOK_NAMES, 'pre-push'), script)

  test('in a file of its own', () => {
    expect(reversibly(textOf(commands), '/r/simple-git-hooks.json')).toBe(RUNS.numRuns)
  })

  test('in package.json', () => {
    const whole = commands.map((one) => ({ name: 'x', 'simple-git-hooks': one }))
    expect(reversibly(textOf(whole), '/r/package.json')).toBe(RUNS.numRuns)
  })
})
