/** What a prompt sees as pending, what it asks, and what it says. */
import { chownSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shellWord } from '../../src/shell-word.ts'
import { canChoosePids } from '../helpers/pid-namespace.ts'
import { installSnippet, type PromptShell, type Seat, sitDown } from './prompt-shells.ts'
import {
  addLive,
  addOrphan,
  addSession,
  deadLine,
  isReaped,
  isZombie,
  lineOf,
  livingLine,
  newStateHome,
  question,
  type StateHome,
  startByPid,
  startNamed,
  startUnreaped,
  startZombie,
} from './state-home.ts'

const isLinux = process.platform === 'linux'

/** Fills a state home with something to be mended. */
const PENDING: Record<string, (home: StateHome) => unknown> = {
  'an orphan': addOrphan,
  'an orphan among live and gone ones': (home) => {
    addLive(home, home.folder)
    for (const name of ['a', 'b']) addOrphan(home, join(home.folder, name))
    addOrphan(home)
  },
  'an orphan without any record': (home) => addSession(home, home.project, { wrappers: [] }),
  'a dead wrapper and a dead agent': (home) =>
    addSession(home, home.project, { wrappers: [deadLine()], agents: [deadLine()] }),
  'a pid that nobody has': (home) => pending(home, livingLine().replace(/^\d+/, '99999999')),
  'a pid that was given to a later process': (home) =>
    pending(home, lineOf(process.pid, { startTime: '12' })),
  'a process of another boot': (home) => pending(home, lineOf(process.pid, { bootId: 'other' })),
  'an empty record': (home) => pending(home, ''),
  'a torn record': (home) => pending(home, livingLine().slice(0, 20)),
  'a record of too many words': (home) => pending(home, livingLine().replace('\n', ' *\n')),
  'the pid 0, which every kill reaches': (home) => pending(home, livingLine().replace(/^\d+/, '0')),
  'a negative pid, a whole group': (home) => pending(home, `-${livingLine()}`),
  'a pid that is a word of /proc': (home) => pending(home, livingLine().replace(/^\d+/, 'self')),
  'a zombie': async (home) => pending(home, lineOf(await startZombie())),
}

/** Fills a state home with nothing that is to be mended. */
const QUIET: Record<string, (home: StateHome) => unknown> = {
  'an empty state home': () => undefined,
  'no state home': (home) => rmSync(home.path, { recursive: true }),
  'a session that is just starting': (home) => addSession(home, home.project, { backup: null }),
  'a live session': addLive,
  'an agent that outlived its wrapper': (home) =>
    addSession(home, home.project, { wrappers: [deadLine()], agents: [livingLine()] }),
  'a process whose start time could not be recorded': (home) =>
    pending(home, lineOf(process.pid, { startTime: null })),
  'an orphan whose project is gone': (home) => addOrphan(home, join(home.folder, 'gone')),
  ...Object.fromEntries(
    ['a) S 1 (b', 'a  b ) Z 1', ') Z 1\n) Z 1'].map((name) => [
      `a live process by the name of ${JSON.stringify(name)}`,
      async (home: StateHome) => pending(home, lineOf(await startNamed(name))),
    ]),
  ),
}

const pending = (home: StateHome, line: string) =>
  addSession(home, home.project, { wrappers: [line] })

/** People at this shell's prompt. */
function people(shell: PromptShell) {
  /** A person at the prompt, whose own state home has nothing in it. */
  const seatAt = () => sitDown(shell, { rc: installSnippet(shell, newStateHome()) })

  /** As if it had become the person's: what the prompt does there. */
  const visit = (seat: Seat, home: StateHome) => seat.run(shell.set('FLOW_HOME', home.path))

  /** Its agent's prompt has been there twice, so that what is remembered of it serves. */
  const seenOpen = async (pid: number) => {
    const seat = await seatAt()
    const home = newStateHome()
    const folder = pending(home, lineOf(pid))
    await visit(seat, home)
    await seat.run('true')
    expect(home.asked()).toBe(null)
    return { seat, home, folder, record: join(folder, 'pids/1.proc') }
  }

  return { seatAt, visit, seenOpen }
}

export function promptTests(shell: PromptShell): void {
  const { seatAt, visit, seenOpen } = people(shell)

  test.runIf(isLinux)('each thing to be mended is asked about, once', async () => {
    const seat = await seatAt()
    for (const [what, prepare] of Object.entries(PENDING)) {
      const home = newStateHome()
      await prepare(home)
      await visit(seat, home)
      expect(home.asked(), what).toBe(question(home, 'prompt'))
      await seat.run('true')
      expect(home.asked(), what).toBe(question(home, 'prompt'))
    }
  })

  test.runIf(isLinux)('nothing is asked where there is nothing to be mended', async () => {
    const seat = await seatAt()
    for (const [what, prepare] of Object.entries(QUIET)) {
      const home = newStateHome()
      await prepare(home)
      await visit(seat, home)
      // What it remembered of the first look must not change its mind.
      await seat.run('true')
      expect(home.asked(), what).toBe(null)
    }
  })

  describe.runIf(isLinux)('a session that was seen to be open', () => {
    test('is asked about at the next prompt when its process has ended', async () => {
      const pid = await startNamed('agent')
      const { seat, home } = await seenOpen(pid)
      process.kill(pid, 'SIGKILL')
      await isReaped(pid)
      await seat.run('true')
      expect(home.asked()).toBe(question(home, 'prompt'))
    })
  })

  test('the first prompt asks; where the lines were lost, by the paths that are baked in', async () => {
    const home = newStateHome()
    addSession(home, home.project, { project: null, node: null, resident: '' })
    await sitDown(shell, { rc: installSnippet(shell, home) })
    expect(home.asked()).toBe(question(home, 'prompt'))
  })

  test('with nothing left to recover with, a prompt is a prompt', async () => {
    const home = newStateHome()
    addOrphan(home)
    const rc = installSnippet(shell, home)
    rmSync(home.residentPath)
    const seat = await sitDown(shell, { rc })
    expect(await seat.run('false')).toBe('1')
    expect(home.asked()).toBe(null)
  })

  test('what recovery says stands above the prompt, once', async () => {
    const seat = await seatAt()
    const home = newStateHome()
    addOrphan(home)
    speak(home, 'flow: put  it *back* \\n $HOME %s')
    expect(await seat.run(`${shell.set('FLOW_HOME', home.path)}; false`)).toBe('1')
    await seat.shows('flow: put  it *back* \\n $HOME %s\r\n')
    await seat.shows('ready> ')
    // Tried again a few prompts later, it says the same.
    for (let n = 0; n < 6; n += 1) await seat.run('true')
    expect(home.asked()?.split('recover').length).toBe(3)
    const shown = seat.shown()
    expect(shown).toContain('ready> ')
    expect(shown).not.toContain('flow:')
  })

  test('FLOW=0 switches it off, and a relative FLOW_HOME is nobody’s', async () => {
    const home = newStateHome()
    addOrphan(home)
    const rc = installSnippet(shell, home)
    const seat = await sitDown(shell, { rc, env: { FLOW: '0' } })
    await seat.run('true')
    expect(home.asked()).toBe(null)
    await seat.run(
      `${shell.set('FLOW', '')}; ${shell.set('FLOW_HOME', 'state')}; cd ${home.folder}`,
    )
    await seat.run('true')
    expect(home.asked()).toBe(null)
    // An empty one is none.
    await seat.run(shell.set('FLOW_HOME', ''))
    expect(home.asked()).toBe(question(home, 'prompt'))
  })

  test('no character in the name of a state home means anything', async () => {
    const own = newStateHome(`it's *[a]? "$HOME" \`id\` back\\slash\\\ntwo  é `)
    addOrphan(own)
    const seat = await sitDown(shell, { rc: installSnippet(shell, own) })
    expect(own.asked()).toBe(question(own, 'prompt'))
    for (const name of ['  a  b ', `it's "$HOME" \`id\``, '*[a]?', 'back\\slash\\*', 'é 漢字']) {
      const home = newStateHome(name)
      addLive(home)
      await visit(seat, home)
      expect(home.asked(), name).toBe(null)
      addOrphan(home, home.folder)
      await seat.run('true')
      expect(home.asked(), name).toBe(question(home, 'prompt'))
    }
  })

  test.runIf(shell.name !== 'bash')('a cd recovers before the rest of its line', async () => {
    const seat = await seatAt()
    const home = newStateHome()
    addOrphan(home)
    const copy = `cp ${shell.word(join(home.folder, 'asked'))} $OUT`
    const line = `${shell.set('FLOW_HOME', home.path)}; cd ${home.project}; ${copy}`
    expect(await seat.out(line)).toBe(question(home, 'prompt'))
  })
}

/** Rarer situations. */
export function rarePromptTests(shell: PromptShell): void {
  const { seatAt, visit, seenOpen } = people(shell)

  describe.runIf(isLinux)('a session that was seen to be open', () => {
    test('and when nobody has waited for that process', async () => {
      const pid = await startUnreaped()
      const { seat, home } = await seenOpen(pid)
      process.kill(pid, 'SIGKILL')
      await isZombie(pid)
      await seat.run('true')
      expect(home.asked()).toBe(question(home, 'prompt'))
    })

    test.runIf(canChoosePids)('and when another process has its pid', async () => {
      const pid = await startNamed('agent')
      const { seat, home } = await seenOpen(pid)
      process.kill(pid, 'SIGKILL')
      await isReaped(pid)
      await startByPid(pid)
      await seat.run('true')
      expect(home.asked()).toBe(question(home, 'prompt'))
    })

    test('and when its record is gone, and the process is not', async () => {
      const { seat, home, record } = await seenOpen(await startNamed('agent'))
      rmSync(record)
      await seat.run('true')
      expect(home.asked()).toBe(question(home, 'prompt'))
    })

    test('goes on under a record of the same name, as long as that one’s process', async () => {
      const first = await startNamed('agent')
      const { seat, home, record } = await seenOpen(first)
      const second = await startNamed('agent')
      writeFileSync(record, lineOf(second))
      process.kill(first, 'SIGKILL')
      await isReaped(first)
      await seat.run('true')
      expect(home.asked()).toBe(null)
      process.kill(second, 'SIGKILL')
      await isReaped(second)
      await seat.run('true')
      expect(home.asked()).toBe(question(home, 'prompt'))
    })

    test('is no more when its folder is, and another one in its place is another', async () => {
      const { seat, home, folder } = await seenOpen(process.pid)
      rmSync(folder, { recursive: true })
      await seat.run('true')
      expect(home.asked()).toBe(null)
      // A record is named by its process: the same name would be the same process.
      addSession(home, home.project, { wrappers: [], agents: [deadLine()] })
      await seat.run('true')
      expect(home.asked()).toBe(question(home, 'prompt'))
    })

    test('is one of several: whichever ends is seen, and those that begin', async () => {
      const seat = await seatAt()
      const home = newStateHome()
      const projects = ['a', 'b', 'c', 'd'].map((name) => join(home.folder, name))
      for (const project of projects) mkdirSync(project)
      const pids = [await startNamed('a'), await startNamed('b'), await startNamed('c')]
      for (const [nth, pid] of pids.entries())
        addSession(home, projects[nth], { wrappers: [lineOf(pid)] })
      await visit(seat, home)
      await seat.run('true')
      addLive(home, projects[3])
      await seat.run('true')
      await seat.run('true')
      expect(home.asked()).toBe(null)
      for (const [nth, pid] of pids.entries()) {
        process.kill(pid, 'SIGKILL')
        await isReaped(pid)
        await seat.run('true')
        expect(home.asked()).toBe(question(home, 'prompt').repeat(nth + 1))
      }
    })
  })

  test('a gone project is looked for again after the next cd', async () => {
    const seat = await seatAt()
    const home = newStateHome()
    const project = addOrphan(home, join(home.folder, 'moved'))
    await visit(seat, home)
    mkdirSync(project)
    await seat.run(`cd ${shell.word(project)}`)
    expect(home.asked()).toBe(question(home, 'prompt'))
  })

  test('what cannot be mended is tried again more and more seldom', async () => {
    const seat = await seatAt()
    const home = newStateHome()
    addOrphan(home)
    await visit(seat, home)
    const tries = () => (home.asked() ?? '').split('recover').length - 1
    const triedAt = [1]
    for (let prompt = 2; prompt <= 30; prompt += 1) {
      const before = tries()
      await seat.run('true')
      if (tries() > before) triedAt.push(prompt)
    }
    expect(triedAt).toEqual([1, 5, 13, 29])
    // Another one is another matter.
    addOrphan(home, home.folder)
    await seat.run('true')
    expect(tries()).toBe(5)
  })

  test('a recovery that hangs holds a prompt for two seconds, once', async () => {
    const rc = installSnippet(shell, newStateHome())
    const seat = await sitDown(shell, { rc, isHurried: true })
    const home = newStateHome()
    addOrphan(home)
    writeFileSync(
      home.nodePath,
      `#!/bin/sh\necho $$ >>${shellWord(home.folder)}/pids\nexec sleep 600\n`,
    )
    await visit(seat, home)
    await seat.shows('flow: putting right what a killed session left takes longer')
    expect(await seat.run('false')).toBe('1')
    const pids = readFileSync(join(home.folder, 'pids'), 'utf8').trim().split('\n').map(Number)
    expect(pids).toHaveLength(1)
    process.kill(pids[0] ?? 0, 'SIGKILL')
    expect(readdirSync(join(home.path, '..'))).not.toContain('.words')
  })

  test('it leaves no file behind', async () => {
    const home = newStateHome()
    addOrphan(home)
    const rc = installSnippet(shell, home)
    const before = readdirSync(home.path, { recursive: true })
    await sitDown(shell, { rc })
    expect(home.asked()).toBe(question(home, 'prompt'))
    expect(readdirSync(home.path, { recursive: true })).toEqual(before)
  })

  test.runIf(process.getuid?.() === 0)('a root shell leaves another person’s alone', async () => {
    const home = newStateHome()
    addOrphan(home)
    const rc = installSnippet(shell, home)
    chownSync(home.path, 12345, 12345)
    const seat = await sitDown(shell, { rc })
    await seat.run('true')
    expect(home.asked()).toBe(null)
  })
}

/** The node of this state home says so on standard error, and fails. */
function speak(home: StateHome, sentence: string): void {
  const script = readFileSync(home.nodePath, 'utf8')
  const saying = `printf '%s\n' ${shellWord(sentence)} >&2\n`
  writeFileSync(home.nodePath, script.replace('exit 3', `${saying}exit 3`))
}
