import { describe, expect, test } from 'vitest'
import {
  COMMAND_NAMES,
  type CommandName,
  VISIBLE_NAMES,
  wordsOf,
} from '../../../src/command-line/definition.ts'
import { parseCommandLine } from '../../../src/command-line/parse.ts'
import { FlowError } from '../../../src/errors.ts'

/** What is typed behind `flow`, with a blank between words. */
const parse = (typed: string) => parseCommandLine(typed === '' ? [] : typed.split(' '))

function refusal(typed: string): FlowError {
  try {
    parse(typed)
  } catch (error) {
    if (error instanceof FlowError) return error
    throw error
  }
  throw new Error(`it was accepted: ${typed}`)
}

describe('what is understood', () => {
  test.each([
    ['status', 'status', { json: false, watch: false, verbose: false }, undefined, null],
    ['status --json', 'status', { json: true, watch: false, verbose: false }, undefined, null],
    ['--json status', 'status', { json: true, watch: false, verbose: false }, undefined, null],
    [
      'status --json --json',
      'status',
      { json: true, watch: false, verbose: false },
      undefined,
      null,
    ],
    ['history --limit 5 --all', 'history', { all: true, limit: '5', json: false }, undefined, null],
    ['restore last -y', 'restore', { yes: true, 'dry-run': false, quiet: false }, 'last', null],
    ['run', 'run', { quiet: false, 'follow-symlinks': false, 'dry-run': false }, undefined, null],
    [
      'run claude',
      'run',
      { quiet: false, 'follow-symlinks': false, 'dry-run': false },
      'claude',
      null,
    ],
    [
      'run -q claude',
      'run',
      { quiet: true, 'follow-symlinks': false, 'dry-run': false },
      'claude',
      null,
    ],
    [
      'run claude --quiet',
      'run',
      { quiet: true, 'follow-symlinks': false, 'dry-run': false },
      'claude',
      null,
    ],
    [
      'run claude --',
      'run',
      { quiet: false, 'follow-symlinks': false, 'dry-run': false },
      'claude',
      [],
    ],
    ['init -yq', 'init', { yes: true, quiet: true, 'dry-run': false }, undefined, null],
  ])('flow %s', (typed, name, options, argument, rest) => {
    expect(parse(typed)).toEqual({ kind: 'call', call: { name, options, argument, rest } })
  })

  test.each(['--help', '-h --version', '-- x -q', '--json --quiet --', '--nonsense=1 -- --'])(
    'behind -- stands what the agent gets, to the letter: %s',
    (words) => {
      const rest = words.split(' ')
      for (const typed of ['run claude', 'exec']) {
        expect(parse(`${typed} -- ${words}`)).toMatchObject({ kind: 'call', call: { rest } })
      }
    },
  )

  test.each(['', '--help', '-h', 'help', '--help --', '-h -- x'])(
    'flow %s: all commands',
    (typed) => {
      expect(parse(typed)).toEqual({ kind: 'help', command: null })
    },
  )

  test.each(COMMAND_NAMES.filter((name) => name !== 'help'))(
    'flow help %s is flow %s --help, wherever that stands',
    (name) => {
      const help = { kind: 'help', command: name }
      for (const typed of [
        `${name} --help`,
        `-h ${name}`,
        `${name} -h --nonsense`,
        `help ${name}`,
      ]) {
        expect(parse(typed), typed).toEqual(help)
      }
    },
  )

  test.each(['--version', '-v', '-V'])('flow %s', (typed) => {
    expect(parse(typed)).toEqual({ kind: 'version' })
  })
})

describe('what is refused, with exit code 2', () => {
  test.each([
    ['rnu', 'there is no command "rnu" (did you mean "run"?)'],
    ['help rnu', 'there is no command "rnu" (did you mean "run"?)'],
    ['theme', 'there is no command "theme"'],
    ['--hepl', 'flow has no option --hepl (did you mean "--help"?)'],
    ['--verison', 'flow has no option --verison (did you mean "--version"?)'],
    ['status --jsno', 'status has no option --jsno (did you mean "--json"?)'],
    ['status --jsno=1', 'status has no option --jsno (did you mean "--json"?)'],
    [
      'run --folow-symlinks',
      'run has no option --folow-symlinks (did you mean "--follow-symlinks"?)',
    ],
    ['run -p', 'run has no option -p'],
    ['init -yx', 'init has no option -x'],
    ['run --__proto__', 'run has no option --__proto__'],
    ['status --json=yes', '--json takes no value'],
    ['init -yn', 'init has no option -n'],
    ['init -y=1', 'init has no option -='],
    ['history --limit', '--limit needs a value'],
    ['history --limit --all', '--limit needs a value'],
    ['history --limit -5', '--limit needs a value'],
    ['history --limit -- 5', '--limit needs a value'],
    ['history --limit 5 --limit 6', '--limit is given twice'],
    ['history --limit=5 --all --limit=5', '--limit is given twice'],
    ['history --limti 5', 'history has no option --limti (did you mean "--limit"?)'],
    ['hook notification --test --jsn', 'hook has no option --jsn (did you mean "--json"?)'],
    ['doctor --help=x --bogus', 'doctor has no option --bogus'],
    ['restore', 'restore needs SESSION'],
    ['complete', 'complete needs WHAT: agents, sessions'],
    ['complete session', 'complete knows no WHAT "session" (did you mean "sessions"?)'],
    ['hook notify', 'hook knows no EVENT "notify"'],
    ['restore last first', 'restore does not know what to do with `first`'],
    ['help run status', 'help does not know what to do with `status`'],
    ['status all', 'status does not know what to do with `all`'],
    ['run claude fix it', 'run does not know what to do with `fix` `it`'],
    ['hook', 'hook needs EVENT: session-start, notification'],
    ['completion', 'completion needs SHELL: bash, zsh, fish'],
    ['completion bsh', 'completion knows no SHELL "bsh" (did you mean "bash"?)'],
    ['completion ksh93', 'completion knows no SHELL "ksh93"'],
    ['exec', 'exec needs a command'],
    ['exec --', 'exec needs a command'],
    ['exec true', 'exec does not know what to do with `true`'],
    ['status -- x', 'status takes no words after --'],
    ['-- x', 'no command stands before --'],
  ])('flow %s: %s', (typed, what) => {
    expect(refusal(typed)).toMatchObject({ code: 'E_USAGE', exitCode: 2, what })
  })

  test.each([
    ['run claude fix it', 'flow run claude -- fix it'],
    ['exec npm test', 'flow exec -- npm test'],
    ['run -p', 'what it starts takes its words after --: … -- -p …'],
    ['exec', 'flow exec -- CMD [ARGS…]'],
    ['shell bsh', 'flow shell bash\nflow shell zsh\nflow shell fish'],
    ['-- x', 'flow run -- ARGS…\nflow exec -- CMD [ARGS…]'],
    ['history --limit', '`flow history --help` shows what there is'],
    ['staus', '`flow --help` shows what there is'],
  ])('flow %s: what to type instead', (typed, next) => {
    expect(refusal(typed).next).toContain(next)
  })

  test.each([
    ['history --limit', 'it is --limit N'],
    ['history --limit 5 --limit 6', 'as 5 and as 6, and only one of them can count'],
    ['status --json=yes', 'it is on when it is given, and found was --json=yes'],
    ['staus', VISIBLE_NAMES.join(', ')],
    ['status --jsno', 'it has --json, --watch'],
    ['demo --fast', 'it has no options but --help'],
    ['restore', 'it is `flow restore SESSION`'],
    ['complete session', 'it knows agents, sessions'],
    ['status -- x', 'only run and exec start something that could read them'],
  ])('flow %s: why', (typed, why) => {
    expect(refusal(typed).why).toContain(why)
  })

  test('a value that begins with a dash is one behind an equals sign', () => {
    expect(parse('history --limit=-5')).toMatchObject({ call: { options: { limit: '-5' } } })
  })

  test('words that a shell would take apart are told in quotes', () => {
    const typed = () => parseCommandLine(['run', 'claude', 'fix it', '$HOME'])
    expect(typed).toThrow(expect.objectContaining({ next: "flow run claude -- 'fix it' '$HOME'" }))
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

  test.each(VISIBLE_NAMES)('in %s leads to it', (name) => {
    for (const slip of slips(name).filter((one) => isSlip(one, COMMAND_NAMES))) {
      expect(refusal(slip).what, slip).toContain(`(did you mean "${name}"?)`)
    }
  })

  const options = COMMAND_NAMES.flatMap((name) =>
    Object.keys(wordsOf(name).options).map((option): [CommandName, string] => [name, option]),
  )
  test.each(options)('in an option leads to it: flow %s --%s', (name, option) => {
    const known = Object.keys(wordsOf(name).options)
    for (const slip of slips(option).filter((one) => isSlip(one, known))) {
      expect(refusal(`${name} --${slip}`).what, slip).toContain(`(did you mean "--${option}"?)`)
    }
  })
})
