import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sessionStart } from '../../../src/hooks/session-start.ts'
import { systemFiles } from '../../../src/ports/file-system.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'
import { hookPorts } from './hook-ports.ts'

const NAMES = { memory: 'MEMORY.md', logs: 'memory' }

function project(files: Record<string, string | Uint8Array>): string {
  const root = join(tempFolder(), 'project')
  mkdirSync(root)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

function told(root: string, names = NAMES, now = new Date(2026, 2, 1, 12)): string {
  const ports = hookPorts({})
  return sessionStart({ ...ports, clock: { ...ports.clock, now: () => now } }, root, names)
}

describe('which files are read', () => {
  test("the memory, today's log and yesterday's, and no other", () => {
    const root = project({
      'MEMORY.md': 'M',
      'memory/2026-03-01.md': 'T',
      'memory/2026-02-28.md': 'Y',
      'memory/2026-02-27.md': 'old',
      'memory/2026-03-02.md': 'tomorrow',
    })
    expect(told(root)).toBe(
      '# Project memory\n\n## MEMORY.md\n\nM\n\n## memory/2026-03-01.md\n\nT\n\n## memory/2026-02-28.md\n\nY',
    )
  })

  test.each([
    [new Date(2026, 0, 1, 0, 0, 0), '2026-01-01', '2025-12-31'],
    [new Date(2024, 2, 1, 23, 59, 59), '2024-03-01', '2024-02-29'],
    // The hour that does not exist where clocks go forward must not make a day disappear.
    [new Date(2026, 2, 29, 2, 30), '2026-03-29', '2026-03-28'],
    [new Date(2026, 9, 26, 0, 30), '2026-10-26', '2026-10-25'],
  ])('days are those of the local calendar: %s', (now, today, yesterday) => {
    const root = project({ [`memory/${today}.md`]: 'T', [`memory/${yesterday}.md`]: 'Y' })
    expect(told(root, NAMES, now)).toContain(`## memory/${today}.md\n\nT`)
    expect(told(root, NAMES, now)).toContain(`## memory/${yesterday}.md\n\nY`)
  })

  test('other names, and none', () => {
    const root = project({ 'docs/notes.md': 'N', 'log/2026-03-01.md': 'T', 'MEMORY.md': 'M' })
    expect(told(root, { memory: 'docs/notes.md', logs: 'log' })).toMatch(/notes\.md\n\nN[\s\S]*T$/)
    const ports = hookPorts({})
    expect(sessionStart(ports, root, {})).toBe('')
    expect(sessionStart(ports, root, { logs: 'log' })).not.toContain('N')
  })

  test('absent files are not mentioned', () => {
    expect(told(project({}))).toBe('')
    expect(told(project({ 'MEMORY.md': 'M' }))).toBe('# Project memory\n\n## MEMORY.md\n\nM')
  })

  test('a byte order mark and CRLF do no harm', () => {
    expect(told(project({ 'MEMORY.md': '\uFEFFa\r\nb\r\n' }))).toMatch(/\n\na\r\nb$/)
  })

  test('what else is to be told goes before it, whole', () => {
    const first = '# Others\n\n- somebody'
    const say = (root: string) => sessionStart(hookPorts({}), root, NAMES, first)
    expect(say(project({}))).toBe(first)
    expect(say(project({ 'MEMORY.md': 'M' }))).toBe(
      `${first}\n\n# Project memory\n\n## MEMORY.md\n\nM`,
    )
    const long = `${say(project({ 'MEMORY.md': 'x'.repeat(40_000) }))}\n`
    expect(long.startsWith(first)).toBe(true)
    expect(long.length).toBeLessThanOrEqual(10_000)
  })

  test('the output with its last line break is within what the client passes on', () => {
    const long = 'x'.repeat(40_000)
    const root = project({ 'MEMORY.md': long, 'memory/2026-03-01.md': long })
    const length = `${told(root)}\n`.length
    expect(length).toBeLessThanOrEqual(10_000)
    expect(length).toBeGreaterThan(9_990)
  })
})

describe('what cannot be read is told in a line, and the rest goes on', () => {
  const others = { 'memory/2026-03-01.md': 'T' }

  test.each([
    ['a folder', { 'MEMORY.md/file': '' }, 'it is not a file'],
    ['no text', { 'MEMORY.md': Buffer.from([0xff, 0xfe, 0x41, 0x00]) }, 'it is not UTF-8 text'],
    ['NUL characters', { 'MEMORY.md': 'a\0b' }, 'it is not UTF-8 text'],
  ])('%s', (_name, files, why) => {
    const answer = told(project({ ...others, ...files }))
    expect(answer).toContain('## memory/2026-03-01.md\n\nT')
    expect(answer).toContain(`[flow did not read MEMORY.md: ${why}]`)
  })

  test('a file in the place of the folder of logs', () => {
    const answer = told(project({ 'MEMORY.md': 'M', memory: '' }))
    expect(answer).toContain('M\n\n[flow did not read memory/2026-03-01.md: ')
    expect(answer).toContain('(ENOTDIR)')
  })

  test('a huge file is not even opened', () => {
    const root = project({ ...others, 'MEMORY.md': '' })
    truncateSync(join(root, 'MEMORY.md'), 5 * 1024 * 1024 + 1)
    const opened: string[] = []
    const fs = {
      ...systemFiles,
      readFile(path: string) {
        opened.push(path)
        return systemFiles.readFile(path)
      },
    }
    const answer = sessionStart({ ...hookPorts({}), fs }, root, NAMES)
    expect(answer).toContain('[flow did not read MEMORY.md: it is larger than 5 MB]')
    expect(opened).toEqual([join(root, 'memory/2026-03-01.md')])
  })

  test('an error of the file system', () => {
    const fs = {
      ...systemFiles,
      readFile() {
        throw Object.assign(new Error('denied'), { code: 'EACCES' })
      },
    }
    const answer = sessionStart({ ...hookPorts({}), fs }, project({ 'MEMORY.md': 'M' }), NAMES)
    expect(answer).toContain('[flow did not read MEMORY.md: permission denied (EACCES)]')
  })
})

describe('links', () => {
  test('within the project are followed', () => {
    const root = project({ 'docs/m.md': 'Remember' })
    symlinkSync('docs/m.md', join(root, 'MEMORY.md'))
    expect(told(root)).toContain('Remember')
  })

  test.each([
    ['a file', 'secret', 'MEMORY.md'],
    ['a folder', '.', 'memory'],
  ])('out of the project, of %s, are refused', (_name, to, from) => {
    const root = project({})
    const outside = dirname(root)
    writeFileSync(join(outside, 'secret'), 'SECRET')
    writeFileSync(join(outside, '2026-03-01.md'), 'SECRET')
    symlinkSync(join(outside, to), join(root, from))
    expect(told(root)).not.toContain('SECRET')
    expect(told(root)).toContain('it leads out of the project]')
  })

  test('to a neighbour whose name begins like the project are refused', () => {
    const root = project({})
    mkdirSync(`${root}-other`)
    writeFileSync(`${root}-other/m.md`, 'SECRET')
    symlinkSync(`${root}-other/m.md`, join(root, 'MEMORY.md'))
    expect(told(root)).toContain('it leads out of the project]')
  })

  test('a file whose name begins with two dots is within', () => {
    expect(told(project({ '..m.md': 'Remember' }), { memory: '..m.md', logs: 'memory' })).toContain(
      'Remember',
    )
  })

  test('to nowhere are absent, to themselves are told', () => {
    const root = project({})
    symlinkSync('gone', join(root, 'MEMORY.md'))
    expect(told(root)).toBe('')
    const circle = project({})
    symlinkSync('MEMORY.md', join(circle, 'MEMORY.md'))
    expect(told(circle)).toContain('(ELOOP)')
  })

  test('a project that is itself reached by a link is the project', () => {
    const root = project({ 'MEMORY.md': 'Remember' })
    symlinkSync(root, `${root}-link`)
    expect(told(`${root}-link`)).toContain('Remember')
  })
})
