/** When the line in a hook asks nobody, and starts no process. */
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectHash } from '../../src/session/layout.ts'
import { canTrace, type Host, processesStarted, runHost } from './host.ts'
import {
  addLive,
  addOrphan,
  addSession,
  elsewhere,
  lineOf,
  livingLine,
  newStateHome,
  type StateHome,
  writeSettings,
} from './state-home.ts'

/** Fills a state home with nothing that is to be mended; gives what is special about the hook. */
const QUIET: Record<string, (home: StateHome) => Partial<Host> | undefined> = {
  'no state home': (home) => void rmSync(home.path, { recursive: true }),
  'an empty state home': () => undefined,
  'no home folder at all': () => ({
    before: 'set -u',
    env: { HOME: undefined, FLOW_HOME: undefined },
  }),
  'only a history of 1,000 sessions': (home) => {
    const history = join(home.path, 'sessions/history')
    mkdirSync(history, { recursive: true })
    for (let n = 0; n < 1000; n += 1) writeFileSync(join(history, `session-${n}.json`), '{}')
  },
  'a session that is just starting': (home) =>
    void addSession(home, home.project, { backup: null }),
  'a live session of another project': (home) => void addLive(home),
  'the folders of 200 sessions, of which 20 are live ones of other projects': (home) => {
    for (let n = 0; n < 200; n += 1) {
      const project = join(home.folder, `project ${n}`)
      mkdirSync(project)
      if (n % 10 === 0) addLive(home, project)
      else mkdirSync(join(home.path, `sessions/${projectHash(project)}/pids`), { recursive: true })
    }
  },
  'a live session of a project whose path only begins like this one': (home) => {
    addLive(home)
    const cwd = `${home.project}-2`
    mkdirSync(cwd)
    return { cwd }
  },
  'an agent that outlived its wrapper, in another project': (home) =>
    void addSession(home, home.project, { agents: [livingLine()] }),
  'a process whose start time could not be recorded': (home) =>
    void addSession(home, home.project, { wrappers: [lineOf(process.pid, { startTime: null })] }),
  'a live session of this very project that has its hooks in': (home) => {
    const settings = join(home.project, ' settings\\.json')
    writeSettings(settings, -1)
    addSession(home, home.project, { wrappers: [livingLine()], settings: `${settings}\n` })
    return { cwd: home.project }
  },
  'a live session of this very project, on a branch without settings': (home) => {
    const settings = join(home.project, 'settings.json')
    addSession(home, home.project, { wrappers: [livingLine()], settings: `${settings}\n` })
    return { cwd: home.project }
  },
  'an orphan whose project is gone': (home) => void rmSync(addOrphan(home), { recursive: true }),
  'an orphan that nothing is left to recover with': (home) => {
    addOrphan(home)
    rmSync(home.residentPath)
  },
  'an orphan under FLOW=0': (home) => {
    addOrphan(home)
    return { env: { FLOW: '0', FLOW_HOME: home.path } }
  },
  ...Object.fromEntries(
    ['off', 'false', 'no', 'OFF', 'False', 'nO'].map((FLOW) => [
      `an orphan under FLOW=${FLOW}`,
      (home: StateHome) => {
        addOrphan(home)
        return { env: { FLOW, FLOW_HOME: home.path } }
      },
    ]),
  ),
  ...(process.getuid?.() === 0 && {
    'an orphan in the state directory of another user': (home: StateHome) => {
      addOrphan(home)
      chownSync(home.path, 12345, 12345)
      return undefined
    },
    'an orphan, and scripts of another user': (home: StateHome) => {
      addOrphan(home)
      chownSync(join(home.hooksFolder, 'post-checkout'), 12345, 12345)
      return undefined
    },
  }),
  'an orphan in a state home that FLOW_HOME names by a path into the repository': (home) => {
    addOrphan(home)
    return { cwd: home.folder, env: { FLOW_HOME: 'state' } }
  },
}

export function quietEntryTests(shell: readonly string[]): void {
  describe('nothing is pending, no process is started', () => {
    test.each(Object.entries(QUIET))('%s', (_, prepare) => {
      const home = newStateHome()
      const host = elsewhere(home, prepare(home))
      expect(processesStarted(shell, host)).toBe(0)
      const done = runHost(shell, { ...host, after: 'exit 7' })
      expect(done).toEqual({ code: 7, stdout: '', stderr: '' })
      expect(home.asked()).toBe(null)
    })

    test('this way of counting sees the process of a subshell', () => {
      const home = newStateHome()
      writeFileSync(join(home.hooksFolder, 'post-checkout'), '(/bin/true)\n')
      expect(processesStarted(shell, elsewhere(home), 300)).toBeGreaterThan(0)
    })

    test.runIf(canTrace)('not one, says strace', () => {
      const home = newStateHome()
      addLive(home)
      const trace = join(home.folder, 'trace')
      const traced = ['strace', '-f', '-qq', '-e', 'trace=process', '-o', trace, ...shell]
      expect(runHost(traced, elsewhere(home)).code).toBe(0)
      const calls = readFileSync(trace, 'utf8').match(/\b(execve|v?fork|clone3?)\(/g)
      expect(calls).toEqual(['execve('])
    })
  })
}
