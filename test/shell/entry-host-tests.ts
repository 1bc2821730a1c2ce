/** The shell that a hook's line runs in is afterwards as it was before. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { runHost } from './host.ts'
import { addSession, elsewhere, livingLine, newStateHome } from './state-home.ts'

/** What the hook has done to its shell before flow's line comes. */
export const HABITS: Record<string, string> = {
  'nothing of its own': '',
  'all of these at once': 'set -eufCa',
  'no IFS': 'unset IFS',
  'no HOME, no PWD': 'set -u; unset HOME PWD',
  'a trap on errors': `[ -z "\${BASH_VERSION-}\${ZSH_VERSION-}" ] || trap 'echo caught' ERR`,
}

export const MORE_HABITS: Record<string, string> = {
  'set -eu': 'set -eu',
  'set +e': 'set +e',
  'set -f': 'set -f',
  noclobber: 'set -C',
  allexport: 'set -a',
  'an IFS of what lines and pids are made of': 'IFS=":/-.0123456789abcdef"',
  'an empty IFS': "IFS=''",
  'the variables of another script': 'node=1 line=2 home=3 stat=4 REPLY=5; set -u',
}

/** Written with builtins: variables, options, traps and the rest of what a script can change. */
const LOOK = `{
  set
  echo "options: $-"
  set +o
  trap
  umask
  alias
  pwd
  printf '<%s>' "$#" "$@"
}`

const BEFORE = `mine() { echo mine; }
trap 'echo bye' EXIT
trap 'echo interrupted' INT
set -- 'a  b' '*' ''`

/**
 * Variables that are other ones at every look, or tell where the look is taken from, or (mksh's
 * KSH_MATCH) what the last pattern of any `case` matched.
 */
const RESTLESS =
  /^(_|KSH_MATCH|_AST_FEATURES|RANDOM|SRANDOM|LINENO|BASH_LINENO|BASH_ARG[CV]|SECONDS|EPOCH(REALTIME|SECONDS)|PIPESTATUS)=.*\n/gm

export function habitTests(shell: readonly string[], habits: Record<string, string>): void {
  describe.each(['nothing', 'an orphan'])('%s pending', (what) => {
    test.each(Object.entries(habits))('a host with %s is as it was', (_, habit) => {
      const folder = tempFolder()
      const home = newStateHome()
      const wrappers = what === 'nothing' ? { wrappers: [livingLine()] } : {}
      addSession(home, home.project, wrappers)
      const done = runHost(shell, {
        cwd: tempFolder(),
        env: { FLOW_HOME: home.path, HERE: folder },
        before: `${BEFORE}\n${habit}\n${LOOK} >"$HERE/before"`,
        after: `${LOOK} >"$HERE/after"\nmine\nexit 7`,
      })
      expect(done).toEqual({ code: 7, stdout: 'mine\nbye\n', stderr: '' })
      expect(home.asked() !== null).toBe(what !== 'nothing')
      const [before, after] = ['before', 'after'].map((name) =>
        readFileSync(join(folder, name), 'latin1').replace(RESTLESS, ''),
      )
      expect(before).toContain('FLOW_HOME=')
      expect(before).toContain("trap -- 'echo bye' EXIT")
      expect(before).toContain('<3><a  b><*><>')
      expect(after).toBe(before)
      expect(after).not.toContain('flow_')
    })
  })
}

export function nothingLeftTest(shell: readonly string[]): void {
  test('nothing of flow is left to be called', () => {
    const home = newStateHome()
    const text = readFileSync(join(home.hooksFolder, 'pending.sh'), 'utf8')
    const names = [...text.matchAll(/^(flow_\w+)\(\)/gm)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(5)
    const after = `for name in ${names.join(' ')}; do command -v "$name" || :; done`
    const done = runHost(shell, elsewhere(home, { after }))
    expect(done).toEqual({ code: 0, stdout: '', stderr: '' })
  })
}
