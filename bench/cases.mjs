import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSession, run } from './run.mjs'

const PROMPTS = 500

/** How each shell starts, checks that flow's line took effect, and does what it does at a prompt. */
const SHELLS = {
  bash: {
    argv: ['bash', '--norc', '--noprofile', '-ic'],
    check: '[[ $PROMPT_COMMAND ]] || exit',
    loop: `for ((n = 0; n < ${PROMPTS}; n++)); do
      for hook in "\${PROMPT_COMMAND[@]}"; do eval "$hook"; done; done`,
  },
  zsh: {
    argv: ['zsh', '-f', '-ic'],
    check: '(($#precmd_functions)) || exit',
    loop: `for ((n = 0; n < ${PROMPTS}; n++)); do for hook in $precmd_functions; do $hook; done; done`,
  },
  fish: {
    argv: ['fish', '-N', '-ic'],
    check: `string match -q '*fish_prompt*' (functions --handlers); or exit`,
    loop: `for n in (seq ${PROMPTS}); emit fish_prompt; end`,
  },
}

const SPAWN_DATE = `require('node:child_process').spawnSync('date', ['+%s%N'], { stdio: 'inherit' })`
const sh = (script) => ['/bin/sh', '-c', script]

/**
 * `argv` is the command in the fixture of a build, `floor` the one in the fixture without flow, by
 * default the same. A sample is `repeat` runs in a row. `open`: while a session is open.
 */
const CASES = [
  {
    name: 'flow exec -- date',
    runsNode: true,
    argv: ({ flow }) => [flow, 'exec', '--', 'date', '+%s%N'],
    floor: () => ['node', '-e', SPAWN_DATE],
    figures: execFigures,
  },
  {
    name: 'flow hook session-start',
    runsNode: true,
    open: true,
    repeat: 3,
    argv: sessionStart,
    floor: () => sh('node -e 0'),
  },
  {
    name: 'git checkout, there and back',
    repeat: 5,
    argv: () => sh('git checkout -q other && git checkout -q main'),
  },
  { name: 'git status in a session', open: true, repeat: 10, argv: () => ['git', 'status', '-s'] },
  {
    name: 'git add in a session',
    open: true,
    repeat: 5,
    argv: () => sh('touch .claude/settings.json && git add .claude/settings.json'),
  },
  ...Object.keys(SHELLS).flatMap((shell) => {
    const argv = (fixture) => prompts(fixture, shell)
    const prompt = { shell, argv, floor: () => undefined, figures: promptFigures }
    return [
      { name: `${shell} prompt, nothing pending`, ...prompt },
      { name: `${shell} prompt, a live session`, ...prompt, open: true },
    ]
  }),
]

/**
 * Measures each build's fixture and the one without flow, `{ floor, old?, new }`, in turns.
 * @param scope `node`: only where Node runs
 * @returns rows `{ node, name, samples, cpu? }`: the milliseconds of each round, on the clock and of CPU
 *   time, `{ floor?, old?, new }`; `samples` is absent where the shell is not installed
 */
export async function measureCases(fixtures, { pairs, scope }) {
  const rows = []
  for (const one of CASES.filter(({ runsNode }) => runsNode || scope === 'everything')) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${one.name}\r`)
    const sessions = []
    try {
      for (const fixture of Object.values(fixtures).filter(({ flow }) => one.open && flow)) {
        sessions.push(await openSession(fixture))
        fixture.agentEnv = sessions.at(-1).agentEnv
      }
      rows.push(...(await measure(one, fixtures, pairs)))
    } finally {
      for (const { close } of sessions) await close()
    }
  }
  return rows
}

async function measure(one, fixtures, pairs) {
  const { name, shell, argv, floor = argv, repeat = 1, figures = wallFigure } = one
  const node = one.runsNode ? fixtures.floor.node.version : ''
  const absent = shell && (await run(shell, ['-c', 'exit']).catch(() => 'absent'))
  if (absent) return [{ node, name }]
  const commands = []
  for (const [build, fixture] of Object.entries(fixtures)) {
    const words = await (fixture.flow ? argv : floor)(fixture)
    if (words) commands.push({ build, argv: words, fixture, repeat })
  }
  const floors = commands.filter(({ build }) => build === 'floor')
  const builds = commands.filter(({ build }) => build !== 'floor')
  const rows = new Map()
  for (let round = -1; round <= pairs; round += 1) {
    // In each round the other build comes first, so that whatever else the machine does falls on both.
    const turns = round % 2 === 0 ? [...floors, ...builds] : [...floors, ...builds.toReversed()]
    for (const command of turns) {
      for (const [figure, value] of Object.entries(figures(await time(command)))) {
        if (!rows.has(figure)) rows.set(figure, {})
        const samples = rows.get(figure)
        // Two rounds warm up: the compiled code that flow keeps is whole after its second run.
        if (round < 1) samples[command.build] = []
        else samples[command.build].push(value)
      }
    }
  }
  // The CPU time has a row of its own, or else a column in the only row.
  const { '': wall, ...others } = Object.fromEntries(rows)
  if (wall) return [{ node, name, samples: wall, cpu: others.CPU }]
  return Object.entries(others).map(([figure, samples]) => ({
    node,
    name: `${name}: ${figure}`,
    samples,
  }))
}

// Node does not know the CPU time of a child; bash's `time` adds up the user and system time of the
// command and of all processes that were waited for.
const TIME = `TIMEFORMAT='%U %S' n=$1 before=$EPOCHREALTIME
shift
exec 3>&2 2>&1
time for ((i = 0; i < n; i++)); do "$@" </dev/null 2>&3 || exit; done
echo "$before $EPOCHREALTIME"`

/** Milliseconds: the clock before and after, and the CPU time of one of the `repeat` runs. */
async function time({ argv, fixture: { cwd, env }, repeat }) {
  const printed = await run('bash', ['-c', TIME, 'bash', String(repeat), ...argv], { cwd, env })
  const words = printed.split(/\s+/)
  const [user, system, before, after] = words.slice(-4).map((seconds) => seconds * 1000)
  const dates = words.slice(0, 2).map((nanoseconds) => nanoseconds / 1e6)
  return { before, after, wall: (after - before) / repeat, CPU: (user + system) / repeat, dates }
}

function wallFigure({ wall, CPU }) {
  return { '': wall, CPU }
}

/**
 * The agent is `date`, which prints the clock that bash reads before and after. Start: bash forks, Node
 * and flow start, the session is acquired, `date` is loaded. Exit: `date` ends, the session is released,
 * flow ends. bash and `date` take less than 2 ms of it, in each build the same.
 */
function execFigures({ before, after, wall, CPU, dates: [agent] }) {
  return { start: agent - before, exit: after - agent, wall, CPU }
}

/** The shell printed the time before and after the loop, so that its own start does not count. */
function promptFigures({ dates: [before, after] }) {
  return { '': (after - before) / PROMPTS }
}

async function prompts({ flow, cwd, env }, shell) {
  const { argv, check, loop } = SHELLS[shell]
  const line = await run(flow, ['shell', shell], { cwd, env })
  return [...argv, [line, check, 'date +%s%N', loop, 'date +%s%N'].join('\n')]
}

/** The command as it is merged, run by a shell in the agent's environment, as Claude Code does it. */
async function sessionStart({ cwd, agentEnv }) {
  const settings = JSON.parse(await readFile(join(cwd, '.claude/settings.json'), 'utf8'))
  const hooks = settings.hooks.SessionStart.flatMap((group) => group.hooks)
  const { command } = hooks.find((hook) => hook.command.includes('hook session-start'))
  return sh(`export FLOW_RUN_ID=${agentEnv.FLOW_RUN_ID} CLAUDE_PROJECT_DIR="$PWD"; ${command}`)
}
