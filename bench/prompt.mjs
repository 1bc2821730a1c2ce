import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeSession, openSession, setUp } from './cases.mjs'
import { run } from './installed.mjs'

const LOOPS = 500

/** How each shell calls a function LOOPS times, as a prompt would, after flow's first look. */
const SHELLS = {
  bash: {
    argv: ['bash', '--norc', '--noprofile', '-ic'],
    loop: (name) =>
      `nothing() { :; }; _flow_prompt; flow_left=99999; for ((i = 0; i < ${LOOPS}; i++)); do ${name}; done; :`,
  },
  zsh: {
    argv: ['zsh', '-f', '-ic'],
    loop: (name) =>
      `nothing() { :; }; _flow_prompt; flow_left=99999; for ((i = 0; i < ${LOOPS}; i++)); do ${name}; done; :`,
  },
  fish: {
    argv: ['fish', '-N', '-ic'],
    loop: (name) =>
      `function nothing; end; _flow_prompt; set -q _flow_memory[1]; and set _flow_memory[1] 99999; for i in (seq ${LOOPS}); ${name}; end; true`,
  },
}

/** What flow costs at each prompt of a shell, beyond a call of an empty function. */
export async function prompt(installed) {
  const states = {
    'nothing pending, a history': setUp(installed, 'prompt-nothing'),
    'a live session': openSession(setUp(installed, 'prompt-live')),
    'an orphan that cannot be mended': await orphan(installed, 'prompt-stuck'),
    'an orphan whose project is gone': await orphan(installed, 'prompt-gone'),
  }
  const [nothing, live, stuck, gone] = Object.values(states)
  run('node_modules/.bin/flow', ['exec', '--', 'true'], nothing)
  spoil(stuck)
  const shells = Object.keys(SHELLS).filter((name) => spawnSync(name, ['-c', 'exit']).status === 0)
  const variants = shells.flatMap((shell) => {
    const { argv, loop } = SHELLS[shell]
    return Object.entries(states).flatMap(([state, at]) => {
      const line = run('node_modules/.bin/flow', ['shell', shell], at)
      const name = `${shell}: ${state}`
      const above = `${name}, an empty function`
      const variant = (word) => ({ ...at, argv: [...argv, `${line}${loop(word)}`] })
      return [
        { ...variant('nothing'), name: above, hidden: true },
        { ...variant('_flow_prompt'), name, above, loops: LOOPS },
      ]
    })
  })
  renameSync(gone.cwd, `${gone.cwd}-moved`)
  for (const variant of variants) if (variant.cwd === gone.cwd) variant.cwd = nothing.cwd
  return {
    title: 'A prompt',
    sentence: `What flow's function takes at each prompt, without starting a process: ${LOOPS} calls in a row, less the same of an empty function.`,
    repeat: 1,
    digits: 3,
    variants,
    close: () => closeSession(live),
  }
}

/** A session whose processes were killed. */
async function orphan(installed, name) {
  const at = openSession(setUp(installed, name))
  const ended = once(at.session, 'exit')
  at.session.kill('SIGKILL')
  // Its `cat` comes to the end of its input.
  at.session.stdin.end()
  await ended
  return at
}

/** What was backed up is gone, and what stands there cannot be read: only a person can decide. */
function spoil({ cwd, env }) {
  const snapshots = join(env.FLOW_HOME, 'snapshots')
  for (const name of readdirSync(snapshots, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('settings.json')) rmSync(join(snapshots, name))
  }
  writeFileSync(join(cwd, '.claude/settings.json'), '{ torn')
}
