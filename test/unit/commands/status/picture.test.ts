import { describe, expect, test } from 'vitest'
import { widthOf } from '../../../../src/commands/columns.ts'
import { type Frame, picture } from '../../../../src/commands/status/picture.ts'
import type { ProjectView } from '../../../../src/commands/status/view.ts'
import { agentOf, frame, project, wrapper } from './sessions.ts'

function draw(projects: readonly ProjectView[], changes: Partial<Frame> = {}): string[] {
  return picture({ stateHome: '/home/me/.sylphx-flow', projects }, frame(changes))
}

const three = [
  wrapper(4711, 60, { tty: 'pts/3' }),
  wrapper(4801, 30, { agent: 'codex', cwd: '/work/team/apps/web' }),
  wrapper(123456, 0, { tty: 'pts/12' }),
]

describe('the picture of a session', () => {
  test('has a bar for each process, in proportion to its age', () => {
    const lines = draw([project({ isHere: true, participants: three })])
    expect(lines).toEqual([
      '/work/team  you are here',
      '  open for 60 min, 3 in it'.replace('60 min', '1 h'),
      `  claude     1 h  pid 4711    pts/3   ${'━'.repeat(42)}`,
      `  codex   30 min  pid 4801            ${' '.repeat(21)}${'━'.repeat(21)}`,
      '    in apps/web',
      `  claude     0 s  pid 123456  pts/12  ${' '.repeat(41)}━`,
      expect.stringMatching(/^ {38}\d\d:\d\d {34}now$/),
      '  merged  .claude/settings.json: SessionStart',
      '  backup',
      '    ~/.sylphx-flow/snapshots/17a4fde43829b176/session-20260131T140000000Z-b57675',
      '  by hand',
      'cp a b',
    ])
  })

  test.each([20, 30, 40, 63, 64, 80, 200])('smears nothing in %d columns', (columns) => {
    const name = '/work/東京の店舗の長い名前👩‍💻/team'
    const participants = [...three, wrapper(1, 5, { agent: '東京の代理人と長い名前の代理人' })]
    const projects = [project({ projectPath: name, isHere: true, participants }), project()]
    for (const line of draw(projects, { columns, withCommands: false })) {
      expect(widthOf(line), line).toBeLessThanOrEqual(columns)
    }
    // In full, only what cannot be folded goes on: the path of the backup, and commands.
    const long = draw(projects, { columns }).filter((line) => widthOf(line) > columns)
    for (const line of long) expect(line).toMatch(/snapshots|^cp |settings\.json/)
  })

  test('says in words what the bars say, also without letters beyond ASCII', () => {
    const lines = draw([project({ participants: three })], { hasUnicode: false })
    expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/)
    expect(lines[3]).toContain('=====')
  })

  test('shows who is dead, who cannot be judged, and an agent that outlives its wrapper', () => {
    const dead = { kind: 'dead', reason: 'no such process' } as const
    const outlived = wrapper(20, 50, { verdict: dead })
    const foreign = { kind: 'foreign', reason: 'it runs on another machine' } as const
    const participants = [
      agentOf(outlived, 21),
      outlived,
      wrapper(30, 40, { verdict: dead }),
      wrapper(40, 30, { verdict: foreign }),
    ]
    const text = draw([project({ participants })]).join('\n')
    expect(text).toMatch(/pid 21 .*━+\n {4}its flow was killed\n/)
    expect(text).toMatch(/pid 30 .*┄+\n {4}dead: no such process\n/)
    expect(text).toMatch(/pid 40 .*╍+\n {4}on laptop: it runs on another machine, so it counts/)
  })

  test('of an orphan says what puts the files back, and of a damaged record what is wrong', () => {
    const lines = draw([project({ isOrphaned: true, damaged: 'it is empty' })])
    expect(lines.slice(1, 5)).toEqual([
      '  killed: nobody is alive in it',
      '  flow recover puts the files back',
      '  damaged: backup.json: it is empty',
      '  flow recover uses its twin',
    ])
    expect(draw([project({ projectPath: null, participants: [] })])[0]).toBe(
      'project 17a4fde43829b176',
    )
  })

  test('lets no name move the cursor', () => {
    const participants = [wrapper(1, 2, { agent: 'a\x1b[2Jb', tty: 'x\ny' })]
    const text = draw([project({ projectPath: '/work/\x1b]0;t\x07', participants })]).join('\n')
    for (const control of ['\x1b', '\x07']) expect(text).not.toContain(control)
    expect(text).toContain('a\\x1b[2Jb')
  })
})

describe('many sessions', () => {
  test('of one project: the oldest ten, and who the others are', () => {
    const participants = Array.from({ length: 200 }, (_, at) =>
      wrapper(1000 + at, 200 - at, { agent: at % 4 === 0 ? 'codex' : 'claude' }),
    )
    const lines = draw([project({ participants })])
    expect(lines.filter((line) => line.includes('pid '))).toHaveLength(10)
    expect(lines).toContain('  and 190 more: claude ×143, codex ×47')
    expect(lines.length).toBeLessThan(24)
  })

  test('of many projects: five in full, a line for each of twenty, and how many more', () => {
    const projects = Array.from({ length: 200 }, (_, at) =>
      project({ projectPath: `/work/p${at}` }),
    )
    const lines = draw(projects)
    expect(lines.filter((line) => /open for 1 h, 1 in it: claude$/.test(line))).toHaveLength(20)
    expect(lines.at(-1)).toBe('and 175 more; `flow status --json` has all')
    expect(lines.length).toBeLessThan(80)
  })

  test('prints the commands by hand for the project that one stands in, and for what needs mending', () => {
    const here = project({ isHere: true })
    const killed = project({ projectPath: '/work/killed', isOrphaned: true })
    const calm = project({ projectPath: '/work/calm' })
    const count = (projects: ProjectView[]) =>
      draw(projects).filter((line) => line === 'cp a b').length
    expect([count([here, calm]), count([here, killed, calm]), count([calm, calm])]).toEqual([
      1, 2, 2,
    ])
  })
})
