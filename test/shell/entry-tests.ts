/** When the line in a hook asks flow. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Host, runHost } from './host.ts'
import {
  addLive,
  addOrphan,
  addSession,
  deadLine,
  elsewhere,
  lineOf,
  livingLine,
  newStateHome,
  question,
  type StateHome,
  startNamed,
  startZombie,
  writeNode,
  writeSettings,
} from './state-home.ts'

const isLinux = process.platform === 'linux'
const CALM = { code: 0, stdout: '', stderr: '' }

/** A record of a session that nobody is proved alive in. */
const DEAD: Record<string, () => string> = {
  'a pid that nobody has': () => livingLine().replace(/^\d+/, '99999999'),
  'a pid that was given to a later process': () => lineOf(process.pid, { startTime: '12' }),
  'a process of another boot': () => lineOf(process.pid, { bootId: 'other' }),
  'an empty record': () => '',
  'a torn record': () => livingLine().slice(0, 20),
  'a record that lacks no more than its end of line': () => livingLine().slice(0, -1),
  'a record of too many words': () => livingLine().replace('\n', ' *\n'),
  'the pid 0, which every kill reaches': () => livingLine().replace(/^\d+/, '0'),
  'a negative pid, a whole group': () => `-${livingLine()}`,
  'a pid that is a word of /proc': () => livingLine().replace(/^\d+/, 'self'),
}

/** Fills a state home with something to be mended; gives what is special about the hook. */
const PENDING: Record<string, (home: StateHome) => Partial<Host> | undefined> = {
  'an orphan': (home) => void addOrphan(home),
  'an orphan among live sessions of others': (home) => {
    for (const name of ['a', 'b', 'c']) {
      mkdirSync(join(home.folder, name))
      addLive(home, join(home.folder, name))
    }
    addOrphan(home)
  },
  'an orphan among those whose project is gone': (home) => {
    for (const name of ['a', 'b', 'c']) addOrphan(home, join(home.folder, name))
    addOrphan(home)
  },
  'an orphan without any record': (home) => void addSession(home, home.project, { wrappers: [] }),
  'an orphan whose path has a newline': (home) => {
    const project = join(home.folder, 'two\nlines')
    mkdirSync(project)
    addOrphan(home, project)
  },
  'an orphan whose lines were lost in a power cut, with a node on PATH': (home) => {
    addSession(home, home.project, { project: null, node: null, resident: '' })
    return { env: { FLOW_HOME: home.path, PATH: join(home.nodePath, '..') } }
  },
  'a live session whose project line was lost': (home) =>
    void addSession(home, home.project, { project: '', wrappers: [livingLine()] }),
  'a live session of this very project': (home) => {
    addLive(home)
    return { cwd: home.project }
  },
  'a live session of this very project whose hooks were taken out': (home) => {
    const settings = join(home.project, 'settings.json')
    addSession(home, home.project, { wrappers: [livingLine()], settings: `${settings}\n` })
    writeSettings(settings, 1)
    return { cwd: home.project }
  },
  'a live session of this very project whose settings are as young as its line': (home) => {
    const settings = join(home.project, 'settings.json')
    addSession(home, home.project, { wrappers: [livingLine()], settings: `${settings}\n` })
    writeSettings(settings, 0)
    return { cwd: home.project }
  },
  'a live session of this very project with settings in two files': (home) => {
    const settings = join(home.project, 'settings.json')
    writeSettings(settings, -60)
    const both = `${settings}\n${settings}\n`
    addSession(home, home.project, { wrappers: [livingLine()], settings: both })
    return { cwd: home.project }
  },
  'an orphan that has its hooks in': (home) => {
    const settings = join(home.project, 'settings.json')
    writeSettings(settings, -60)
    addSession(home, home.project, { settings: `${settings}\n` })
    return { cwd: home.project }
  },
  'a live session of the project above the working folder': (home) => {
    addLive(home)
    const cwd = join(home.project, 'a b/c')
    mkdirSync(cwd, { recursive: true })
    return { cwd }
  },
  'a live session of a project below the working folder, its path full of blanks': (home) => {
    const project = join(home.folder, 'team  one/apps/ web ')
    mkdirSync(project, { recursive: true })
    addLive(home, project)
    return { cwd: join(home.folder, 'team  one') }
  },
  'a live session of this project, entered through a link': (home) => {
    addLive(home)
    const cwd = join(home.folder, 'link')
    symlinkSync(home.project, cwd)
    return { cwd, env: { PWD: cwd, FLOW_HOME: home.path } }
  },
}

export function entryTests(shell: readonly string[]): void {
  describe('something is pending, flow is asked', () => {
    test.each(Object.entries(PENDING))('%s', (_, prepare) => {
      const home = newStateHome()
      const host = elsewhere(home, prepare(home))
      // The node fails, and no word of the hook's own input is for it.
      const done = runHost(shell, { ...host, stdin: 'typed\n', after: 'read word; echo "$word"' })
      expect(done).toEqual({ code: 0, stdout: 'typed\n', stderr: '' })
      expect(home.asked()).toBe(question(home))
    })

    test.runIf(isLinux).each(Object.entries(DEAD))('%s', (_, line) => {
      const home = newStateHome()
      addSession(home, home.project, { wrappers: [line()], agents: [line()] })
      expect(runHost(shell, elsewhere(home))).toEqual(CALM)
      expect(home.asked()).toBe(question(home))
    })

    test.runIf(isLinux)('a zombie', async () => {
      const home = newStateHome()
      addSession(home, home.project, { wrappers: [lineOf(await startZombie())] })
      expect(runHost(shell, elsewhere(home))).toEqual(CALM)
      expect(home.asked()).toBe(question(home))
    })
  })

  test.runIf(isLinux).each(['a) S 1 (b', 'a  b ) Z 1', ') Z 1\n) Z 1'])(
    'a process by the name of %j lives, and another start time is another process',
    async (name) => {
      const home = newStateHome()
      const pid = await startNamed(name)
      addSession(home, home.project, { wrappers: [lineOf(pid)] })
      expect(runHost(shell, elsewhere(home))).toEqual(CALM)
      expect(home.asked()).toBe(null)
      addSession(home, home.project, { wrappers: [lineOf(pid, { startTime: '1' })] })
      expect(runHost(shell, elsewhere(home))).toEqual(CALM)
      expect(home.asked()).toBe(question(home))
    },
  )

  describe('where there is no /proc', () => {
    test('a pid that runs lives, no other does', () => {
      const home = newStateHome()
      const script = join(home.hooksFolder, 'pending.sh')
      writeFileSync(script, readFileSync(script, 'utf8').replaceAll('/proc/', '/nowhere/'))
      const host = elsewhere(home)
      addLive(home)
      expect(runHost(shell, host)).toEqual(CALM)
      expect(home.asked()).toBe(null)
      let asked = ''
      for (const pid of ['99999999', '0', '-1', '']) {
        addSession(home, home.project, { wrappers: [livingLine().replace(/^\d+/, pid)] })
        expect(runHost(shell, host)).toEqual(CALM)
        asked += question(home)
        expect(home.asked()).toBe(asked)
      }
    })
  })

  describe('where the recorded node is gone', () => {
    test('the first on PATH is taken; functions and relative folders are passed over', () => {
      const home = newStateHome()
      addSession(home, home.project, { node: '/nowhere/node\n' })
      rmSync(join(home.hooksFolder, 'node'))
      const [askedPath, bin] = [join(home.folder, 'asked'), join(home.folder, "a 'b' *")]
      const nodePath = writeNode(bin, askedPath)
      writeNode(join(home.project, 'node_modules/.bin'), askedPath)
      const PATH = `node_modules/.bin::.:/nowhere:${bin}:/usr/bin`
      const env = { FLOW_HOME: home.path, PATH }
      const host = { cwd: home.project, env, before: 'node() { echo never; }' }
      expect(runHost(shell, host)).toEqual(CALM)
      expect(home.asked()).toBe(question({ ...home, nodePath }))
    })

    test.each(['', '/nowhere', '.:', undefined])('with PATH=%j nothing happens', (PATH) => {
      const home = newStateHome()
      addSession(home, home.project, { node: `${home.folder}\n` })
      rmSync(join(home.hooksFolder, 'node'))
      writeNode(home.project, join(home.folder, 'asked'))
      const host = { cwd: home.project, env: { FLOW_HOME: home.path, PATH } }
      expect(runHost(shell, host)).toEqual(CALM)
      expect(home.asked()).toBe(null)
    })
  })

  test('without FLOW_HOME the state home is the one in the home folder', () => {
    const home = newStateHome('.sylphx-flow')
    addOrphan(home)
    expect(runHost(shell, elsewhere(home, { env: { HOME: home.folder } }))).toEqual(CALM)
    expect(home.asked()).toBe(question(home))
  })

  test.each(['  a  b ', `it's "$HOME" \`id\``, '*[a]?', 'back\\slash\\*', 'two\nlines', 'é 漢字'])(
    'a state home by the name of %j is no other',
    (name) => {
      const home = newStateHome(name)
      addLive(home)
      expect(runHost(shell, elsewhere(home))).toEqual(CALM)
      expect(home.asked()).toBe(null)
      addSession(home, home.project, { wrappers: [deadLine()] })
      expect(runHost(shell, elsewhere(home))).toEqual(CALM)
      expect(home.asked()).toBe(question(home))
    },
  )
}
