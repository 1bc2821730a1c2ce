import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { widthOf } from '../../../../src/commands/columns.ts'
import {
  describeEnding,
  durationMs,
  historyTable,
} from '../../../../src/commands/history/render.ts'
import { namesAmong } from '../../../../src/commands/session-names.ts'
import type { Past } from '../../../../src/session/past.ts'
import { past } from './past-sessions.ts'

const agent = past('x').agents[0]
if (agent === undefined) throw new Error('a session has an agent')
const file = { path: 's.json', reason: '' }

describe('how a session ended, in words', () => {
  test.each<[string, Partial<Past>, string]>([
    ['by itself', {}, 'clean'],
    [
      'by itself, after others had been killed',
      { agents: [{ ...agent, exit: 'killed' }, agent] },
      'clean; 1 of 2 killed before',
    ],
    [
      'with edits',
      { files: [{ ...file, kind: 'edits-kept' }] },
      'clean; s.json keeps the edits made meanwhile',
    ],
    [
      'with a copy',
      { files: [{ ...file, kind: 'put-back', kept: ['/c'] }] },
      'clean; a copy is /c',
    ],
    [
      'killed, next start',
      { closedBy: 'acquire' },
      'killed; recovered 2 min after its start by the next start',
    ],
    [
      'killed, a hook',
      { closedBy: 'recover', recoveredFor: 'git-hook' },
      'killed; recovered 2 min after its start by a git hook',
    ],
    [
      'killed, a prompt',
      { closedBy: 'recover', recoveredFor: 'prompt' },
      'killed; recovered 2 min after its start by the prompt',
    ],
    [
      'killed, an older record',
      { closedBy: 'recover' },
      'killed; recovered 2 min after its start by flow',
    ],
    ['only its snapshot left', { closedBy: null }, 'how it ended is not on record any more'],
    [
      'a restore',
      { purpose: { kind: 'restore', of: 'session-20260131T140000000Z-9f2c1a' } },
      'put back what 9f2c1a had kept',
    ],
    [
      'a restore that was killed before it did anything',
      { purpose: { kind: 'restore', of: 'session-a-9f2c1a' }, closedBy: 'acquire', files: [] },
      'put back what 9f2c1a had kept; killed; recovered 2 min after its start by the next start; nothing was changed',
    ],
    [
      'residue',
      { purpose: { kind: 'residue' }, closedBy: 'recover' },
      'took out hooks that had come back',
    ],
  ])('%s', (_, changes, words) => {
    expect(describeEnding(past('a1'), namesAmong([]))).toBe('clean')
    expect(describeEnding(past('a1', changes), namesAmong([]))).toBe(words)
  })

  test('nobody knows how long a killed one lasted', () => {
    expect(durationMs(past('a1'))).toBe(120_000)
    expect(durationMs(past('a1', { closedBy: 'acquire' }))).toBe(null)
    expect(durationMs(past('a1', { closedAt: 'rubbish' }))).toBe(null)
  })
})

const style = {
  columns: 80,
  colors: pc.createColors(false),
  homeFolder: '/home/me',
  nameOf: namesAmong([]),
  withProject: false,
}

describe('the table', () => {
  const sessions = [
    past('9f2c1a'),
    past('3b77d0', {
      closedBy: 'recover',
      recoveredFor: 'command',
      agents: [agent, { ...agent, agent: 'codex' }],
      isKept: false,
    }),
  ]

  test('has a line for each, and goes on below where that is too long', () => {
    expect(historyTable(sessions, style).map((line) => line.replace(/\d\d:\d\d/, '--:--'))).toEqual(
      [
        '9f2c1a  2026-01-31 --:--  2 min  claude         clean',
        '3b77d0  2026-01-31 --:--      ?  claude, codex',
        '        killed; recovered 2 min after its start by `flow recover`; no backup',
        '        left',
      ],
    )
  })

  test.each([24, 40, 71, 72, 80, 120])('smears nothing in %d columns', (columns) => {
    const named = past('aaaaaa', { agents: [{ ...agent, agent: '東京の代理人' }] })
    for (const line of historyTable([...sessions, named], { ...style, columns })) {
      expect(widthOf(line), line).toBeLessThanOrEqual(columns)
    }
  })

  test('says of which project each is, where that is asked for', () => {
    const lines = historyTable([past('9f2c1a', { projectPath: '/home/me/team' })], {
      ...style,
      withProject: true,
    })
    expect(lines[1]).toBe('        ~/team')
  })
})
