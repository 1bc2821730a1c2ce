import { describe, expect, test } from 'vitest'
import { bakeIn, rcLine } from '../../../src/commands/shell/snippet.ts'
import { fishWord, shellWord } from '../../../src/shell-word.ts'

const PATHS = { home: '/it’s $& mine', node: "/o'clock/node", resident: '/a\\b' }

describe('baking paths into a snippet', () => {
  test('fills in the three lines, and no other', () => {
    const text = "_flow_home=''\n_flow_node=''\n_flow_resident=''\n_flow_said=''\n  _flow_home=''\n"
    expect(bakeIn(text, PATHS, shellWord)).toBe(
      "_flow_home='/it’s $& mine'\n_flow_node='/o'\\''clock/node'\n_flow_resident='/a\\b'\n_flow_said=''\n  _flow_home=''\n",
    )
  })

  test('in fish, too, whose quotes know a backslash', () => {
    const text = "set -g _flow_node ''\nset -g _flow_resident ''\n"
    expect(bakeIn(text, PATHS, fishWord)).toBe(
      "set -g _flow_node '/o\\'clock/node'\nset -g _flow_resident '/a\\\\b'\n",
    )
  })
})

test.each([
  ['bash', '[ ! -r /f ] || . /f || : # flow'],
  ['zsh', "[ ! -r /f ] || emulate zsh -c '. /f' || : # flow"],
  ['fish', 'test -r /f; and source /f # flow'],
] as const)('the line for %s', (name, line) => {
  expect(rcLine(name, '/f')).toBe(line)
})
