/** What a prompt must not do: start processes for nothing, read or run what the person enters. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { canTrace } from './host.ts'
import { installSnippet, type PromptShell, sitDown } from './prompt-shells.ts'
import {
  addLive,
  addOrphan,
  addSession,
  newStateHome,
  question,
  type StateHome,
} from './state-home.ts'

/** Builtins ask for these, and so the trace shows where it begins and ends to count. */
const [BEGIN, END] = ['/begin-of-flow-test', '/end-of-flow-test']

export function quietPromptTests(shell: PromptShell): void {
  /** System calls of a visit to the folder `entered`, by the shell itself and by all that it started. */
  async function visit(home: StateHome, entered: string) {
    const trace = join(tempFolder(), 'trace')
    const rc = installSnippet(shell, home)
    const under = ['strace', '-f', '-qq', '-e', 'trace=process,%file', '-o', trace]
    const seat = await sitDown(shell, { rc, under })
    const asked = home.asked()
    await seat.run(`test -e ${BEGIN}`)
    await seat.run(`cd ${shell.word(entered)}`)
    await seat.run(`test -e ${END}`)
    expect(home.asked()).toBe(asked)

    const lines = readFileSync(trace, 'utf8').split('\n')
    const begin = lines.findIndex((line) => line.includes(BEGIN))
    const end = lines.findIndex((line) => line.includes(END))
    const all = lines.slice(begin, end)
    // fish looks at what is being typed in a thread of its own.
    const pid = lines[0]?.split(' ')[0]
    const own = all.filter((line) => line.startsWith(`${pid} `))
    expect(own.filter((line) => line.includes(home.path)).length).toBeGreaterThan(1)
    const started = own.filter((line) => /\b(execve|v?fork|clone3?)\(/.test(line))
    // What an earlier prompt started, such as the timer of its recovery, may start its program only now.
    const parents = new Map(
      all.flatMap((line) => {
        const [, parent, child] = /^(\d+) .*\b(?:v?fork|clone3?)\b.* = (\d+)$/.exec(line) ?? []
        return parent && child ? [[child, parent] as const] : []
      }),
    )
    const threads = readdirSync(`/proc/${pid}/task`)
    const isDescendant = (line: string) => {
      let ancestor = line.split(' ')[0]
      while (ancestor && !threads.includes(ancestor)) ancestor = parents.get(ancestor)
      return ancestor !== undefined
    }
    return {
      all: all.filter(isDescendant),
      own,
      started: started.filter((line) => !line.includes('CLONE_THREAD')),
    }
  }

  const read = (calls: readonly string[], entered: string) => {
    const below = calls.filter((line) => line.includes(`${entered}/`))
    // By the working folder, and not by a folder that is open.
    const relative = calls.filter((line) => /(\(|AT_FDCWD, )"(?!\/|\.?"|\.\.")/.test(line))
    return [...below, ...relative]
  }

  test.runIf(canTrace)('with no session at all: no process', async () => {
    const home = newStateHome()
    const entered = plant(tempFolder(), join(home.folder, 'ran'))
    const { own, started } = await visit(home, entered)
    expect(started).toEqual([])
    expect(read(own, entered)).toEqual([])
  })

  test.runIf(canTrace)(
    'with a live session in the folder that is entered, one that is stuck and one that is gone: no process but the one that fish asks, and nothing of that folder is read',
    async () => {
      const home = newStateHome()
      addOrphan(home, join(home.folder, 'gone'))
      const entered = addLive(home, plant(tempFolder(), join(home.folder, 'ran')))
      const stuck = join(home.folder, 'stuck')
      mkdirSync(stuck)
      addOrphan(home, stuck)
      const { all, own, started } = await visit(home, entered)
      expect(home.asked()).toBe(question(home, 'prompt'))
      expect(read(own, entered)).toEqual([])
      if (shell.name !== 'fish') {
        expect(started).toEqual([])
        return
      }
      const programs = all.flatMap((line) => /execve\("([^"]+)"/.exec(line)?.[1] ?? [])
      expect(new Set(programs)).toEqual(new Set(['/bin/sh']))
      const pids = all.flatMap((line) => /^(\d+) execve\(/.exec(line)?.[1] ?? [])
      const its = all.filter((line) => pids.includes(line.split(' ')[0] ?? ''))
      expect(its.filter((line) => line.includes(`${entered}/`))).toEqual([])
    },
  )

  test('what lies in the folder is not run, with something pending elsewhere', async () => {
    const home = newStateHome()
    const ran = join(home.folder, 'ran')
    const hostile = plant(tempFolder(), ran)
    const PATH = `.:node_modules/.bin:./node_modules/.bin:${process.env.PATH}`
    const rc = installSnippet(shell, home)
    const seat = await sitDown(shell, { rc, env: { PATH }, isHurried: true })
    // Not even the recorded node is left, so that one is looked for on PATH.
    addSession(home, home.project, { node: '/nowhere/node\n' })
    await seat.run(`cd ${hostile}`)
    expect(home.asked()).toBe(question(home, 'prompt'))
    expect(existsSync(ran)).toBe(false)
  })
}

/** A repository whose every name and setting runs something; `ran` exists when it did. */
function plant(folder: string, ran: string): string {
  execFileSync('git', ['init', '-q', folder])
  const bin = join(folder, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  const names = 'node git sh cat rm mv sleep kill printf read test flow env dirname'.split(' ')
  for (const name of names) {
    for (const path of [join(folder, name), join(bin, name)]) {
      writeFileSync(path, `#!/bin/sh\n: >'${ran}'\nexit 1\n`)
      chmodSync(path, 0o755)
    }
  }
  const config = join(folder, '.git/config')
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, `${text}[core]\n\tfsmonitor = ${join(folder, 'git')}\n`)
  for (const name of ['.flowrc', '.flowrc.js', '.envrc', '.npmrc', 'package.json'])
    writeFileSync(join(folder, name), 'not to be read')
  mkdirSync(join(folder, '.sylphx-flow/sessions'), { recursive: true })
  return folder
}
