import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listHistory } from '../../src/session/history.ts'
import { projectHash, projectPaths } from '../../src/session/layout.ts'
import { detectOrphanedSessions } from '../../src/session/projects.ts'
import { recoverSessions } from '../../src/session/recover.ts'
import { acquireSession, isSessionActive, releaseSession } from '../../src/session/session.ts'
import { getBackupRef } from '../../src/session/state.ts'
import { createWorld, SETTINGS_PATH, TRACE, type World } from './world.ts'

const MINE =
  '{\n\t"model": "opus",\n\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "mine"}]}]}\n}'
const RECOVER = { force: false, automatic: false, cwd: null }

const pathsOf = (world: World) => projectPaths(world.home, projectHash(world.project))

describe('a session', () => {
  test('merges while it is open and puts the very bytes and mode back', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    chmodSync(world.settingsPath, 0o640)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    expect(world.readSettings()).toContain(TRACE)
    expect(world.readSettings()).toContain('"command": "mine"')
    expect(statSync(world.settingsPath).mode & 0o777).toBe(0o640)
    expect(isSessionActive(ports, world.home, world.project)).toBe(true)

    expect(releaseSession(ports, session).kind).toBe('restored')
    expect(world.readSettings()).toBe(MINE)
    expect(statSync(world.settingsPath).mode & 0o777).toBe(0o640)
    expect(isSessionActive(ports, world.home, world.project)).toBe(false)
    expect(existsSync(pathsOf(world).sessionFolder)).toBe(false)
  })

  test('leaves nothing where nothing was', () => {
    const world = createWorld()
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    expect(world.projectFiles()).toEqual(['.claude', SETTINGS_PATH])
    releaseSession(ports, session)
    expect(world.projectFiles()).toEqual([])
  })

  test('keeps a folder that it made once somebody else uses it', () => {
    const world = createWorld()
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    writeFileSync(join(world.project, '.claude/notes.md'), 'mine')
    releaseSession(ports, session)
    expect(world.projectFiles()).toEqual(['.claude', '.claude/notes.md'])
  })

  test('is shared: the last one out puts the original bytes back', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const [a, b] = [world.start(100), world.start(200)]
    const first = acquireSession(a, world.home, world.request())
    const merged = world.readSettings()
    const second = acquireSession(b, world.home, world.request())
    expect(second.sessionId).toBe(first.sessionId)
    expect(second.joined).toBe(true)
    expect(world.readSettings()).toBe(merged)

    expect(releaseSession(a, first)).toEqual({ kind: 'left', othersCount: 1 })
    expect(world.readSettings()).toBe(merged)
    expect(releaseSession(b, second).kind).toBe('restored')
    expect(world.readSettings()).toBe(MINE)
  })

  test('keeps an edit that was made while it was open', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    world.writeSettings((world.readSettings() ?? '').replace('"opus"', '"haiku"'))
    releaseSession(ports, session)
    expect(world.readSettings()).toBe(MINE.replace('"opus"', '"haiku"'))
  })

  test('a file that is deleted while it is open stays deleted', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    rmSync(world.settingsPath)
    releaseSession(ports, session)
    expect(world.readSettings()).toBeNull()
  })

  test('a file that no longer parses is left alone, and the session stays recoverable', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    const broken = `${world.readSettings()} oops`
    world.writeSettings(broken)
    expect(() => releaseSession(ports, session)).toThrow(/not valid JSON any more.*line \d+/)
    expect(world.readSettings()).toBe(broken)
    world.writeSettings(broken.replace(' oops', ''))
    world.kill(100)
    const [outcome] = recoverSessions(world.start(101), world.home, RECOVER)
    expect(outcome?.kind).toBe('restored')
    expect(world.readSettings()).toBe(MINE)
  })

  test('a second acquire in the same process is refused', () => {
    const world = createWorld()
    const ports = world.start(100)
    acquireSession(ports, world.home, world.request())
    expect(() => acquireSession(ports, world.home, world.request())).toThrow(
      expect.objectContaining({ code: 'E_ALREADY_OPEN' }),
    )
  })

  test('a joining process puts entries back that a checkout took out, and the new content is the original', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const [a, b] = [world.start(100), world.start(200)]
    const first = acquireSession(a, world.home, world.request())
    const other = '{"model": "of the other branch"}\n'
    world.writeSettings(other)
    const second = acquireSession(b, world.home, world.request())
    expect(world.readSettings()).toContain(TRACE)
    releaseSession(a, first)
    releaseSession(b, second)
    expect(world.readSettings()).toBe(other)
  })

  test('a joining process of another target adds its file to the same backup', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const [a, b] = [world.start(100), world.start(200)]
    const first = acquireSession(a, world.home, world.request())
    const [plan] = world.request().files
    const files = [{ path: '.other/hooks.json', entries: plan?.entries ?? [] }]
    const second = acquireSession(b, world.home, world.request({ target: 'other', files }))
    expect(readFileSync(join(world.project, '.other/hooks.json'), 'utf8')).toContain(TRACE)
    releaseSession(b, second)
    releaseSession(a, first)
    expect(world.projectFiles()).toEqual(['.claude', SETTINGS_PATH])
    expect(world.readSettings()).toBe(MINE)
  })

  test('what a stash brought back of a closed session is residue, not the original', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    const stashed = world.readSettings() ?? ''
    releaseSession(ports, session)
    world.writeSettings(stashed)
    const next = acquireSession(ports, world.home, world.request())
    releaseSession(ports, next)
    expect(world.readSettings()).toBe(MINE)
  })
})

describe('links', () => {
  test('a link inside the repository stays a link', () => {
    const world = createWorld()
    mkdirSync(join(world.project, '.claude'))
    writeFileSync(join(world.project, 'shared.json'), MINE)
    symlinkSync('../shared.json', world.settingsPath)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    expect(lstatSync(world.settingsPath).isSymbolicLink()).toBe(true)
    expect(world.readSettings()).toContain(TRACE)
    releaseSession(ports, session)
    expect(lstatSync(world.settingsPath).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(world.project, 'shared.json'), 'utf8')).toBe(MINE)
  })

  test('a link that leads out is refused unless the person follows it', () => {
    const world = createWorld()
    mkdirSync(join(world.project, '.claude'))
    const outside = join(world.home, '../outside.json')
    writeFileSync(outside, MINE)
    symlinkSync(outside, world.settingsPath)
    const ports = world.start(100)
    expect(() => acquireSession(ports, world.home, world.request())).toThrow(
      expect.objectContaining({ code: 'E_SETTINGS_LINK' }),
    )
    expect(readFileSync(outside, 'utf8')).toBe(MINE)
    const session = acquireSession(ports, world.home, world.request({ followSymlinks: true }))
    expect(readFileSync(outside, 'utf8')).toContain(TRACE)
    releaseSession(ports, session)
    expect(readFileSync(outside, 'utf8')).toBe(MINE)
  })

  test('both names of a hard-linked file stay one file', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const twin = join(world.project, 'twin.json')
    linkSync(world.settingsPath, twin)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    expect(readFileSync(twin, 'utf8')).toContain(TRACE)
    releaseSession(ports, session)
    expect(statSync(twin).ino).toBe(statSync(world.settingsPath).ino)
    expect(readFileSync(twin, 'utf8')).toBe(MINE)
  })
})

describe('recovery', () => {
  test('an orphan is found and restored, and a reused pid does not hide it', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    acquireSession(world.start(100), world.home, world.request())
    world.kill(100)
    const later = world.start(100)
    expect(detectOrphanedSessions(later, world.home)).toHaveLength(1)
    expect(recoverSessions(later, world.home, RECOVER).map(({ kind }) => kind)).toEqual([
      'restored',
    ])
    expect(world.readSettings()).toBe(MINE)
    expect(detectOrphanedSessions(later, world.home)).toEqual([])
  })

  test('a live session is left alone', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    acquireSession(world.start(100), world.home, world.request())
    const merged = world.readSettings()
    const other = world.start(200)
    expect(detectOrphanedSessions(other, world.home)).toEqual([])
    expect(recoverSessions(other, world.home, RECOVER)).toEqual([])
    expect(world.readSettings()).toBe(merged)
  })

  test('an agent that outlives its wrapper keeps the session open until it ends', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const session = acquireSession(world.start(100), world.home, world.request())
    world.start(150)
    const { bootId, pidNamespace, machineId } = session.lock
    const line = `150 ${world.running.get(150)} ${bootId} ${pidNamespace} ${machineId}\n`
    writeFileSync(join(pathsOf(world).pidsFolder, `${session.stem}.150.agent`), line)
    world.kill(100)
    const other = world.start(200)
    expect(recoverSessions(other, world.home, RECOVER)).toEqual([])
    world.kill(150)
    recoverSessions(other, world.home, RECOVER)
    expect(world.readSettings()).toBe(MINE)
  })

  test('the next run restores first and starts anew', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const dead = acquireSession(world.start(100), world.home, world.request())
    world.kill(100)
    const ports = world.start(200)
    const session = acquireSession(ports, world.home, world.request())
    expect(session.recovered?.sessionId).toBe(dead.sessionId)
    expect(session.sessionId).not.toBe(dead.sessionId)
    releaseSession(ports, session)
    expect(world.readSettings()).toBe(MINE)
    expect(listHistory(ports, world.home).map(({ closedBy }) => closedBy)).toEqual([
      'release',
      'acquire',
    ])
  })

  test('another machine’s lock is not judged from here, and --force takes it for dead', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const ports = world.start(100)
    const habitat = { ...ports.processes.habitat, machineId: 'machine-b', bootId: 'boot-b' }
    acquireSession(
      { ...ports, processes: { ...ports.processes, habitat } },
      world.home,
      world.request(),
    )
    world.kill(100)
    const here = world.start(200)
    expect(recoverSessions(here, world.home, RECOVER).map(({ kind }) => kind)).toEqual(['foreign'])
    expect(world.readSettings()).toContain(TRACE)
    recoverSessions(here, world.home, { ...RECOVER, force: true })
    expect(world.readSettings()).toBe(MINE)
  })

  test('a machine that was started anew has no live sessions', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    acquireSession(world.start(100), world.home, world.request())
    const ports = world.start(200)
    const habitat = { ...ports.processes.habitat, bootId: 'boot-2' }
    const rebooted = { ...ports, processes: { ...ports.processes, habitat } }
    recoverSessions(rebooted, world.home, RECOVER)
    expect(world.readSettings()).toBe(MINE)
  })

  test('a project whose folder is gone is reported and kept, and the next one is restored', () => {
    const world = createWorld()
    const gone = join(world.project, '../gone')
    mkdirSync(gone)
    acquireSession(
      world.start(100),
      world.home,
      world.request({ projectPath: gone, boundary: gone }),
    )
    world.writeSettings(MINE)
    acquireSession(world.start(101), world.home, world.request())
    world.kill(100)
    world.kill(101)
    rmSync(gone, { recursive: true })
    const kinds = recoverSessions(world.start(200), world.home, RECOVER).map(({ kind }) => kind)
    expect(kinds.sort()).toEqual(['failed', 'restored'])
    expect(world.readSettings()).toBe(MINE)
    expect(detectOrphanedSessions(world.start(201), world.home)).toHaveLength(1)
  })

  test('a hook keeps out of a rebase; a person does not have to', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const gitFolder = join(world.project, '.git')
    mkdirSync(join(gitFolder, 'rebase-merge'), { recursive: true })
    acquireSession(world.start(100), world.home, world.request({ gitFolder }))
    world.kill(100)
    const ports = world.start(200)
    const byHook = recoverSessions(ports, world.home, { ...RECOVER, automatic: true })
    expect(byHook.map(({ kind }) => kind)).toEqual(['deferred'])
    expect(world.readSettings()).toContain(TRACE)
    recoverSessions(ports, world.home, RECOVER)
    expect(world.readSettings()).toBe(MINE)
  })

  test('after a checkout in a live session the entries are put back', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    world.writeSettings('{}\n')
    const hook = world.start(200)
    const outcomes = recoverSessions(hook, world.home, {
      force: false,
      automatic: true,
      cwd: world.project,
    })
    expect(outcomes).toMatchObject([{ kind: 'open', putBack: true }])
    expect(world.readSettings()).toContain(TRACE)
    releaseSession(ports, session)
    expect(world.readSettings()).toBe('{}\n')
  })

  test('git runs its hooks at the top: a project in a folder below it gets them back as well', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    const ports = world.start(100)
    const session = acquireSession(ports, world.home, world.request())
    world.writeSettings('{}\n')
    const top = dirname(world.project)
    const outcomes = recoverSessions(world.start(200), world.home, { ...RECOVER, cwd: top })
    expect(outcomes).toMatchObject([{ kind: 'open', putBack: true }])
    expect(world.readSettings()).toContain(TRACE)
    releaseSession(ports, session)
  })
})

describe('corrupt state', () => {
  const openAndDie = (world: World) => {
    world.writeSettings(MINE)
    const session = acquireSession(world.start(100), world.home, world.request())
    world.kill(100)
    return session
  }

  test('a record of a newer flow is neither used nor moved', () => {
    const world = createWorld()
    openAndDie(world)
    const { backupRefPath } = pathsOf(world)
    const newer = JSON.stringify({ ...JSON.parse(readFileSync(backupRefPath, 'utf8')), version: 2 })
    writeFileSync(backupRefPath, newer)
    const ports = world.start(200)
    const [outcome] = recoverSessions(ports, world.home, RECOVER)
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'E_STATE_VERSION' } })
    expect(() => acquireSession(ports, world.home, world.request())).toThrow(/newer flow/)
    expect(readFileSync(backupRefPath, 'utf8')).toBe(newer)
    expect(existsSync(join(world.home, 'corrupt'))).toBe(false)
  })

  test.each(['', '{', 'null', '{"version":1}', '{"version":"x"}'])(
    'backup.json holding %j is moved aside, and the manifest restores',
    (rubbish) => {
      const world = createWorld()
      openAndDie(world)
      writeFileSync(pathsOf(world).backupRefPath, rubbish)
      const ports = world.start(200)
      expect(getBackupRef(ports, pathsOf(world)).kind).toBe('corrupt')
      const [outcome] = recoverSessions(ports, world.home, RECOVER)
      expect(outcome).toMatchObject({ kind: 'restored', mended: [{ why: expect.any(String) }] })
      expect(world.readSettings()).toBe(MINE)
      const [aside] = readdirSync(join(world.home, 'corrupt'))
      expect(readFileSync(join(world.home, 'corrupt', aside ?? ''), 'utf8')).toBe(rubbish)
    },
  )

  test('a lost session folder is made good by the manifest', () => {
    const world = createWorld()
    openAndDie(world)
    rmSync(pathsOf(world).sessionFolder, { recursive: true })
    recoverSessions(world.start(200), world.home, RECOVER)
    expect(world.readSettings()).toBe(MINE)
  })

  test('a corrupt manifest does not matter while backup.json stands', () => {
    const world = createWorld()
    const { backupPath } = openAndDie(world)
    writeFileSync(join(backupPath, 'manifest.json'), '{')
    recoverSessions(world.start(200), world.home, RECOVER)
    expect(world.readSettings()).toBe(MINE)
  })

  test('a corrupt lock of a live process keeps its session open', () => {
    const world = createWorld()
    world.writeSettings(MINE)
    acquireSession(world.start(100), world.home, world.request())
    writeFileSync(join(pathsOf(world).pidsFolder, '100.json'), '{"pid":')
    const other = world.start(200)
    expect(recoverSessions(other, world.home, RECOVER)).toEqual([])
    expect(acquireSession(other, world.home, world.request()).mended).toHaveLength(1)
  })

  test('a corrupt lock of a dead process is moved aside, and its session restored', () => {
    const world = createWorld()
    openAndDie(world)
    writeFileSync(join(pathsOf(world).pidsFolder, '100.json'), '')
    const [outcome] = recoverSessions(world.start(200), world.home, RECOVER)
    expect(outcome).toMatchObject({ kind: 'restored', mended: [{}] })
    expect(world.readSettings()).toBe(MINE)
  })

  test('a missing snapshot is made good where the checksum proves the bytes', () => {
    const world = createWorld()
    const { backupPath } = openAndDie(world)
    rmSync(join(backupPath, 'settings.json'))
    const [outcome] = recoverSessions(world.start(200), world.home, RECOVER)
    expect(outcome?.kind).toBe('restored')
    expect(world.readSettings()).toBe(MINE)
  })

  test('a missing snapshot of an edited file is said, kept, and closed by --force', () => {
    const world = createWorld()
    const { backupPath } = openAndDie(world)
    rmSync(join(backupPath, 'settings.json'))
    const edited = (world.readSettings() ?? '').replace('opus', 'haiku')
    world.writeSettings(edited)
    const ports = world.start(200)
    const [outcome] = recoverSessions(ports, world.home, RECOVER)
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'E_RESTORE' } })
    expect(world.readSettings()).toBe(edited)
    recoverSessions(ports, world.home, { ...RECOVER, force: true })
    expect(world.readSettings()).toBe(MINE.replace('opus', 'haiku'))
  })

  test('no state file makes flow read or write outside its project', () => {
    const world = createWorld()
    openAndDie(world)
    const { backupRefPath } = pathsOf(world)
    const ref = JSON.parse(readFileSync(backupRefPath, 'utf8'))
    for (const change of [
      { backupPath: '/etc' },
      { sessionId: '../../x' },
      { projectPath: '/' },
      { files: [{ ...ref.files[0], path: '../x' }] },
      { files: [{ ...ref.files[0], original: { ...ref.files[0].original, snapshot: '../x' } }] },
      { files: [{ ...ref.files[0], original: { kind: 'absent', madeFolders: ['..'] } }] },
    ]) {
      writeFileSync(backupRefPath, JSON.stringify({ ...ref, ...change }))
      expect(getBackupRef(world.start(200), pathsOf(world)).kind).toBe('corrupt')
    }
  })
})

describe('history', () => {
  test('keeps as many sessions and closed snapshots as it is told', () => {
    const world = createWorld()
    const ports = world.start(100)
    const keep = { sessions: 4, snapshots: 2 }
    const ids = Array.from({ length: 6 }, () => {
      const session = acquireSession(ports, world.home, world.request({ keep }))
      releaseSession(ports, session)
      return session.sessionId
    })
    expect(listHistory(ports, world.home).map(({ sessionId }) => sessionId)).toEqual(
      ids.slice(2).reverse(),
    )
    expect(readdirSync(pathsOf(world).projectSnapshotsFolder).sort()).toEqual(ids.slice(4))
  })
})
