import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProtocolPorts } from '../../src/ports/ports.ts'
import type { OwnSession } from '../../src/session/own-session.ts'
import { acquireSession } from '../../src/session/session.ts'
import { mayShow } from '../../src/session/shown-lately.ts'
import { createWorld } from './world.ts'

const WITHIN = 30_000
const NOON = Date.UTC(2026, 0, 1, 12)

function scene() {
  const world = createWorld()
  const session = acquireSession(world.start(1), world.home, world.request())
  const own: OwnSession = session
  const real = world.start(2)
  /** Asks at so many milliseconds past noon. */
  const ask = (
    ms: number,
    text = 'Waits',
    { within = WITHIN, stem = own.stem, fs = real.fs } = {},
  ) => {
    const clock = { ...real.clock, now: () => new Date(NOON + ms) }
    const ports: ProtocolPorts = { ...real, clock, fs }
    return mayShow(ports, { ...own, stem }, text, within)
  }
  const { firedFolder } = session.paths
  const marks = () =>
    existsSync(firedFolder) ? readdirSync(firedFolder).filter((name) => name.startsWith('s')) : []
  return { world, ask, marks, firedFolder, fs: real.fs }
}

describe('the same text', () => {
  test('is shown once within its time, and again after it', () => {
    const { ask } = scene()
    expect([0, 1, 29_999, 30_000, 30_001, 60_000].map((ms) => ask(ms))).toEqual([
      ...[true, false, false],
      ...[true, false, true],
    ])
  })

  test('of another agent of the session, and another text, are shown at once', () => {
    const { ask } = scene()
    expect(ask(0)).toBe(true)
    expect(ask(0, 'Waits too')).toBe(true)
    expect(ask(0, 'Waits', { stem: '4711' })).toBe(true)
    expect(ask(1)).toBe(false)
  })

  test('is always shown where no time is set, and nothing is kept', () => {
    const { ask, marks } = scene()
    expect([0, 0, 0].map((ms) => ask(ms, 'Waits', { within: 0 }))).toEqual([true, true, true])
    expect(marks()).toEqual([])
  })

  test('is shown again when the clock was set back, and when it was set forth', () => {
    const { ask } = scene()
    expect(ask(0)).toBe(true)
    expect(ask(-3_600_000)).toBe(true)
    expect(ask(-3_600_000 + 1)).toBe(false)
    expect(ask(86_400_000)).toBe(true)
  })

  test('leaves one mark, and those of other texts go when they are old', () => {
    const { ask, marks } = scene()
    for (let ms = 0; ms < 600_000; ms += 1_000) ask(ms)
    expect(marks()).toHaveLength(1)
    for (let n = 0; n < 20; n += 1) ask(0, `text ${n}`)
    ask(WITHIN * 2, 'last')
    expect(marks()).toHaveLength(1)
  })
})

describe('of several that ask at once', () => {
  test.each([
    ['at first', []],
    ['when the last time is over', [-WITHIN]],
  ])('one shows it: %s', (_name, before) => {
    const { ask, fs } = scene()
    for (const ms of before) expect(ask(ms)).toBe(true)
    // The rival comes between our look and our mark.
    let rival: boolean | undefined
    const late = {
      ...fs,
      createFile(...args: Parameters<typeof fs.createFile>) {
        rival ??= ask(0)
        fs.createFile(...args)
      },
    }
    expect(ask(0, 'Waits', { fs: late })).toBe(false)
    expect(rival).toBe(true)
    expect(ask(1)).toBe(false)
  })

  test('a mark that another takes away meanwhile is no error', () => {
    const { ask, fs } = scene()
    ask(-WITHIN)
    const late = {
      ...fs,
      linkFacts(path: string) {
        if (path.includes('shown.')) throw Object.assign(new Error('gone'), { code: 'ENOENT' })
        return fs.linkFacts(path)
      },
    }
    expect(() => ask(0, 'Waits', { fs: late })).not.toThrow()
  })
})

test('a link in the place of the folder is not followed', () => {
  const { ask, firedFolder, world } = scene()
  const outside = join(world.home, '../outside')
  mkdirSync(outside)
  mkdirSync(dirname(firedFolder), { recursive: true })
  symlinkSync(outside, firedFolder)
  expect(() => ask(0)).toThrow(expect.objectContaining({ code: 'E_STATE_LINK' }))
  expect(readdirSync(outside)).toEqual([])
})
