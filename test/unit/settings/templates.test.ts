// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are the subject here

import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { fillPlaceholders, guardCommand } from '../../../src/settings/templates.ts'
import { shellWord } from '../../../src/shell-word.ts'

/** What a client does with a hook command. */
function inShell(script: string, environment: Record<string, string> = {}) {
  const { status, stdout } = spawnSync('/bin/sh', ['-c', script], {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
  })
  return { status, stdout }
}

test('a quoted word reaches the program as it is', () => {
  const words = [
    '',
    'plain',
    'two words',
    "it's",
    "'''",
    '"$HOME" `id` $(id)',
    'a\nb\n',
    '\\',
    '!*?~#;&|<>',
    '-n',
    'ü\u{1F600}',
  ]
  const { stdout } = inShell(`printf '<%s>\\0' ${words.map(shellWord).join(' ')}`)
  expect(stdout.split('\0').slice(0, -1)).toEqual(words.map((word) => `<${word}>`))
})

describe('a guarded command', () => {
  test('does nothing, successfully, in an agent that flow did not start', () => {
    expect(inShell(guardCommand('echo ran; exit 3'))).toEqual({ status: 0, stdout: '' })
    expect(inShell(guardCommand('echo ran'), { FLOW_RUN_ID: '' })).toEqual({
      status: 0,
      stdout: '',
    })
    expect(inShell(guardCommand('echo one\necho two'))).toEqual({ status: 0, stdout: '' })
  })

  const commands = [
    'echo ran; exit 3',
    'false',
    'true',
    'echo one\necho two\nexit 4',
    '# a comment\necho x',
    'cat <<E\n$FLOW_RUN_ID\nE',
    'a=1 && echo $a || exit 5',
    '',
  ]
  test.each(commands)('is the command itself in one of flow’s own: %j', (command) => {
    const environment = { FLOW_RUN_ID: 'run-1' }
    expect(inShell(guardCommand(command), environment)).toEqual(inShell(command, environment))
  })

  test('works where unset variables are errors', () => {
    expect(inShell(`set -u; ${guardCommand('echo ran')}`).status).toBe(0)
  })
})

describe('placeholders', () => {
  const fill = (value: Parameters<typeof fillPlaceholders>[0]) =>
    fillPlaceholders(value, { node: '/n $1 $& ${flow}', flow: '/f' }, '.flowrc')

  test('are filled in every string and nowhere else', () => {
    const value = { a: ['${flow} x ${flow}', 1, null], '${flow}': { __proto__: null, b: true } }
    expect(fill(value)).toEqual({ a: ['/f x /f', 1, null], '${flow}': { b: true } })
  })

  test('take values as they are: nothing in them is filled or replaced again', () => {
    expect(fill('${node}')).toBe('/n $1 $& ${flow}')
  })

  test('leave what is the shell’s: variables in capitals, other forms, and what is escaped', () => {
    const text = '$flow ${HOME} "${CLAUDE_PROJECT_DIR}" ${1} ${x:-y} $(id) $$ ${'
    expect(fill(text)).toBe(text)
    expect(fill('for f in a; do echo $${f}; done; $${flow}')).toBe(
      'for f in a; do echo ${f}; done; ${flow}',
    )
  })

  test('that nobody knows are refused with their name and place', () => {
    const template = { hooks: { Stop: [{ hooks: [{ command: 'x ${flwo}' }] }] } }
    expect(() => fill(template)).toThrow(
      expect.objectContaining({
        code: 'E_TEMPLATE',
        what: 'unknown placeholder ${flwo} in .flowrc',
        why: 'hooks.Stop[0].hooks[0].command may use ${node}, ${flow}',
        next: 'correct the name; for a variable of the shell write $flwo or $${flwo}',
      }),
    )
    expect(() => fill('${constructor}')).toThrow('unknown placeholder ${constructor}')
  })

  test('keep a key named __proto__ a key', () => {
    const filled = fill(JSON.parse('{"__proto__": "${flow}"}'))
    expect(JSON.stringify(filled)).toBe('{"__proto__":"/f"}')
  })
})
