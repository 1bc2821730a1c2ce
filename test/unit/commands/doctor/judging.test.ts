import { describe, expect, test } from 'vitest'
import { versionIn } from '../../../../src/commands/doctor/agent.ts'
import { isTooOld, renameInScripts } from '../../../../src/commands/doctor/environment.ts'
import { judgeNode, type NodeStatus } from '../../../../src/commands/doctor/node.ts'
import { judgeShell } from '../../../../src/commands/doctor/shell.ts'
import { judgeMode } from '../../../../src/commands/doctor/state-directory.ts'
import { pathName, pathWord } from '../../../../src/setup/finding.ts'

test.each([
  ['2.39.5', false],
  ['2.13.0', false],
  ['2.12.9', true],
  ['1.9.1', true],
  ['3.0.0', false],
  ['2.39.3 (Apple Git-146)', false],
])('git %s is too old: %j', (version, wanted) => {
  expect(isTooOld(version)).toBe(wanted)
})

test.each([
  ['2.1.330 (Claude Code)\n', '2.1.330'],
  ['codex-cli 0.61.0\nmore', '0.61.0'],
  ['v1.2.3-beta.4', '1.2.3-beta.4'],
  ['a word', 'a word'],
  ['x'.repeat(100), 'x'.repeat(60)],
  ['\n', null],
])('of what an agent says, %j, the version is %j', (said, wanted) => {
  expect(versionIn(said)).toBe(wanted)
})

describe('a path in a command', () => {
  test.each([
    ['/team', '/team/.flowrc', '.flowrc'],
    ['/team/a', '/team/.flowrc', '/team/.flowrc'],
    ['/team', '/team', '.'],
    ['/team', '/team/-rf', './-rf'],
    ['/team', '/team/a b', "'a b'"],
    ['/team', '/teams/x', '/teams/x'],
  ])('in %s, %s is %s', (cwd, path, wanted) => {
    expect(pathWord(cwd, path)).toBe(wanted)
  })

  test('in a sentence it is not quoted', () => {
    expect(pathName('/team', '/team/a b')).toBe('a b')
  })
})

test.each([
  [{ agent: 'flow run claude --' }, ['scripts.agent=flow-agent run claude --']],
  [
    { prepare: 'husky && (flow prepare || exit 0)' },
    ['scripts.prepare=husky && (flow-agent prepare || exit 0)'],
  ],
  [{ agent: 'flow-agent run claude --', prepare: 'flow-agent prepare' }, []],
  [{ check: 'flow check', flow: 'flow', other: 'overflow run' }, []],
  [undefined, []],
])('the scripts %j, where another package owns the name flow', (scripts, wanted) => {
  expect(renameInScripts(scripts)).toEqual(wanted)
})

describe('node, as git hooks find it', () => {
  const gone = { path: '/nvm/20/node', isThere: false }
  const there = { path: '/nvm/22/node', isThere: true }
  const NODE = 'v20.20.2 (/usr/bin/node)'
  const sight = (changes: Partial<NodeStatus>): NodeStatus => ({
    recorded: [],
    here: NODE,
    bare: NODE,
    initPath: '/home/me/.config/flow/init.sh',
    hasInit: false,
    nodeDirectory: '/my nvm/22/bin',
    ...changes,
  })

  test.each<[string, Partial<NodeStatus>, string, string]>([
    ['on PATH', {}, 'ok', NODE],
    ['on the PATH of this shell', { bare: null }, 'ok', NODE],
    ['recorded', { recorded: [there], bare: null }, 'ok', '/nvm/22/node'],
    ['recorded and gone, found on any PATH', { recorded: [gone] }, 'ok', NODE],
    ['recorded and gone, on PATH here', { recorded: [gone], bare: null }, 'warning', 'this shell'],
    ['recorded, and nowhere else', { recorded: [there], here: null, bare: null }, 'warning', 'but'],
    ['nowhere, and no session yet', { here: null, bare: null }, 'warning', 'a session records'],
    ['gone, and nowhere else', { recorded: [gone], here: null, bare: null }, 'broken', 'no node'],
    ['one gone of two', { recorded: [there, gone], here: null, bare: null }, 'broken', 'no node'],
  ])('%s', (_, changes, status, words) => {
    const finding = judgeNode(sight(changes))
    expect(finding).toMatchObject({ id: 'node', status })
    expect(finding.title).toContain(words)
    expect(finding.fix !== undefined).toBe(status !== 'ok')
  })

  test('the command writes a line that puts it on PATH, quoted', () => {
    expect(judgeNode(sight({ here: null })).fix).toBe(
      "mkdir -p /home/me/.config/flow && printf '%s\\n' 'PATH='\\''/my nvm/22/bin'\\'':$PATH' >>/home/me/.config/flow/init.sh",
    )
  })

  test('an init.sh that is there and does not lead to node is told', () => {
    const { detail } = judgeNode(sight({ here: null, hasInit: true }))
    expect(detail).toContain('/home/me/.config/flow/init.sh leads to none')
  })
})

test.each([
  [0o700, 'ok'],
  [0o1700, 'ok'],
  [0o755, 'warning'],
  [0o750, 'warning'],
  [0o711, 'warning'],
  [0o770, 'broken'],
  [0o702, 'broken'],
  [0o777, 'broken'],
])('a state directory of mode %o is %s', (mode, status) => {
  const finding = judgeMode("/it's/state", mode)
  expect(finding.status).toBe(status)
  expect(finding.fix).toBe(status === 'ok' ? undefined : "chmod 700 '/it'\\''s/state'")
})

test.each([
  ['well', {}, 'ok', 'line 3 of ~/.zshrc puts killed sessions right at the prompt', undefined],
  [
    'no line',
    { place: null },
    'ok',
    "flow's file for zsh is up to date, but no rc file of yours reads it",
    undefined,
  ],
  [
    'an old one',
    { trouble: 'is old' },
    'warning',
    "flow's file for zsh is old",
    'flow shell zsh >/dev/null',
  ],
  [
    'none',
    { isThere: false },
    'warning',
    'line 3 of ~/.zshrc reads a file that is gone',
    'flow shell zsh >/dev/null',
  ],
  [
    'an eval',
    { startsFlow: true },
    'warning',
    'line 3 of ~/.zshrc starts flow with every zsh',
    'flow shell zsh',
  ],
])('of a prompt: %s', (_, sight, status, title, fix) => {
  const line = { name: 'zsh', place: 'line 3 of ~/.zshrc', startsFlow: false } as const
  const finding = judgeShell({ ...line, isThere: true, trouble: null, ...sight })
  expect({ ...finding, detail: '' }).toEqual({
    ...{ id: 'shell-zsh', status, title, detail: '' },
    ...(fix !== undefined && { fix }),
  })
})
