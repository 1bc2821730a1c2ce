import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { begin, factsOf, LAUNCH_SCRIPT, run, standIn } from '../helpers/launching.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const onLinux = process.platform === 'linux'

/** What has broken launchers before: each must arrive as it is. */
const HARD_WORDS = [
  '',
  ' ',
  'a  b',
  "it's",
  '"quoted"',
  '$HOME $(id) `id` $$ $?',
  'line\nline\n\n',
  '\n',
  '\t\r\x01',
  '\\ \\n \\',
  '--',
  '-n',
  '-p',
  '-',
  '*',
  '~',
  '!!',
  '%p %s',
  'a=b',
  'é 漢字 🙂',
  'x'.repeat(100_000),
  '',
]

describe('words, environment and folder', () => {
  test('every word reaches the agent as it is', async () => {
    const done = await run(standIn('facts', ...HARD_WORDS))
    expect(factsOf(done).words).toEqual(HARD_WORDS)
  })

  // execve(2): with its NUL, 131,072 bytes are the most that Linux takes in one argument.
  test('arguments as long as the kernel takes, and too long for one line of a shell, reach the agent', async () => {
    const words = ['x'.repeat(131_071), "'".repeat(131_071), 'é'.repeat(30_000)]
    const done = await run(standIn('facts', ...words))
    expect(factsOf(done).words).toEqual(words)
  })

  const zxVariables = {
    ZX_CWD: '/absent',
    ZX_DETACHED: 'true',
    ZX_KILL_SIGNAL: 'SIGNONE',
    ZX_POSTFIX: '; exit 9',
    ZX_PREFER_LOCAL: 'true',
    ZX_PREFIX: 'exit 9;',
    ZX_QUIET: 'false',
    ZX_SHELL: '/absent/shell',
    ZX_TIMEOUT_SIGNAL: 'SIGKILL',
    ZX_VERBOSE: 'true',
  }
  test.each(['1ms', 'soon'])(
    'ZX_* variables reach the agent and change nothing of its launch (ZX_TIMEOUT=%s)',
    async (timeout) => {
      const given = { ...zxVariables, ZX_TIMEOUT: timeout, PATH: '/absent' }
      const assignments = Object.entries(given).map(([name, value]) => `${name}=${value}`)
      const done = await run(standIn('facts', 'a  b'), { through: ['env', ...assignments] })
      const { words, env, cwd } = factsOf(done)
      expect({ words, cwd }).toEqual({ words: ['a  b'], cwd: done.folder })
      expect(env).toMatchObject(given)
      expect(done).toMatchObject({ code: 0, signal: null, stderr: '' })
    },
  )

  test('the environment is the one that was asked for, and the folder too', async () => {
    const env = { PATH: '/usr/bin:/bin', PWD: '/', EMPTY: '', record: 'mine', LINES: 'a\nb\n' }
    const done = await run(standIn('facts'), { env })
    const { cwd, env: given } = factsOf(done)
    // Some shells say where they are and how deep.
    for (const name of ['_', 'OLDPWD', 'SHLVL']) delete given[name]
    expect(given).toEqual({ ...env, PWD: done.folder })
    expect(cwd).toBe(done.folder)
  })

  test('the umask stays what it was', async () => {
    const done = await run(standIn('facts'))
    expect(factsOf(done).umask).toBe(process.umask())
  })
})

describe('the record', () => {
  test('stands before the first instruction of the agent, and names its pid', async () => {
    // The path holds a %p of its own: only the last one stands for the pid.
    const records = join(tempFolder(), 'a %p b')
    mkdirSync(records)
    const env = { ...process.env, STAND_IN_RECORDS: records }
    const recordPath = join(records, 'stem.%p.agent')
    const done = await run(standIn('facts'), { recordPath, env })
    const { pid, startTime, records: seen } = factsOf(done)
    expect(seen).toEqual([
      { name: `stem.${pid}.agent`, text: `${pid} ${startTime} boot - machine\n`, mode: 0o600 },
    ])
    expect(done.log()).toContain(`started ${pid}\n`)
  })

  test('cannot be written: the agent is not started, exit 1, and it is said', async () => {
    const recordPath = join(tempFolder(), 'absent', 'stem.%p.agent')
    const done = await run(standIn('facts'), { recordPath })
    expect(done).toMatchObject({ code: 1, stdout: '' })
    expect(done.stderr).toContain("flow: could not record the agent's process")
  })

  // What /bin/sh is on one system or another.
  for (const sh of [['dash'], ['bash', '--posix'], ['busybox', 'sh'], ['zsh', '--emulate', 'sh']]) {
    const title = `is written, and the words kept, by ${sh.join(' ')}`
    test.skipIf(!canRun([...sh, '-c', ':']))(title, () => {
      const folder = tempFolder()
      const words = ['x', '', '-n', 'a  b', '*', 'line\n\n']
      const script = [LAUNCH_SCRIPT, join(folder, 'stem.%p.agent'), 'boot 12']
      const [shell = '', ...options] = sh
      const done = spawnSync(shell, [...options, ...script, ...standIn('facts', ...words)], {
        encoding: 'utf8',
        env: { ...process.env, STAND_IN_RECORDS: folder, record: 'mine', started: 'mine' },
      })
      const facts = factsOf(done)
      const { pid, startTime } = facts
      expect(facts.words).toEqual(words)
      expect(facts.umask).toBe(process.umask())
      expect(facts.env).toMatchObject({ record: 'mine', started: 'mine' })
      expect(facts.records).toMatchObject([{ text: `${pid} ${startTime} boot 12\n` }])
    })
  }
})

describe('the end of the agent', () => {
  for (const code of [0, 1, 3, 127, 255]) {
    test(`exit code ${code} is passed on`, async () => {
      expect(await run(['/bin/sh', '-c', `exit ${code}`])).toMatchObject({ code, signal: null })
    })
  }

  const deaths = ['KILL', 'TERM', 'INT', 'HUP', 'QUIT', 'SEGV', 'ABRT', 'PIPE', 'USR1', 'ALRM']
  for (const death of deaths) {
    test(`death by SIG${death} is died likewise`, async () => {
      const done = await run(['/bin/sh', '-c', `kill -${death} $$`])
      expect(done).toMatchObject({ code: null, signal: `SIG${death}` })
    })
  }

  const unshare = ['unshare', '--pid', '--fork', '--kill-child']
  test.skipIf(!canRun([...unshare, 'true']))(
    'death that process 1 cannot die becomes 128 + n',
    async () => {
      const done = await run(['/bin/sh', '-c', 'kill -TERM $$'], { through: unshare })
      expect(done.log()).toContain('ended {"code":null,"signal":"SIGTERM"}')
      expect(done).toMatchObject({ code: 128 + 15, signal: null })
    },
  )

  test('a server that the agent leaves behind does not hold flow', async () => {
    const { child, log } = begin(standIn('leave'))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    const server = Number(/server (\d+)/.exec(log())?.[1])
    onTestFinished(() => void process.kill(server, 'SIGKILL'))
    expect(code).toBe(5)
    expect(process.kill(server, 0)).toBe(true)
  })
})

describe('an agent that cannot start', () => {
  test('vanished since it was found: 127, and its path is named', async () => {
    const done = await run(['/absent/agent', 'x'])
    expect(done.code).toBe(127)
    expect(done.stderr).toContain('/absent/agent')
  })

  test('not executable: 126, and its path is named', async () => {
    const plain = join(tempFolder(), 'agent')
    writeFileSync(plain, 'exit 0\n', { mode: 0o644 })
    const done = await run([plain])
    expect(done.code).toBe(126)
    expect(done.stderr).toContain(plain)
  })

  test('its folder is gone: an error that names both', async () => {
    const cwd = join(tempFolder(), 'gone')
    const { log } = await run(standIn('facts'), { cwd })
    expect(log()).toMatch(`failed could not start ${process.execPath} in ${cwd}`)
    expect(log()).not.toContain('started')
  })

  test.skipIf(!onLinux)('a word longer than the kernel takes: an error', async () => {
    const { log } = await run(standIn('facts', 'x'.repeat(200_000)))
    expect(log()).toMatch(/failed could not start .*E2BIG/)
    expect(log()).not.toContain('started')
  })
})

describe('standard input', () => {
  test('a pipe goes to the agent whole', async () => {
    const text = 'é\n'.repeat(200_000)
    const { stdout } = await run(standIn('echo'), { input: text })
    expect(stdout).toBe(text)
  })

  test('none is the end of input at once', async () => {
    const closed = ['/bin/sh', '-c', 'exec "$@" <&-', 'sh']
    expect(await run(standIn('echo'), { through: closed })).toMatchObject({ code: 0, stdout: '' })
  })
})

function canRun(argv: readonly string[]): boolean {
  const [file = '', ...args] = argv
  return spawnSync(file, args).status === 0
}
