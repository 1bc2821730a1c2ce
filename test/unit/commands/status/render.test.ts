import { describe, expect, test } from 'vitest'
import { widthOf } from '../../../../src/commands/columns.ts'
import { type Frame, render } from '../../../../src/commands/status/render.ts'
import type { ProjectView } from '../../../../src/commands/status/view.ts'
import { agentOf, fileWith, frame, project, wrapper } from './sessions.ts'

function lines(projects: readonly ProjectView[], changes: Partial<Frame> = {}): string[] {
  return render({ stateHome: '/home/me/.sylphx-flow', projects }, frame(changes))
}

const dead = { kind: 'dead', reason: 'no such process' } as const
const foreign = { kind: 'foreign', reason: 'it runs on another machine' } as const

const KILLED = { kind: 'killed', command: 'flow recover' } as const
const UNSURE = {
  kind: 'unsure',
  command: 'flow recover --force /work/team/with/a/long/path/that/is/not/folded/at/eighty/columns',
} as const

const three = [
  wrapper(4711, 60, { tty: 'pts/3' }),
  wrapper(4801, 30, { agent: 'codex', cwd: '/home/me/apps/web' }),
  wrapper(123456, 0, { tty: 'pts/12' }),
]

describe('a session', () => {
  test('is a fact a line, with a bar for each process in proportion to its age', () => {
    expect(lines([project({ isHere: true, participants: three })])).toEqual([
      '/work/team',
      '  here      you are in this project',
      '  session   b57675, open for 1 h',
      '  in it     claude, pid 4711, for 1 h, on pts/3, in /work/team',
      `            ${'━'.repeat(60)}`,
      '  in it     codex, pid 4801, for 30 min, in ~/apps/web',
      `            ${' '.repeat(30)}${'━'.repeat(30)}`,
      '  in it     claude, pid 123456, for 0 s, on pts/12, in /work/team',
      `            ${' '.repeat(59)}━`,
      '  merged    .claude/settings.json: SessionStart',
      '  backup    ~/.sylphx-flow/snapshots/17a4fde43829b176/session-20260131T140000000Z-b57675',
    ])
  })

  test('of one process has no bar, nor where drawings are of no use', () => {
    for (const [participants, hasBars] of [
      [three.slice(0, 1), true],
      [three, false],
    ] as const) {
      expect(lines([project({ participants })], { hasBars }).join('\n')).not.toContain('━')
    }
  })

  test.each([40, 63, 80, 200])('is folded between words in %d columns', (columns) => {
    const projectPath = '/work/東京の店舗の長い名前👩‍💻/team'
    const participants = [...three, wrapper(1, 5, { agent: '東京の代理人と長い名前の代理人' })]
    const files = [fileWith({ kind: 'none', why: 'it was edited since; `flow recover` keeps it' })]
    const killed = project({ projectPath, isOrphaned: true, isHere: true, participants, files })
    const long = lines([killed, project()], { columns }).filter((line) => widthOf(line) > columns)
    // Only what is one word goes on.
    for (const line of long) expect(line).toMatch(/^ {2}(in it {5}|backup {4}| {10})\S+$/)
  })

  test('says all without letters beyond ASCII', () => {
    const participants = [...three, ...Array.from({ length: 9 }, (_, at) => wrapper(at, 1))]
    const files = [{ ...fileWith({ kind: 'command', command: 'x' }), merged: ['Stop ×2'] }]
    const text = lines([project({ participants, files })], { hasUnicode: false }).join('\n')
    expect(text).toMatch(/^[\x20-\x7e\n]*$/)
    expect(text).toContain('=====')
  })

  test('shows who is dead, who cannot be judged, and an agent that outlives its wrapper', () => {
    const outlived = wrapper(20, 50, { verdict: dead })
    const participants = [
      agentOf(outlived, 21),
      outlived,
      wrapper(30, 40, { verdict: dead }),
      wrapper(40, 30, { verdict: foreign }),
    ]
    const text = lines([project({ participants })], { columns: 200 }).join('\n')
    expect(text).toMatch(/in it {5}pid 21, an agent whose flow was killed\n/)
    expect(text).toMatch(/pid 30, .*: dead, no such process\n +┄+\n/)
    expect(text).toMatch(/pid 40, .* on laptop: it runs on another machine, .* alive\n +╍+\n/)
  })

  test('that is damaged says what is wrong, and what puts it right', () => {
    const text = lines([project({ damaged: 'it is empty' })]).join('\n')
    expect(text).toContain(
      '\n  damaged   backup.json: it is empty; `flow recover` uses its second copy\n',
    )
    const unknown = project({ projectPath: null, participants: [] })
    expect(lines([unknown])[0]).toBe('project 17a4fde43829b176')
  })

  test('lets no name move the cursor', () => {
    const participants = [wrapper(1, 2, { agent: 'a\x1b[2Jb', tty: 'x\ny' })]
    const text = lines([project({ projectPath: '/work/\x1b]0;t\x07', participants })]).join('\n')
    for (const control of ['\x1b', '\x07']) expect(text).not.toContain(control)
    expect(text).toContain('a\\x1b[2Jb')
  })
})

describe('how to restore by hand', () => {
  const byHand = (changes: Partial<ProjectView>, detail: Frame['detail'] = 'normal') =>
    lines([project(changes)], { detail }).filter((line) => line.startsWith('  by hand'))
  const COMMAND = ['  by hand   cp a b']

  test.each<[string, Partial<ProjectView>, string[]]>([
    ['of a session at work', {}, []],
    ['of a killed one', { isOrphaned: true, participants: [], recovery: KILLED }, COMMAND],
    ['of a damaged one', { damaged: 'it is empty' }, COMMAND],
    [
      'of one that nobody can judge',
      { participants: [wrapper(1, 2, { verdict: foreign })], recovery: UNSURE },
      COMMAND,
    ],
    [
      'of one that somebody is known to be in',
      { participants: [wrapper(1, 2, { verdict: foreign }), wrapper(3, 4)] },
      [],
    ],
  ])('is printed where it is needed: %s', (_, changes, wanted) => {
    expect(byHand(changes)).toEqual(wanted)
    expect(byHand(changes, 'verbose')).toEqual(COMMAND)
    expect(byHand(changes, 'screen')).toEqual([])
  })

  test('is a reason where there is no command, and a command is never folded', () => {
    const why = 'it was edited since'
    const none = project({
      isOrphaned: true,
      recovery: KILLED,
      files: [fileWith({ kind: 'none', why })],
    })
    expect(lines([none])).toContain(`  by hand   .claude/settings.json: ${why}`)
    const command = `cp ${'a'.repeat(80)} b`
    const long = project({
      isOrphaned: true,
      recovery: KILLED,
      files: [fileWith({ kind: 'command', command })],
    })
    expect(lines([long])).toContain(`  by hand   ${command}`)
  })

  test('of one that nobody can judge comes with what ends it', () => {
    const participants = [wrapper(1, 2, { verdict: foreign })]
    const all = lines([project({ participants, recovery: UNSURE })])
    expect(all.join(' ').replaceAll(/ +/g, ' ')).toContain('nobody is known to be alive in it')
    // A command is whole on its line, to be copied.
    expect(all).toContain(`            ${UNSURE.command}`)
  })
})

describe('many sessions', () => {
  test('of one project: the oldest ten, and who the others are', () => {
    const participants = Array.from({ length: 200 }, (_, at) =>
      wrapper(1000 + at, 200 - at, { agent: at % 4 === 0 ? 'codex' : 'claude' }),
    )
    const all = lines([project({ participants })])
    expect(all.filter((line) => line.includes('pid '))).toHaveLength(10)
    expect(all).toContain('            and 190 more: claude ×143, codex ×47')
    expect(all.length).toBeLessThan(30)
  })

  test('of many projects: five in full, a line for each of twenty, and how many more', () => {
    const projects = Array.from({ length: 200 }, (_, at) =>
      project({ projectPath: `/work/p${at}` }),
    )
    const all = lines(projects)
    expect(all.filter((line) => /open for 1 h, 1 in it: claude$/.test(line))).toHaveLength(20)
    expect(all.at(-1)).toBe('and 175 more; `flow status --verbose` shows all')
    expect(all.length).toBeLessThan(80)
    const verbose = lines(projects, { detail: 'verbose' })
    expect(verbose.filter((line) => line.startsWith('/work/p'))).toHaveLength(200)
  })
})
