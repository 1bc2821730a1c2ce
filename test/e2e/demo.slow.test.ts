import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { setScene } from '../../src/commands/demo/story.ts'
import { findExecutable } from '../../src/ports/find-executable.ts'
import { openShell, says } from '../../src/ports/shell.ts'
import { listing } from '../helpers/on-disk.ts'
import { begin, DEADLINE, type Ended, isOver, run } from '../helpers/running.ts'
import { CLI, FLOW, portsIn, write } from '../helpers/team-repository.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const DEMO = [process.execPath, CLI, 'demo']

describe('flow demo', () => {
  test('every claim holds, nothing stays behind, and the person round it has no part in it', async () => {
    const folder = tempFolder()
    const person = join(folder, 'person')
    const temporary = join(folder, 'temporary')
    mkdirSync(temporary)
    write(join(person, '.gitconfig'), '[core]\n\thooksPath = /nowhere\n')
    write(join(person, '.npmrc'), 'script-shell=/bin/false\n')
    write(join(person, 'bin/claude'), '#!/bin/sh\ntouch "$HOME/the-real-one-ran"\n', 0o755)
    const before = listing(person)
    const ended = await run(DEMO, {
      cwd: person,
      env: {
        PATH: `${join(person, 'bin')}:${process.env.PATH}`,
        TMPDIR: temporary,
        HOME: person,
        FLOW: '0',
        FLOW_HOME: join(person, 'state'),
        FLOW_RUN_ID: 'of-another',
        HUSKY: '0',
        CI: 'true',
        GIT_DIR: join(person, 'elsewhere.git'),
        npm_config_script_shell: '/bin/false',
        ZX_TIMEOUT: '1ms',
        ZX_PREFIX: 'exit 9;',
        ZX_VERBOSE: 'true',
        NO_COLOR: '1',
        FORCE_COLOR: '1',
      },
    })
    expectWhole(ended)
    expect(stripVTControlCharacters(ended.stdout)).toBe(ended.stdout)
    expect(listing(person)).toEqual(before)
    expect(readdirSync(temporary)).toEqual([])
    expect(processesIn(folder)).toEqual([])
  })

  test('it works with PATH alone, in a folder of an odd name behind a link', async () => {
    const folder = tempFolder()
    const odd = join(folder, `a "b"  it's $HOME`)
    const link = join(folder, 'link')
    mkdirSync(odd)
    symlinkSync(odd, link)
    const env = { PATH: process.env.PATH, TMPDIR: link }
    expectWhole(await run(DEMO, { cwd: '/', env }))
    expect(readdirSync(odd)).toEqual([])
    expect(processesIn(odd)).toEqual([])
  })

  test('a flow whose git hook does nothing fails, and all that it left is kept', async () => {
    const { argv, place, temporary } = demoWith('templates/hooks/post-checkout', ':\n')
    const { code, stdout } = await run(argv, place)
    expect(code).toBe(1)
    expect(stdout).toContain('   FAILED the settings are back, byte for byte\n   it saw:\n   | {\n')
    expect(stdout).toMatch(/^FAILED: \d+ claims held and 2 did not\./m)
    const [name = ''] = readdirSync(temporary)
    expect(stdout).toContain(`kept in ${join(temporary, name)}\n`)
    const settings = readFileSync(join(temporary, name, 'team/.claude/settings.json'), 'utf8')
    expect(settings).toContain('flowSession')
    expect(processesIn(temporary)).toEqual([])
  })

  test('an agent that quits early ends the story there, with what it said', async () => {
    const agent = 'console.log("agent: I quit")\n'
    const { argv, place, temporary } = demoWith('templates/stand-in-agent.mjs', agent)
    const { code, stdout } = await run(argv, place)
    expect(code).toBe(1)
    expect(stdout).toContain('   FAILED this step comes to its end\n')
    expect(stdout).toContain(' agent: I quit\n')
    expect(stdout).not.toContain('\n4  ')
    expect(readdirSync(temporary)).toHaveLength(1)
    expect(processesIn(temporary)).toEqual([])
  })

  test.each([
    ['SIGINT', 'while one agent works', '\n4  '],
    ['SIGTERM', 'while two agents work', '\n6  '],
    ['SIGHUP', 'while git switches', '\n8  '],
  ] as const)('%s %s: all of it is gone, and it dies of the signal', async (signal, _, heading) => {
    const folder = tempFolder()
    const bin = tempFolder()
    write(join(bin, 'git'), SLOW_GIT, 0o755)
    const PATH = `${bin}:${process.env.PATH}`
    const demo = begin(DEMO, { cwd: folder, env: { ...process.env, PATH, TMPDIR: folder } })
    await demo.says(heading)
    demo.kill(signal)
    const { stdout, stderr, ...end } = await demo.ended
    expect(end).toEqual({ code: null, signal })
    expect(stderr).toMatch(new RegExp(`^flow: stopped by ${signal}; .* is removed\n$`))
    expect(stdout).not.toContain('FAILED')
    expect(readdirSync(folder)).toEqual([])
    expect(processesIn(folder)).toEqual([])
  })

  test.each(['absent', 'with:colon'])(
    'in a TMPDIR that is %s it says so and how to go on',
    async (name) => {
      const folder = tempFolder()
      mkdirSync(join(folder, 'with:colon'))
      const TMPDIR = join(folder, name)
      const env = { ...process.env, TMPDIR }
      const { code, stdout, stderr } = await run(DEMO, { cwd: '/', env })
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain(`flow: could not write in ${TMPDIR}\n`)
      expect(stderr).toContain('next: set TMPDIR')
      expect(readdirSync(folder)).toEqual(['with:colon'])
    },
  )

  test('where there is no git it says so before it makes anything', () => {
    const { ports } = portsIn('/', { variables: { PATH: '/nowhere' } })
    const environment = { ...ports.environment, nodePath: '/nowhere/node' }
    expect(() => setScene({ ...ports, environment }, FLOW)).toThrow(
      expect.objectContaining({ code: 'E_DEMO_NEEDS', what: 'the demo needs git' }),
    )
  })
})

describe('the shell of the story', () => {
  const open = () => openShell('/', { PATH: process.env.PATH ?? '' }, DEADLINE.timeout)

  test('a word is one word, a list is several, whatever is in them', async () => {
    const { run } = open()
    const odd = `a 'b' "c" $HOME \\ \n*`
    const { stdall } = await run`printf '<%s>' ${odd} ${['', '-n']} ${7}`
    expect(stdall).toBe(`<${odd}><><-n><7>`)
  })

  test('what ends without the words that were waited for is reported with what it said', async () => {
    const line = open().run`echo here; echo there >&2`
    await expect(says(line, 'elsewhere')).rejects.toMatchObject({
      code: 'E_SHELL_SILENT',
      why: expect.stringMatching(/^(here\nthere|there\nhere)\n$/),
    })
  })

  test('when it is closed nothing runs, what a line started included, and nothing can be started', async () => {
    const shell = open()
    const line = shell.run`sleep 600 & echo "$!"; wait`
    const pid = Number(await says(line, '\n'))
    await shell.close()
    await isOver(pid)
    expect(() => shell.run`true`).toThrow('the shell is closed')
  })
})

/** The last switch of the story takes until it is killed. */
const SLOW_GIT = `#!/bin/sh
[ "$*" != "checkout feature" ] || exec sleep 600
exec ${findExecutable('git', '/', process.env.PATH)} "$@"
`

/** The demo of a flow in which one file is another. */
function demoWith(file: string, text: string) {
  const folder = tempFolder()
  const temporary = join(folder, 'temporary')
  mkdirSync(temporary)
  for (const name of ['dist', 'templates', 'package.json', '.flowrc.example']) {
    cpSync(join(FLOW, name), join(folder, 'flow', name), { recursive: true })
  }
  symlinkSync(join(FLOW, 'node_modules'), join(folder, 'flow/node_modules'))
  write(join(folder, 'flow', file), text)
  const argv = [process.execPath, join(folder, 'flow/dist/cli.cjs'), 'demo']
  return { argv, temporary, place: { cwd: folder, env: { ...process.env, TMPDIR: temporary } } }
}

/** The whole story was told, each step with claims, each claim held, on a page of 80 columns. */
function expectWhole({ code, signal, stdout, stderr }: Ended): void {
  expect({ code, signal, stderr }, stdout).toEqual({ code: 0, signal: null, stderr: '' })
  expect(stdout).not.toContain('FAILED')
  expect(stdout).toContain('agent: started in ~/team with ["-p","fix')
  const steps = stdout.split(/^(?=\d {2}\S)/m).slice(1)
  const claims = steps.map((step) => step.match(/^ {3}ok \S/gm)?.length ?? 0)
  expect(claims).not.toContain(0)
  const total = claims.reduce((sum, count) => sum + count)
  expect(stdout).toMatch(new RegExp(`^All ${total} claims held, in 8 steps and `, 'm'))
  expect(steps).toHaveLength(8)
  const isWide = (line: string) => line.length > 80 && /\S +\S/.test(line.slice(9))
  expect(stdout.split('\n').filter(isWide)).toEqual([])
}

/** Processes whose environment or words name the folder: those of a demo in it all do. */
function processesIn(folder: string): string[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-axww', '-o', 'args='], { encoding: 'utf8' }).split('\n')
    return lines.filter((line) => line.includes(folder))
  }
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
    } catch {
      // It ended just now, or is somebody else's.
      return false
    }
  })
}
