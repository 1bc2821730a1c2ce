import { describe, expect, test } from 'vitest'
import { argsOf, longFlag } from '../../../src/command-line/definition.ts'
import { commandNamed, NAMES, parse, refusalOf, VISIBLE_NAMES } from '../../helpers/command-line.ts'

/** What is typed after `flow`, with a blank between words. */
const wordsOf = (typed: string) => (typed === '' ? [] : typed.split(' '))

describe('what is understood', () => {
  test.each([
    ['status', 'status', { json: false, verbose: false, watch: false }],
    ['status --json', 'status', { json: true, verbose: false, watch: false }],
    ['--json status', 'status', { json: true, verbose: false, watch: false }],
    ['status --json --json', 'status', { json: true, verbose: false, watch: false }],
    ['history --limit 5 --all', 'history', { all: true, limit: '5', json: false }],
    ['restore last -y', 'restore', { session: 'last', yes: true, dryRun: false, quiet: false }],
    [
      'run',
      'run',
      { agent: undefined, quiet: false, followSymlinks: false, dryRun: false, args: [] },
    ],
    [
      'run claude',
      'run',
      { agent: 'claude', quiet: false, followSymlinks: false, dryRun: false, args: [] },
    ],
    [
      'run -q claude',
      'run',
      { agent: 'claude', quiet: true, followSymlinks: false, dryRun: false, args: [] },
    ],
    [
      'run claude --quiet',
      'run',
      { agent: 'claude', quiet: true, followSymlinks: false, dryRun: false, args: [] },
    ],
    [
      'run claude --',
      'run',
      { agent: 'claude', quiet: false, followSymlinks: false, dryRun: false, args: [] },
    ],
    ['init -yq', 'init', { yes: true, quiet: true, dryRun: false }],
    ['complete -- run --', 'complete', { words: ['run', '--'] }],
  ])('flow %s', async (typed, name, values) => {
    const command = commandNamed(name)
    expect(await parse(wordsOf(typed))).toEqual({ kind: 'call', command, values })
  })

  test.each(['--help', '-h --version', '-- x -q', '--json --quiet --', '--nonsense=1 -- --'])(
    'after -- is what the agent gets, to the letter: %s',
    async (words) => {
      const args = words.split(' ')
      expect(await parse(['run', 'claude', '--', ...args])).toMatchObject({ values: { args } })
      expect(await parse(['exec', '--', ...args])).toMatchObject({ values: { command: args } })
    },
  )

  test.each(['', '--help', '-h', 'help', '--help --', '-h -- x'])(
    'flow %s: all commands',
    async (typed) => {
      const text = expect.stringMatching(/^Usage: flow \[options\] \[command\]\n/)
      expect(await parse(wordsOf(typed))).toEqual({ kind: 'text', text })
    },
  )

  test.each(NAMES)('flow help %s is flow %s --help, wherever that is', async (name) => {
    const text = expect.stringMatching(new RegExp(`^Usage: flow ${name}( |\n)`))
    for (const typed of [`${name} --help`, `-h ${name}`, `${name} -h --nonsense`, `help ${name}`]) {
      expect(await parse(wordsOf(typed)), typed).toEqual({ kind: 'text', text })
    }
  })

  test.each(['--version', '-v', '-V'])('flow %s', async (typed) => {
    expect(await parse([typed])).toEqual({ kind: 'text', text: 'flow 10.20.30\n' })
  })
})

describe('what is refused, in one line with exit code 2', () => {
  test.each([
    ['rnu', 'unknown command "rnu" (did you mean "run"?)'],
    ['stauts', 'unknown command "stauts" (did you mean "status"?)'],
    ['install', 'unknown command "install" (did you mean "init"?)'],
    ['remove', 'unknown command "remove" (did you mean "uninstall"?)'],
    ['toString', 'unknown command "toString"'],
    ['init --dry', 'unknown option "--dry" (did you mean "--dry-run"?)'],
    ['help rnu', 'unknown command "rnu" (did you mean "run"?)'],
    ['theme', 'unknown command "theme"'],
    ['__proto__', 'unknown command "__proto__"'],
    ['cmplete', 'unknown command "cmplete"'],
    ['--hepl', 'unknown option "--hepl" (did you mean "--help"?)'],
    ['--verison', 'unknown option "--verison" (did you mean "--version"?)'],
    ['status --jsno', 'unknown option "--jsno" (did you mean "--json"?)'],
    ['status --jsno=1', 'unknown option "--jsno=1" (did you mean "--json"?)'],
    [
      'run --folow-symlinks',
      'unknown option "--folow-symlinks" (did you mean "--follow-symlinks"?)',
    ],
    ['init -yx', 'unknown option "-x"'],
    ['status --__proto__', 'unknown option "--__proto__"'],
    ['status --json=yes', 'unknown option "--json=yes" (did you mean "--json"?)'],
    ['init -yn', 'unknown option "-n"'],
    ['history --limit', 'option "--limit <N>" argument missing'],
    ['history --limit -- 5', 'option "--limit <N>" argument missing'],
    ['history --limti 5', 'unknown option "--limti" (did you mean "--limit"?)'],
    ['hook notification --test --jsn', 'unknown option "--jsn" (did you mean "--json"?)'],
    ['restore', 'missing required argument "SESSION"'],
    ['restore last first', 'unexpected argument "first"'],
    ['status all', 'unexpected argument "all"'],
    ['status -5', 'unexpected argument "-5"'],
    ['completion', 'missing required argument "SHELL"'],
    ['completion bsh', 'SHELL is one of bash, zsh, fish, not "bsh" (did you mean "bash"?)'],
    ['completion ksh93', 'SHELL is one of bash, zsh, fish, not "ksh93"'],
    ['shell toString', 'SHELL is one of bash, zsh, fish, not "toString"'],
    ['hook notify --test', 'EVENT is one of session-start, notification, not "notify"'],
    ['exec', 'exec needs a command: flow exec -- CMD [ARGS…]'],
    ['exec --', 'exec needs a command: flow exec -- CMD [ARGS…]'],
    ['status -- x', 'status takes nothing after --'],
    ['-- x', 'no command before --: flow run -- ARGS…; flow exec -- CMD [ARGS…]'],
  ])('flow %s: %s', async (typed, what) => {
    const { code, exitCode, what: said, why, kept, next } = await refusalOf(wordsOf(typed))
    expect({ code, exitCode, said, why, kept, next }).toEqual({
      ...{ code: 'E_USAGE', exitCode: 2, said: what },
      ...{ why: undefined, kept: undefined, next: undefined },
    })
  })

  test.each([
    ['run claude -p hi', 'to pass -p to the agent: flow run claude -- -p hi'],
    [
      'run claude --model opus --dry-run',
      'to pass --model to the agent: flow run claude --dry-run -- --model opus',
    ],
    ['run -p', 'to pass -p to the agent: flow run -- -p'],
    [
      'run -q claude --model opus',
      'to pass --model to the agent: flow run -q claude -- --model opus',
    ],
    ['-q run claude -p', 'to pass -p to the agent: flow run -q claude -- -p'],
    ['run claude claude', 'to pass claude to the agent: flow run claude -- claude'],
    ['run claude fix it -- now', 'to pass fix to the agent: flow run claude -- fix it now'],
    ['run --__proto__', 'to pass --__proto__ to the agent: flow run -- --__proto__'],
    ['exec npm test', 'to run npm: flow exec -- npm test'],
    ['exec npm test --quiet', 'to run npm: flow exec -- npm test --quiet'],
    ['exec -q npm test --watch', 'to run npm: flow exec -q -- npm test --watch'],
  ])('flow %s is corrected: %s', async (typed, what) => {
    expect(await refusalOf(wordsOf(typed))).toMatchObject({ what, exitCode: 2, next: undefined })
  })

  test('in the corrected command are quotes where a shell needs them', async () => {
    const { what } = await refusalOf(['run', 'claude', 'fix it', '$HOME'])
    expect(what).toBe("to pass fix it to the agent: flow run claude -- 'fix it' '$HOME'")
  })

  test('a value that begins with a dash is one after an equals sign', async () => {
    expect(await parse(['history', '--limit=-5'])).toMatchObject({ values: { limit: '-5' } })
  })
})

describe('a slip of the finger', () => {
  /** A letter left out, doubled, or swapped with the next. */
  function slips(word: string): string[] {
    return [...word].flatMap((letter, at) => {
      const [before, after] = [word.slice(0, at), word.slice(at + 1)]
      return [before + after, before + letter + letter + after, before + swapped(letter + after)]
    })
  }

  function swapped(text: string): string {
    return `${text[1] ?? ''}${text[0]}${text.slice(2)}`
  }

  const isSlip = (slip: string, known: readonly string[]) => slip !== '' && !known.includes(slip)

  test.each(VISIBLE_NAMES)('in %s leads to it', async (name) => {
    for (const slip of slips(name).filter((one) => isSlip(one, NAMES))) {
      expect((await refusalOf([slip])).what, slip).toContain(`(did you mean "${name}"?)`)
    }
  })

  const flags = NAMES.flatMap((name) =>
    argsOf(commandNamed(name), 'option').map((arg): [string, string] => [name, longFlag(arg)]),
  )
  test.each(flags)('in an option leads to it: flow %s %s', async (name, flag) => {
    const known = argsOf(commandNamed(name), 'option').map((arg) => longFlag(arg).slice(2))
    for (const slip of slips(flag.slice(2)).filter((one) => isSlip(one, known))) {
      const { what } = await refusalOf([name, `--${slip}`])
      expect(what, slip).toContain(`(did you mean "${flag}"?)`)
    }
  })
})
