import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/schema.ts'
import type { JsonObject } from '../../../src/json.ts'

import type { HookEntry } from '../../../src/settings/merge.ts'
import { CLAUDE, hookEntries } from '../../../src/targets/claude.ts'
import type { HookSources } from '../../../src/targets/target.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

interface Hook {
  readonly command: string
  readonly args?: string[]
  readonly timeout?: number
}

function entries(config: unknown = {}, sources: Partial<HookSources> = {}): HookEntry[] {
  const parsed = parseConfig(config, '.flowrc')
  return hookEntries({
    nodePath: '/usr/bin/node',
    residentPath: '/state/runtime/1.0.0/runtime.cjs',
    config: parsed,
    hooks: [{ file: '/p/.flowrc', hooks: parsed.hooks }],
    ...sources,
  })
}

function hooksOf(group: JsonObject | undefined): Hook[] {
  return group?.hooks as unknown as Hook[]
}

const command = (entry: HookEntry | undefined) => hooksOf(entry?.group)[0]?.command ?? ''

describe("flow's own groups", () => {
  test('say what to call, without a matcher, for at most ten seconds', () => {
    const call = (words: string) => `/usr/bin/node /state/runtime/1.0.0/runtime.cjs hook ${words}`
    const group = (words: string) => ({
      hooks: [{ type: 'command', command: call(words), timeout: 10 }],
    })
    expect(entries()).toEqual([
      {
        event: 'SessionStart',
        group: group('session-start --memory=MEMORY.md --logs=memory --sessions'),
      },
      { event: 'Notification', group: group('notification --repeat-after=30') },
    ])
  })

  test.each([
    [{ notifications: false }, ['SessionStart']],
    [{ memory: { file: false } }, ['SessionStart', 'Notification']],
    [{ memory: { file: false, logs: false } }, ['SessionStart', 'Notification']],
    [{ memory: { file: false, logs: false, sessions: false } }, ['Notification']],
    [{ memory: { file: false, logs: false, sessions: false }, notifications: false }, []],
  ])('%j leaves out what has nothing to do', (config, events) => {
    expect(entries(config).map(({ event }) => event)).toEqual(events)
  })

  test('what is off is not passed on', () => {
    expect(command(entries({ memory: { file: false } })[0])).not.toContain('--memory')
    expect(command(entries({ memory: { logs: false } })[0])).not.toContain('--logs')
    expect(command(entries({ memory: { sessions: false } })[0])).not.toContain('--sessions')
  })

  test.each([
    [{}, 'notification --repeat-after=30'],
    [{ repeatAfter: 0 }, 'notification --repeat-after=0'],
    [
      { command: ['sh', '-c', 'echo "$1"', 'x', '{title}'] },
      "notification --repeat-after=30 -- sh -c 'echo \"$1\"' x '{title}'",
    ],
    [{ command: 'notify' }, 'notification --repeat-after=30 -- notify'],
  ])('notifications: %j', (notifications, words) => {
    expect(command(entries({ notifications })[1])).toBe(
      `/usr/bin/node /state/runtime/1.0.0/runtime.cjs hook ${words}`,
    )
  })
})

describe("the team's groups", () => {
  const group = (text: string) => ({ matcher: 'Edit', hooks: [{ type: 'command', command: text }] })

  test("come after flow's own: the configuration's, then the template files'", () => {
    const own = { SessionStart: [group('one')], Stop: [group('two')] }
    const template = { file: 'a', hooks: { Stop: [group('three')] } }
    const all = entries({}, { hooks: [{ file: '/p/.flowrc', hooks: own }, template] })
    expect(all.map(({ event }) => event)).toEqual([
      'SessionStart',
      'Notification',
      'SessionStart',
      'Stop',
      'Stop',
    ])
    expect(all.slice(2).map(({ plain }) => plain)).toEqual([
      group('one'),
      group('two'),
      group('three'),
    ])
    expect(all.slice(2).map(({ group }) => group.matcher)).toEqual(['Edit', 'Edit', 'Edit'])
  })

  const run = (hook: Hook | undefined, env: Record<string, string>) =>
    hook?.args === undefined
      ? execFileSync('/bin/sh', ['-c', hook?.command ?? ''], { env, encoding: 'utf8' })
      : execFileSync(hook.command, hook.args, { env, encoding: 'utf8' })

  test.each([
    [{ type: 'command', command: 'echo "$FLOW_RUN_ID"\necho "it\'s"' }, "r\nit's\n"],
    [
      { type: 'command', command: '/bin/echo', args: ['a b', '$HOME', "'", '-n'] },
      "a b $HOME ' -n\n",
    ],
  ])('%j runs in an agent of flow, and in no other', (hook, output) => {
    const [, , entry] = entries({ hooks: { Stop: [{ hooks: [hook] }] } })
    const [guarded] = hooksOf(entry?.group)
    expect(run(guarded, { FLOW_RUN_ID: 'r' })).toBe(output)
    expect(run(guarded, {})).toBe('')
  })

  test("a hook for PowerShell is guarded in PowerShell's words, one without a command not at all", () => {
    const prompt = { type: 'prompt', prompt: 'Is it done?' }
    const hooks = [{ type: 'command', command: 'Get-Date', shell: 'powershell' }, prompt]
    const [first, second] = hooksOf(entries({ hooks: { Stop: [{ hooks }] } })[2]?.group)
    expect(first?.command).toBe('if (-not $env:FLOW_RUN_ID) { exit 0 }; Get-Date')
    expect(second).toEqual(prompt)
  })

  test('names that claude does not know are refused with where they stand', () => {
    const hooks = {
      SesionStart: [group('x')],
      Stop: [{ hooks: [{ type: 'comand', command: 'x' }] }],
    }
    const template = { file: '/p/t.json', hooks: { flowSession: [] } }
    const files = [{ file: '/p/.flowrc', hooks }, template]
    expect(() => entries({}, { hooks: files })).toThrow(
      expect.objectContaining({
        code: 'E_CONFIG',
        exitCode: 1,
        why: [
          '/p/.flowrc: hooks.SesionStart: claude knows no such event (did you mean "SessionStart"?)',
          '/p/.flowrc: hooks.Stop: claude knows no hook of type "comand" (did you mean "command"?)',
          '/p/t.json: hooks.flowSession: claude knows no such event',
        ].join('\n'),
      }),
    )
  })

  test('every event is one that a configuration may name', () => {
    const hooks = Object.fromEntries(CLAUDE.events.map((event) => [event, [group('x')]]))
    expect(entries({ hooks })).toHaveLength(CLAUDE.events.length + 2)
  })
})

describe('nothing in a path or a name gets out of its quotes', () => {
  test.each([
    'a b',
    "it's",
    '"double"',
    '$HOME $(touch pwned) `touch pwned`',
    'line\nbreak\ntouch pwned',
    "'; touch pwned; '",
    "'\\''; touch pwned #",
    '*?[a]{b,c}~!#&|<>',
    `\${sessionStart}`,
    '-dash',
  ])('%j', (part) => {
    const folder = tempFolder()
    const home = join(folder, part.replaceAll('/', '_'))
    mkdirSync(home)
    const record = join(folder, 'words')
    const nodePath = join(home, 'node')
    writeFileSync(nodePath, `#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done > "$RECORD"\n`)
    chmodSync(nodePath, 0o755)
    const residentPath = join(home, 'runtime.cjs')
    const memory = { file: part.replaceAll('\n', ' '), logs: false, sessions: false }
    const [first] = entries({ memory }, { nodePath, residentPath })
    execFileSync('/bin/sh', ['-c', command(first)], { cwd: folder, env: { RECORD: record } })
    expect(readFileSync(record, 'utf8').split('\0').slice(0, -1)).toEqual([
      residentPath,
      'hook',
      'session-start',
      `--memory=${memory.file}`,
    ])
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })
})
