/** `withSession` from the packed library, in programs of its users. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent, told } from '../helpers/agent.ts'
import { expectRecovery } from '../helpers/checkouts.ts'
import { EXAMPLES } from '../helpers/documents.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { begin, isOver, type Place, run } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  git,
  history,
  MARK,
  MEMORY,
  newTeam,
  ORIGINAL,
  put,
  settingsOf,
  type Team,
} from '../helpers/team.ts'
import { FLOW } from '../helpers/team-repository.ts'

const IMPORTS = `
import { existsSync, readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { FlowError, withSession } from 'flow-agent'
const cwd = process.cwd()
const print = (value) => console.log(JSON.stringify(value))
const isMerged = () => readFileSync('.claude/settings.json', 'utf8').includes('${MARK}')
const until = async (file) => { while (!existsSync(file)) await sleep(10) }
`

/** Its file stays out of what git tracks. */
function teamWithProgram(
  text: string,
  team = newTeam({ files: { '.gitignore': 'node_modules\n*.mjs\n' } }),
) {
  put(team.cwd, { 'program.mjs': IMPORTS + text })
  return team
}

const ZX = join(FLOW, 'node_modules/zx/build/cli.js')
const PROGRAM = ['node', 'program.mjs']

/** Runs the program, which has to succeed without a word on stderr; what it printed, line by line. */
async function printedBy(team: Place): Promise<unknown[]> {
  const { code, stdout, stderr } = await run(PROGRAM, team)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function expectReleased(team: Team): void {
  expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  expect(git(team, 'status', '--porcelain')).toBe('')
  expect(backupRefs(team)).toEqual([])
}

describe('withSession({ cwd }, work)', () => {
  test('opens nothing for other arguments, and says which it takes', async () => {
    const team = teamWithProgram(`
      for (const args of [[], [{}, () => 1], [{ cwd: 5 }, () => 1], [{ cwd }]]) {
        print(await withSession(...args).catch((error) => [error.name, error.message]))
      }`)
    const refusal = ['TypeError', 'withSession takes { cwd: "a directory" } and a function']
    expect(await printedBy(team)).toEqual([refusal, refusal, refusal, refusal])
    expect(history(team)).toEqual([])
  })

  test('merges the hooks while work runs, and resolves to its result', async () => {
    const team = teamWithProgram(`
      const result = await withSession({ cwd }, async ({ env, ...session }) => {
        const { stdout } = spawnSync('claude', { env, cwd: session.projectRoot, encoding: 'utf8' })
        const seen = spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).stdout
        print({ ...session, agent: stdout, seen, own: process.env.FLOW_RUN_ID })
        return isMerged()
      })
      print({ result, after: isMerged() })`)
    const [within, after] = await printedBy(team)
    const [past] = history(team)
    expect(within).toEqual({
      sessionId: past?.sessionId,
      projectRoot: team.cwd,
      joined: false,
      agent: expect.stringContaining(MEMORY),
      seen: '',
    })
    expect(after).toEqual({ result: true, after: false })
    expect(past).toMatchObject({ agents: [{ agent: 'program.mjs' }] })
    expectReleased(team)
  })

  test('in a zx script, as docs/LIBRARY.md has it', async () => {
    const team = newTeam()
    const { text } =
      EXAMPLES.find(({ path, kind }) => path === 'docs/LIBRARY.md' && kind === 'js') ??
      expect.fail()
    put(team.cwd, { 'fix.mjs': text })
    const { code, stdout } = await run(['node', ZX, 'fix.mjs'], team)
    expect(code).toBe(0)
    expect(told(stdout)).toEqual({ folder: team.cwd, words: ['-p', 'fix the failing test'] })
    expect(stdout).toContain(MEMORY)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('cwd may be relative, below the project root, or in a linked worktree', async () => {
    const team = teamWithProgram(`
      for (const cwd of ['.', '.claude', '../linked/.claude']) {
        await withSession({ cwd, label: 'mine' }, ({ projectRoot }) => print(projectRoot))
      }`)
    const linked = join(team.folder, 'linked')
    git(team, 'worktree', 'add', '-q', linked)
    expect(await printedBy(team)).toEqual([team.cwd, team.cwd, linked])
    expect(history(team).map(({ agents }) => agents[0]?.agent)).toEqual(['mine', 'mine', 'mine'])
    expectReleased(team)
  })

  test('an error of work passes through, and the session is released', async () => {
    const team = teamWithProgram(`
      const error = new TypeError('of my own')
      await withSession({ cwd }, () => { throw error }).catch((thrown) => print(thrown === error))
      await withSession({ cwd }, async () => { await sleep(1); throw error }).catch((thrown) => print(thrown === error))`)
    expect(await printedBy(team)).toEqual([true, true])
    expect(history(team).length).toBe(2)
    expectReleased(team)
  })

  test.each([
    ['agnet: x', '.', 'E_CONFIG'],
    ['agent: claude', '..', 'E_NO_REPOSITORY'],
  ])(
    'with %s, in %s: work is not called, and the error is a FlowError: %s',
    async (text, cwd, code) => {
      const team = teamWithProgram(`
      await withSession({ cwd: '${cwd}' }, () => print('called'))
        .catch((error) => print([error instanceof FlowError, error.code]))`)
      put(team.cwd, { '.flowrc': text })
      expect(await printedBy(team)).toEqual([[true, code]])
      expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    },
  )

  test('under FLOW=0 nothing is merged, and work is called', async () => {
    const team = teamWithProgram(`
      await withSession({ cwd }, ({ sessionId, env }) => print([sessionId, env.FLOW, isMerged()]))`)
    const off = { ...team, env: { ...team.env, FLOW: '0' } }
    expect(await printedBy(off)).toEqual([[null, '0', false]])
    expect(existsSync(team.stateHome)).toBe(false)
  })

  test('a failed release is the error of a call whose work went well, and printed beside that of one that failed', async () => {
    const team = teamWithProgram(`
      import { writeFileSync } from 'node:fs'
      const path = '.claude/settings.json'
      const damage = () => writeFileSync(path, readFileSync(path, 'utf8').slice(0, -1))
      if (process.argv[2] === 'fails') await withSession({ cwd }, () => { damage(); throw new Error('of my own') })
      await withSession({ cwd }, damage).catch(({ code }) => print(code))`)
    const failed = await run([...PROGRAM, 'fails'], team)
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/flow: [\s\S]*Error: of my own/)
    put(team.cwd, { '.claude/settings.json': ORIGINAL.bytes })
    expect((await flow(team, 'recover')).code).toBe(0)
    expect((await run(PROGRAM, team)).stdout).toMatch(/^"E_[A-Z_]+"\n$/)
  })
})

describe('sessions that overlap', () => {
  test('nested and parallel calls share one, which the last of them ends', async () => {
    const team = teamWithProgram(`
      await withSession({ cwd }, async (outer) => {
        await withSession({ cwd: '.claude' }, (inner) => {
          print([outer.joined, inner.joined, outer.sessionId === inner.sessionId])
        })
        print(isMerged())
      })
      print(isMerged())
      await Promise.all([5, 100, 1].map((ms) => withSession({ cwd }, async () => {
        await sleep(ms)
        print(isMerged())
      })))
      print(isMerged())`)
    expect(await printedBy(team)).toEqual([
      [false, true, true],
      true,
      false,
      true,
      true,
      true,
      false,
    ])
    expect(history(team).length).toBe(2)
    expectReleased(team)
  })

  test('with an agent of another process: joined, and the last one out restores', async () => {
    const team = teamWithProgram(`
      await withSession({ cwd }, async ({ joined }) => { print(joined); await until('../go') })`)
    const agent = await startAgent(team)
    const program = begin(PROGRAM, team)
    await program.says('true')
    expect((await agent.end()).code).toBe(0)
    expect(settingsOf(team)).toContain(MARK)
    writeFileSync(join(team.folder, 'go'), '')
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' })
    expectReleased(team)
  })

  test('in an agent that is a zx script: it joins the session that it runs in', async () => {
    const team = newTeam({
      files: {
        '.flowrc': 'agents: { review: { script: review.mjs } }\n',
        'review.mjs': `
          import { withSession } from 'flow-agent'
          await withSession({ cwd: '.' }, async ({ joined, env, projectRoot }) => {
            echo(JSON.stringify([joined, (await $({ env, cwd: projectRoot })\`claude\`).stdout]))
          })`,
      },
    })
    const { code, stdout, stderr } = await flow(team, 'run', 'review')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual([true, expect.stringContaining(MEMORY)])
    expectReleased(team)
  })
})

describe('a program that ends in the middle', () => {
  const WAITS = `
    await withSession({ cwd }, async () => { print('waits'); await until('../go') })
    print('released: ' + !isMerged())`

  test('killed by SIGKILL: a checkout restores', async () => {
    const team = teamWithProgram(WAITS)
    const program = begin(PROGRAM, team)
    await program.says('waits')
    expect(git(team, 'status', '--porcelain')).toBe('')
    program.kill('SIGKILL')
    await program.ended
    await isOver(program.pid)
    expectRecovery(team, 'checkout', '-q', '-b', 'other')
    expectReleased(team)
  })

  test.each<NodeJS.Signals>(['SIGINT', 'SIGHUP'])(
    'by %s: the session is released, and it dies of the signal',
    async (signal) => {
      const team = teamWithProgram(WAITS)
      const program = begin(PROGRAM, team)
      await program.says('waits')
      program.kill(signal)
      expect(await program.ended).toMatchObject({ code: null, signal, stderr: '' })
      expectReleased(team)
    },
  )

  test('with a listener of its own for the signal: the session lasts as long as work', async () => {
    const team = teamWithProgram(`process.on('SIGINT', () => print('heard'))\n${WAITS}`)
    const program = begin(PROGRAM, team)
    await program.says('waits')
    program.kill('SIGINT')
    await program.says('heard')
    expect(settingsOf(team)).toContain(MARK)
    writeFileSync(join(team.folder, 'go'), '')
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' })
    expect(program.printed.stdout).toContain('released: true')
    expectReleased(team)
  })

  test.each([
    ['process.exit(7)', 7, ''],
    [
      'setTimeout(() => { throw new Error("elsewhere") }); await new Promise(() => {})',
      1,
      'elsewhere',
    ],
  ])('by %s: the session is released, and the exit code is its own', async (text, code, said) => {
    const team = teamWithProgram(`await withSession({ cwd }, async () => { ${text} })`)
    const ended = await run(PROGRAM, team)
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(said) })
    expectReleased(team)
  })

  test('after a session its signals do what they did before', async () => {
    const team = teamWithProgram(`
      const count = () => ['SIGINT', 'SIGTERM', 'exit'].map((name) => process.listenerCount(name))
      print(count())
      await withSession({ cwd }, () => print(count()))
      print(count())`)
    const [before = [], within, after] = (await printedBy(team)) as number[][]
    expect(within).toEqual(before.map((number) => number + 1))
    expect(after).toEqual(before)
  })
})
