/**
 * The settings change while a session is open: by hand, by the agent, by another tool. However it
 * ends, every edit is there, and nothing of flow's.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { type RecoverOutcome, recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, releaseSession, type Session } from '../../src/session/session.ts'
import { MARKER } from '../../src/settings/merge.ts'
import { createWorld, TRACE, type World } from './world.ts'

const MINE = '{\n\t"model": "opus",\n\t"hooks": {"Stop": [{"hooks": []}]}\n}'
const EDITED = haiku(MINE)

function haiku(text: string): string {
  return text.replace('"opus"', '"haiku"')
}

function enter(world: World, pid = 100): Session {
  return acquireSession(world.start(pid), world.home, world.request())
}

function leave(world: World, session: Session): void {
  const { pid, startTime } = session.lock
  const ports = world.start(pid)
  world.running.set(pid, startTime ?? '')
  releaseSession(ports, session)
  world.kill(pid)
}

function recover(world: World): RecoverOutcome[] {
  return recoverSessions(world.start(900), world.home, {
    force: false,
    automatic: false,
    cwd: null,
  })
}

/** How a session comes to its end. */
const ends: [string, (world: World, session: Session) => void][] = [
  ['its end', leave],
  [
    'a kill and recovery',
    (world, { lock }) => {
      world.kill(lock.pid)
      expect(recover(world)).toMatchObject([{ kind: 'restored' }])
    },
  ],
]

/** Nothing of flow's is in the project, and no session is left. */
function expectNothingLeft(world: World): void {
  for (const name of world.projectFiles()) {
    expect(name).not.toMatch(/\.(new|aside)$/)
    const path = join(world.project, name)
    if (!existsSync(path) || !statSync(path).isFile()) continue
    expect(readFileSync(path, 'utf8'), name).not.toContain(TRACE)
    expect(readFileSync(path, 'utf8'), name).not.toContain(MARKER)
  }
  const { sessionsFolder } = projectPaths(world.home, projectHash(world.project))
  expect(readdirSync(sessionsFolder)).toEqual(['history'])
}

function begin(settings: string | null = MINE): { world: World; session: Session } {
  const world = createWorld()
  if (settings !== null) world.writeSettings(settings)
  return { world, session: enter(world) }
}

describe.each(ends)('after %s, what was saved meanwhile is there', (_, end) => {
  const savers: [string, (path: string, text: string) => void][] = [
    ['in place', writeFileSync],
    [
      'by rename',
      (path, text) => {
        writeFileSync(`${path}.tmp`, text)
        renameSync(`${path}.tmp`, path)
      },
    ],
    [
      'as vim does, which moves the old file away first',
      (path, text) => {
        renameSync(path, `${path}~`)
        writeFileSync(path, text)
        rmSync(`${path}~`)
      },
    ],
  ]
  test.each(savers)('%s', (_, save) => {
    const { world, session } = begin()
    save(world.settingsPath, haiku(world.readSettings() ?? ''))
    end(world, session)
    expect(world.readSettings()).toBe(EDITED)
    expectNothingLeft(world)
  })

  const isMarker = (key: string, value: unknown) => (key === MARKER ? undefined : value)
  test.each([
    ['by an agent that formats anew and saves a permission', undefined],
    ['by one that drops keys which it does not know, too', isMarker],
  ])('%s', (_, replacer) => {
    const { world, session } = begin()
    const permissions = { allow: ['Bash(ls)'] }
    const settings = { ...JSON.parse(world.readSettings() ?? ''), permissions }
    world.writeSettings(`${JSON.stringify(settings, replacer, 2)}\n`)
    end(world, session)
    const wanted = { ...JSON.parse(MINE), permissions }
    expect(world.readSettings()).toBe(`${JSON.stringify(wanted, null, 2)}\n`)
    expectNothingLeft(world)
  })

  test('as groups of the person’s own, before and behind flow’s', () => {
    const { world, session } = begin()
    const own = (command: string) => ({ hooks: [{ type: 'command', command }] })
    const settings = JSON.parse(world.readSettings() ?? '')
    settings.hooks.SessionStart.unshift(own('first'))
    settings.hooks.SessionStart.push(own('last'))
    world.writeSettings(JSON.stringify(settings))
    end(world, session)
    const hooks = { Stop: [{ hooks: [] }], SessionStart: [own('first'), own('last')] }
    expect(world.readSettings()).toBe(JSON.stringify({ model: 'opus', hooks }))
    expectNothingLeft(world)
  })

  test('where there were no settings before', () => {
    const { world, session } = begin(null)
    const settings = { ...JSON.parse(world.readSettings() ?? ''), model: 'haiku' }
    world.writeSettings(JSON.stringify(settings))
    end(world, session)
    expect(world.readSettings()).toBe('{"model":"haiku"}')
    expectNothingLeft(world)
  })

  test('as another file in the folder that flow had made', () => {
    const { world, session } = begin(null)
    writeFileSync(join(dirname(world.settingsPath), 'settings.local.json'), '{}')
    end(world, session)
    expect(world.projectFiles()).toEqual(['.claude', '.claude/settings.local.json'])
    expectNothingLeft(world)
  })

  test('as the very original', () => {
    const { world, session } = begin()
    world.writeSettings(MINE)
    end(world, session)
    expect(world.readSettings()).toBe(MINE)
    expectNothingLeft(world)
  })
})

describe.each(ends)('after %s, what was taken away meanwhile stays away', (_, end) => {
  test('every byte of the settings', () => {
    const { world, session } = begin()
    truncateSync(world.settingsPath)
    end(world, session)
    expect(world.readSettings()).toBe('')
    expectNothingLeft(world)
  })

  test.each([
    ['the settings', MINE, ''],
    ['the folder of the settings', MINE, '..'],
    ['settings that flow had made', null, ''],
    ['the folder that flow had made', null, '..'],
  ])('%s', (_, settings, above) => {
    const { world, session } = begin(settings)
    const path = join(world.settingsPath, above)
    rmSync(path, { recursive: true })
    end(world, session)
    expect(existsSync(path)).toBe(false)
    expectNothingLeft(world)
  })

  test.each([
    [
      'a folder with something in it',
      '',
      (path: string) => mkdirSync(join(path, 'x'), { recursive: true }),
    ],
    ['a link to nowhere', '', (path: string) => symlinkSync('nowhere', path)],
    ['a file, where its folder was', '..', (path: string) => writeFileSync(path, 'mine')],
  ])('the settings, and %s in their place stays', (_, above, put) => {
    const { world, session } = begin()
    const path = join(world.settingsPath, above)
    rmSync(path, { recursive: true })
    put(path)
    const before = lstatSync(path).ino
    end(world, session)
    expect(lstatSync(path).ino).toBe(before)
    expectNothingLeft(world)
  })
})

describe.each(ends)('after %s, links that changed meanwhile are as they were left', (_, end) => {
  const shared = (world: World) => join(world.project, 'shared.json')
  const beginLinked = () => {
    const world = createWorld()
    world.writeSettings(MINE)
    renameSync(world.settingsPath, shared(world))
    symlinkSync('../shared.json', world.settingsPath)
    return { world, session: enter(world) }
  }

  test('the settings moved elsewhere in the repository, and a link put in their place', () => {
    const { world, session } = begin()
    renameSync(world.settingsPath, shared(world))
    symlinkSync('../shared.json', world.settingsPath)
    end(world, session)
    expect(readlinkSync(world.settingsPath)).toBe('../shared.json')
    expect(readFileSync(shared(world), 'utf8')).toBe(MINE)
    expectNothingLeft(world)
  })

  test('the folder moved, and a link put in its place', () => {
    const { world, session } = begin()
    const [folder, moved] = [dirname(world.settingsPath), join(world.project, 'conf')]
    renameSync(folder, moved)
    symlinkSync('conf', folder)
    end(world, session)
    expect(readlinkSync(folder)).toBe('conf')
    expect(readFileSync(join(moved, 'settings.json'), 'utf8')).toBe(MINE)
    expectNothingLeft(world)
  })

  test('the link led to another file: that is left, and the hooks are out of the first', () => {
    const { world, session } = beginLinked()
    writeFileSync(join(world.project, 'other.json'), EDITED)
    rmSync(world.settingsPath)
    symlinkSync('../other.json', world.settingsPath)
    end(world, session)
    expect(readlinkSync(world.settingsPath)).toBe('../other.json')
    expect(world.readSettings()).toBe(EDITED)
    expect(readFileSync(shared(world), 'utf8')).toBe(MINE)
    expectNothingLeft(world)
  })

  test.each([
    ['a copy', (text: string) => text, MINE],
    ['an edited copy, as `sed -i` leaves it,', haiku, EDITED],
  ])('%s put in place of the link: the hooks are out of both files', (_, change, wanted) => {
    const { world, session } = beginLinked()
    const text = change(world.readSettings() ?? '')
    rmSync(world.settingsPath)
    writeFileSync(world.settingsPath, text)
    end(world, session)
    expect(lstatSync(world.settingsPath).isFile()).toBe(true)
    expect(world.readSettings()).toBe(wanted)
    expect(readFileSync(shared(world), 'utf8')).toBe(MINE)
    expectNothingLeft(world)
  })

  test('the link taken away: the hooks are out of what it led to', () => {
    const { world, session } = beginLinked()
    rmSync(world.settingsPath)
    end(world, session)
    expect(readFileSync(shared(world), 'utf8')).toBe(MINE)
    expect(existsSync(world.settingsPath)).toBe(false)
    expectNothingLeft(world)
  })
})

describe.each(ends)('after %s', (_, end) => {
  test('a mode that the person gave the settings meanwhile stays', () => {
    const { world, session } = begin()
    chmodSync(world.settingsPath, 0o600)
    end(world, session)
    expect(world.readSettings()).toBe(MINE)
    expect(statSync(world.settingsPath).mode & 0o777).toBe(0o600)
  })
})

describe('what is saved while several come and go', () => {
  test('is all there when the last one has gone', () => {
    const { world, session } = begin()
    const add = (key: string) => {
      const settings = JSON.parse(world.readSettings() ?? '')
      world.writeSettings(JSON.stringify({ ...settings, [key]: true }, null, 2))
    }
    add('beforeTheSecond')
    const second = enter(world, 200)
    add('whileBoth')
    leave(world, session)
    add('afterTheFirst')
    enter(world, 300)
    add('whileTheThird')
    world.kill(300)
    add('afterTheKill')
    leave(world, second)
    expect(JSON.parse(world.readSettings() ?? '')).toEqual({
      ...JSON.parse(MINE),
      beforeTheSecond: true,
      whileBoth: true,
      afterTheFirst: true,
      whileTheThird: true,
      afterTheKill: true,
    })
    expectNothingLeft(world)
  })

  test('is all there when it took the hooks out and the next one put them back', () => {
    const { world, session } = begin()
    world.writeSettings(EDITED)
    const second = enter(world, 200)
    expect(world.readSettings()).toContain(TRACE)
    leave(world, session)
    leave(world, second)
    expect(world.readSettings()).toBe(EDITED)
    expectNothingLeft(world)
  })
})
