/** The shells that a person has made their own: options, other prompts, what is there already. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what looks like a template is shell
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { inEveryPrompt, installSnippet, sitDown } from './prompt-shells.ts'
import { addKilled, addOrphan, newStateHome, question } from './state-home.ts'

/** What stands in the rc file before flow's line, and what a later line of the person's tells of it. */
const HABITS = {
  bash: {
    look: '{ set +o; shopt -p; trap -p; declare -p IFS GLOBIGNORE; pwd; } >|"$OUT" 2>&1 || :',
    lines: [
      'set -u',
      'set -e',
      'set -eu; shopt -s failglob',
      'set -uC',
      'set -C; export SHELLOPTS',
      'set -f; set -C; set -a',
      'set -o posix',
      'shopt -s failglob dotglob nocasematch',
      'shopt -s nullglob extglob; set -uf',
      'IFS=":/-.0123456789abcdef"',
      "IFS=''",
      'unset IFS; shopt -u extglob',
      "trap 'echo caught' ERR; set -E",
      'readonly at line rest folder status words home',
      'alias read=false kill=false local=false; unalias local',
      'printf() { echo stolen; }; kill() { echo stolen; }',
    ],
  },
  zsh: {
    look: '{ setopt; print -r -- "$IFS"; trap; } >|"$OUT" 2>&1 || :',
    lines: [
      'setopt no_unset',
      'setopt err_exit',
      'setopt no_unset err_exit no_clobber',
      'setopt err_return',
      'setopt ksh_arrays sh_word_split glob_subst ksh_glob sh_glob',
      'setopt null_glob no_clobber all_export',
      'setopt csh_null_glob no_case_glob no_case_match',
      'setopt no_glob no_multios csh_junkie_quotes',
      'setopt ignore_braces ignore_close_braces rc_quotes',
      'setopt warn_create_global warn_nested_var',
      'emulate sh',
      'emulate ksh',
      'IFS=":/-.0123456789abcdef"',
      'TRAPZERR() { echo caught; }',
      'readonly at line rest folder words home',
      'alias -g N=nothing; alias read=false',
    ],
  },
  fish: { look: 'set --show IFS >"$OUT"; pwd >>"$OUT"', lines: ["set -g IFS ''", 'set -g at 1'] },
}

inEveryPrompt((shell) => {
  describe('a person’s own settings', () => {
    const { look, lines } = HABITS[shell.name]
    test.each(lines)('%s', async (habit) => {
      const home = newStateHome()
      addKilled(home)
      const cwd = tempFolder()
      const rc = `${habit}\n${installSnippet(shell, home)}`
      const seat = await sitDown(shell, { rc, cwd })
      expect(home.asked()).toBe(question(home, 'prompt'))
      const looked = await seat.out(look)
      // A state home in which no pattern matches.
      await seat.run(shell.set('FLOW_HOME', newStateHome().path))
      const control = await sitDown(shell, { rc: habit, cwd })
      expect(looked).toBe(await control.out(look))
      expect(withoutCodes(seat.shown())).not.toMatch(
        /_flow|stolen|caught|no match|error|unbound|not set|\/proc|: (line|command|parse)/,
      )
    })
  })

  test('statuses are what they were, with something pending and without', async () => {
    const home = newStateHome()
    const seat = await sitDown(shell, { rc: installSnippet(shell, home) })
    const pipe = { bash: '${PIPESTATUS[*]}', zsh: '$pipestatus', fish: '$pipestatus' }[shell.name]
    const exits = ['sh -c "exit 3"', 'sh -c "exit 4"', 'sh -c "exit 5"'].join(' | ')
    for (const prepare of [() => undefined, () => addOrphan(home)]) {
      prepare()
      expect(await seat.run('sh -c "exit 7"')).toBe('7')
      await seat.run(exits)
      expect(await seat.out(`echo "${pipe}" >"$OUT"`)).toBe('3 4 5\n')
    }
    expect(home.asked()).toBe(question(home, 'prompt'))
  })

  test('a job in the background keeps its number, and no job is announced', async () => {
    const home = newStateHome()
    const seat = await sitDown(shell, { rc: installSnippet(shell, home) })
    const bang = shell.name === 'fish' ? '$last_pid' : '$!'
    const first = await seat.out(`sleep 600 & echo ${bang} >"$OUT"`)
    process.kill(Number(first), 0)
    addOrphan(home)
    await seat.run('true')
    expect(home.asked()).toBe(question(home, 'prompt'))
    expect(await seat.out(`echo ${bang} >"$OUT"`)).toBe(first)
    expect(await seat.out('jobs >"$OUT"; true')).toMatch(/^[^\n]*sleep[^\n]*\n$/)
    process.kill(Number(first), 'SIGKILL')
  })

  test('installed twice, it asks as often as once', async () => {
    const home = newStateHome()
    addOrphan(home)
    const line = installSnippet(shell, home)
    const seat = await sitDown(shell, { rc: `${line}\n${line}` })
    expect(home.asked()).toBe(question(home, 'prompt'))
    const hooks = {
      bash: 'printf "%s\\n" "${PROMPT_COMMAND[@]}"',
      zsh: 'print -l $precmd_functions $chpwd_functions',
      fish: 'functions --handlers',
    }[shell.name]
    const listed = await seat.out(`${hooks} >"$OUT"`)
    expect(listed.match(/_flow/g)).toHaveLength(shell.name === 'bash' ? 1 : 2)
  })

  test('a shell that is not for typing does nothing', () => {
    const home = newStateHome()
    addOrphan(home)
    const rc = installSnippet(shell, home)
    const probe = shell.name === 'fish' ? 'functions -q _flow_prompt' : 'typeset -f _flow_prompt'
    for (const [flag, code] of [
      ['-c', 1],
      ['-ic', 0],
    ] as const) {
      const bare = { bash: ['--norc'], zsh: ['-f'], fish: ['-N'] }[shell.name]
      const words = [...bare, flag, `${rc}\n${probe}`]
      const env = { ...process.env, TERM: 'dumb' }
      const done = spawnSync(shell.path, words, { env, encoding: 'utf8', input: '' })
      expect(done.status, flag).toBe(code)
      expect(home.asked()).toBe(null)
    }
  })

  const hasDirenv = spawnSync('direnv', ['version']).status === 0
  test.skipIf(!hasDirenv).each(['before', 'behind'])('beside direnv, %s it', async (place) => {
    const home = newStateHome()
    const project = tempFolder()
    writeFileSync(join(project, '.envrc'), 'export FROM_ENVRC=yes\n')
    const config = tempFolder()
    const env = { XDG_DATA_HOME: config, XDG_CONFIG_HOME: config }
    execFileSync('direnv', ['allow', project], { env: { ...process.env, ...env } })
    const hook = execFileSync('direnv', ['hook', shell.name], { encoding: 'utf8' })
    const line = installSnippet(shell, home)
    const rc = place === 'before' ? `${line}\n${hook}` : `${hook}\n${line}`
    // fish keeps its own files where XDG says.
    const vars = shell.name === 'fish' ? '' : `export XDG_DATA_HOME=${config}\n`
    const data = shell.name === 'fish' ? `set -gx XDG_DATA_HOME ${config}\n` : vars
    const seat = await sitDown(shell, { rc: `${data}${rc}` })
    addOrphan(home)
    expect(await seat.run(`cd ${project}; false`)).toBe('1')
    expect(home.asked()).toBe(question(home, 'prompt'))
    expect(await seat.out('echo $FROM_ENVRC >"$OUT"')).toBe('yes\n')
  })
})

inEveryPrompt(
  (shell) => {
    test('a trap on errors hears of each error once, and set -e of none that is not', async () => {
      const line = installSnippet(shell, newStateHome())
      const seat = await sitDown(shell, { rc: `trap 'echo heard >>"$OUT"' ERR\n${line}` })
      expect(await seat.run('false')).toBe('1')
      expect(await seat.out('true')).toBe('heard\n')
      expect(await seat.run('set -e; ! true')).toBe('1')
      expect(await seat.run('true')).toBe('0')
    })

    describe('what PROMPT_COMMAND was before', () => {
      test.each([
        'unset PROMPT_COMMAND',
        "PROMPT_COMMAND=''",
        'PROMPT_COMMAND=mine',
        "PROMPT_COMMAND='mine; '",
        "PROMPT_COMMAND='mine;'",
        "PROMPT_COMMAND=$'mine\\n'",
        "PROMPT_COMMAND=' ; mine' ; PROMPT_COMMAND=${PROMPT_COMMAND# ;}",
        "PROMPT_COMMAND='mine # and no more'",
        'export PROMPT_COMMAND=mine',
        'PROMPT_COMMAND=(mine other)',
        "PROMPT_COMMAND=('mine; ' 'other # x')",
        'PROMPT_COMMAND=(mine)',
        'PROMPT_COMMAND=()',
        'declare -a PROMPT_COMMAND=([3]=mine [7]=other)',
      ])('%s', async (setting) => {
        const home = newStateHome()
        addOrphan(home)
        const line = installSnippet(shell, home)
        const own =
          'mine() { local s=$?; echo "$s ${PIPESTATUS[*]}" >>"$OUT"; return $s; }; other() { :; }'
        const seat = await sitDown(shell, { rc: `${own}\n${setting}\n${line}\nset -u\n${line}` })
        expect(home.asked()).toBe(question(home, 'prompt'))
        await seat.run('sh -c "exit 7"')
        const command = await seat.out('printf "%s\\n" "${PROMPT_COMMAND[@]}" >|"$OUT"')
        expect(command.match(/_flow_name/g)).toHaveLength(1)
        if (!setting.includes('mine')) return
        expect(command).toContain('mine')
        await seat.run('sh -c "exit 7"')
        expect(readFileSync(join(seat.folder, 'out'), 'utf8')).toContain('\n7 ')
        expect(withoutCodes(seat.shown())).not.toMatch(/flow|syntax|not found/)
      })
    })

    test('a timer by a DEBUG trap is not started by flow', async () => {
      const line = installSnippet(shell, newStateHome())
      const timer = `start() { [[ -n $first ]] || first=$BASH_COMMAND; }; stop() { first=''; }
      trap start DEBUG; PROMPT_COMMAND=stop`
      const seat = await sitDown(shell, { rc: `${timer}\n${line}` })
      expect(await seat.out('echo "$first" >"$OUT"')).toBe('_note\n')
    })

    test('a prompt tool that calls what was there before from its own function', async () => {
      const tool = `tool() { found=$? pipe="\${PIPESTATUS[*]}"; (exit $found); eval "$before"; }
      before=$PROMPT_COMMAND; PROMPT_COMMAND=tool`
      const home = newStateHome()
      const line = installSnippet(shell, home)
      for (const rc of [`${line}\n${tool}`, `${tool}\n${line}`]) {
        const seat = await sitDown(shell, { rc })
        addOrphan(home)
        await seat.run('sh -c "exit 7"')
        expect(home.asked()).toContain(question(home, 'prompt'))
        expect(await seat.out('echo "$found $pipe" >"$OUT"')).toBe('7 7\n')
      }
    })

    test('an exported PROMPT_COMMAND does no harm in a shell without the rc file', async () => {
      const home = newStateHome()
      const rc = `${installSnippet(shell, home)}\nexport PROMPT_COMMAND`
      const seat = await sitDown(shell, { rc })
      const inner = `${shell.path} --norc --noprofile -i`
      const words = await seat.out(`echo 'echo fine' | ${inner} >"$OUT" 2>&1`)
      expect(words).toContain('fine')
      expect(words).not.toContain('flow')
      writeFileSync(join(seat.folder, 'inner'), rc)
      const again = `${shell.path} --noprofile --rcfile "$HOME/inner" -i`
      const command = '\'printf "%s\\n" "$PROMPT_COMMAND" >"$OUT"\''
      const inherited = await seat.out(`echo ${command} | ${again} >/dev/null 2>&1`)
      expect(inherited.match(/_flow_name/g)).toHaveLength(1)
    })
  },
  ['bash'],
)

/** The text without what moves the cursor or sets a colour. */
function withoutCodes(shown: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are
  return shown.replace(/\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|\(B)/g, '')
}
