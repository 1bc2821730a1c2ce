/** A team sets flow up, an agent works, two are killed, and a checkout restores: each claim is seen there and then. */
import { dirname, join } from 'node:path'
import type { ProcessPromise } from 'zx/core'
import { FlowError } from '../../errors.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import type { Ports } from '../../ports/ports.ts'
import { fillScratch, makeScratch, removeScratch } from '../../ports/scratch.ts'
import { openShell, type Shell, says } from '../../ports/shell.ts'
import { shellWord } from '../../shell-word.ts'
import type { Teller } from './page.ts'

const OWN_WORDS = 'my own hook'
const TEAM_WORDS = 'test before you commit'
const MEMORY = 'We release on Thursdays.'
const LOG = 'The login test fails on slow machines: raise its timeout.'
/** Of every agent: one that is told apart from everything that could go wrong. */
const EXIT_CODE = 3
const LIMIT_MS = 120_000

/** A person's: tabs, odd blanks, a hook of their own, no newline at the end. */
const SETTINGS = [
  '{',
  '\t"permissions": {"deny": ["WebFetch"]},',
  '\t"hooks" : { "SessionStart": [',
  `\t\t{"hooks": [ {"type": "command", "command": "echo ${OWN_WORDS}"} ]}]}`,
  '}',
].join('\n')

/** A copy of it in the home. */
const ORIGINAL = 'settings.original'

const TEAM_HOOK = `hooks:
  SessionStart:
    - hooks: [{ type: command, command: echo ${TEAM_WORDS} }]`

// Without gc, which would go on in the background.
const GIT_CONFIGURATION = `[user]
	name = Demo
	email = demo@example.invalid
[init]
	defaultBranch = main
[gc]
	auto = 0
`

export interface Scene {
  readonly ports: Ports
  /** Absolute; the HOME of everything that is run, and all that the story writes to. */
  readonly home: string
  /** The repository: `<home>/team`. */
  readonly team: string
  /** Runs in the repository. */
  readonly shell: Shell
}

/**
 * Makes the directory and what a team and a person have in it before flow comes. Everything that runs there has that
 * directory for its home, and of the variables round us it gets PATH and TZ alone.
 * @throws FlowError E_DEMO_NEEDS, E_SCRATCH: nothing is left behind
 */
export function setScene(ports: Ports, packageFolder: string): Scene {
  const { nodePath, variables } = ports.environment
  // npm lies beside node; a version manager's stand-in for it would look for its files in HOME.
  const path = [dirname(nodePath), variables.PATH ?? '/usr/bin:/bin'].join(':')
  for (const name of ['git', 'npm']) {
    if (findExecutable(name, '/', path) === null) throw missing(name)
  }
  const home = makeScratch('flow-demo')
  try {
    fillScratch(home, filesOf(ports, packageFolder))
  } catch (error) {
    removeScratch(home)
    throw error
  }
  const team = join(home, 'team')
  const env = {
    HOME: home,
    FLOW_HOME: join(home, '.sylphx-flow'),
    TMPDIR: join(home, 'tmp'),
    PATH: `${join(home, 'bin')}:${path}`,
    ...(variables.TZ !== undefined && { TZ: variables.TZ }),
    STAND_IN_EXIT: `${EXIT_CODE}`,
    LC_ALL: 'C',
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    npm_config_globalconfig: join(home, 'npmrc'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  return { ports, home, team, shell: openShell(team, env, LIMIT_MS) }
}

function filesOf(ports: Ports, packageFolder: string) {
  const agent = join(packageFolder, 'templates/stand-in-agent.mjs')
  const command = [ports.environment.nodePath, agent].map(shellWord).join(' ')
  const now = ports.clock.now()
  // `2026-01-31`, by the local calendar, as daily logs are named.
  const day = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
  return {
    '.gitconfig': GIT_CONFIGURATION,
    'bin/claude': { program: `#!/bin/sh\nexec ${command} "$@"\n` },
    'tmp/.keep': '',
    // Out of everybody's way.
    [ORIGINAL]: SETTINGS,
    'team/package.json': '{\n  "name": "team",\n  "private": true\n}\n',
    'team/.gitignore': 'node_modules\n',
    'team/.claude/settings.json': SETTINGS,
    'team/MEMORY.md': `${MEMORY}\n`,
    [`team/memory/${day}.md`]: `${LOG}\n`,
    // As after `npm install --save-dev flow-agent`.
    'team/node_modules/flow-agent': { link: packageFolder },
    'team/node_modules/.bin/flow': { link: '../flow-agent/dist/cli.cjs' },
  }
}

/** @throws StoryEnds after a step with a claim that did not hold */
export async function tellStory(scene: Scene, { step, show, claim }: Teller): Promise<void> {
  const { ports, home, team } = scene
  const { run } = scene.shell
  const settings = () => ports.fs.readFile(join(team, '.claude/settings.json')).toString('utf8')
  /** Runs a line, and shows what it says, or the lines of it that tell something. */
  const see = async (line: ProcessPromise, isTelling = /^/) => {
    const { stdall, exitCode } = await line
    show(line.cmd, linesOf(stdall, isTelling), exitCode)
    return { said: stdall, exitCode }
  }
  const startAgent = async (name: string, prompt: string) => {
    const words = ['-p', prompt, '--until', join(home, `end-${name}`)]
    const line = run`npm run agent -- ${words}`
    const said = await says(line, 'agent: at work')
    const [, pid, flowPid] = /^agent: process (\d+), started by (\d+)$/m.exec(said) ?? []
    return { line, said, words, pids: [Number(flowPid), Number(pid)] }
  }
  const isRunning = (pid: number) => ports.processes.look(pid).kind === 'running'
  const kill = async ({ line, pids }: Awaited<ReturnType<typeof startAgent>>) => {
    await see(run`kill -9 ${pids.map(String)}`)
    await line
    // The agent is no child of ours: nobody reports its end.
    await run`while kill -0 ${`${pids[1]}`} 2>/dev/null; do sleep 0.01; done`
  }
  const claimRestored = async () => {
    await see(run`cmp .claude/settings.json ${join(home, ORIGINAL)} && echo the same bytes`)
    const changed = await see(run`git status --short`)
    const status = await see(run`npx flow status`)
    claim('the settings are back, byte for byte', settings() === SETTINGS, settings())
    claim('git sees no change', changed.exitCode === 0 && changed.said === '', changed.said)
    claim('no session is open', status.said.startsWith('no session is open'), status.said)
  }

  await step(
    "A team's repository, and the settings of one person in it",
    'Look at their hook, the tabs and odd blanks, and the end, which has no newline.',
    async () => {
      const made = await run`git init --quiet && git add . && git commit --quiet -m 'Start'`
      await see(run`cat .claude/settings.json`)
      // Origin, NUL, key, NUL; without -z git would quote odd paths.
      const listed = await run`git config --list --show-origin --name-only -z`
      const origins = listed.stdall
        .split('\0')
        .filter((_, at, all) => at % 2 === 0 && at < all.length - 1)
      const areOwn = origins.every(
        (one) => /^file:\.git\//.test(one) || one.startsWith(`file:${home}/`),
      )
      const { stdall: agent } = await run`command -v claude`
      claim('the first commit is made', made.exitCode === 0, made.stdall)
      claim(
        "git reads no configuration but this directory's",
        origins.length > 0 && areOwn,
        origins.join('\n'),
      )
      claim(
        '`claude` is the stand-in agent here, and no other',
        agent === `${join(home, 'bin/claude')}\n`,
        agent,
      )
    },
  )

  await step(
    '`flow init` sets the repository up, and the team adds a hook of its own',
    'Look at what is changed and why, how to undo it, and the hook in .flowrc.',
    async () => {
      const init = await see(run`npx flow init --yes`)
      const again = await see(run`npx flow init --yes`)
      await run`printf '\n%s\n' ${TEAM_HOOK} >> .flowrc`
      await see(run`grep -A 2 '^hooks:' .flowrc`)
      const { stdall: hooksPath } = await run`git config core.hooksPath`
      const committed = await run`git add . && git commit --quiet -m 'Set flow up' &&
        git checkout --quiet -b feature && echo draft > draft.txt &&
        git add . && git commit --quiet -m 'Draft' && git checkout --quiet -`
      claim(
        'git runs the hooks in .husky from now on',
        hooksPath === '.husky/_\n',
        init.said + hooksPath,
      )
      claim(
        'a second `flow init` finds nothing to change',
        again.said.includes('nothing to change'),
        again.said,
      )
      claim("the person's settings are as they were", settings() === SETTINGS, settings())
      claim(
        'all of it is committed, and there is a second branch, feature',
        committed.exitCode === 0,
        committed.stdall,
      )
    },
  )

  const agent = await step(
    'An agent starts: `npm run agent`',
    'Look at the commands that flow adds to the settings, and at what the hooks tell the agent.',
    async () => {
      const started = await startAgent('one', 'fix "it" for $5')
      const { line, said, words } = started
      await see(run`grep -E '"(command|flowSession)":' .claude/settings.json`)
      show(line.cmd, linesOf(said, /^agent: (?!.*said: *$)/))
      const merged = settings()
      claim(
        'the agent got its words as they were typed',
        said.includes(`with ${JSON.stringify(words)}\n`),
        said,
      )
      claim("the person's own hook ran", said.includes(`hook said: ${OWN_WORDS}\n`), said)
      claim("the team's hook ran", said.includes(`hook said: ${TEAM_WORDS}\n`), said)
      const isTold = [MEMORY, LOG].every((text) => said.includes(`hook said: ${text}\n`))
      claim("flow's hook told the agent the team's memory and today's log", isTold, said)
      const isKept = merged !== SETTINGS && isWithin(SETTINGS, merged)
      claim("flow only added: every byte of the person's is there, in its order", isKept, merged)
      return started
    },
  )

  await step(
    'The agent ends',
    'Look at its exit code, and at what is left of flow in the settings: nothing.',
    async () => {
      await run`touch ${agent.words.at(-1) ?? ''}`
      const { said, exitCode } = await see(agent.line, /^agent: done$/)
      await claimRestored()
      claim(
        `${EXIT_CODE}, the agent's exit code, came through flow and npm`,
        exitCode === EXIT_CODE,
        said,
      )
    },
  )

  const { first, second, merged } = await step(
    'Two agents at once',
    'Look at who is in the session.',
    async () => {
      const first = await startAgent('first', 'write the tests')
      const merged = settings()
      const second = await startAgent('second', 'write the docs')
      show(second.line.cmd, linesOf(second.said, RegExp(` started |${MEMORY}`)))
      const { said } = await see(run`npx flow status`, /^ {2}(session|in it) /)
      const isJoined = [first, second].every(({ pids }) => said.includes(` pid ${pids[0]},`))
      const isOne = said.match(/^ {2}session /gm)?.length === 1
      claim('the second one joined the session of the first', isOne && isJoined, said)
      claim('it found the hooks there, and added none', settings() === merged, settings())
      claim('it was told the memory as well', second.said.includes(MEMORY), second.said)
      return { first, second, merged }
    },
  )

  await step(
    '`kill -9` for the first agent and its flow: neither of them can clean up',
    'Look at the second one, which goes on and needs the settings as they are.',
    async () => {
      await kill(first)
      // With what is folded below the line.
      const { said } = await see(run`npx flow status`, /^ {2}in it | {12}[a-z]/)
      await see(run`grep -c flowSession .claude/settings.json`)
      claim('the first agent and its flow are dead', !first.pids.some(isRunning), said)
      claim('the second agent and its flow live', second.pids.every(isRunning), said)
      claim('the settings are still merged, to the byte', settings() === merged, settings())
    },
  )

  await step(
    '`kill -9` for the second agent and its flow: nobody is left',
    'Look at what to type, with flow and without it.',
    async () => {
      await kill(second)
      const { said } = await see(run`npx flow status`, /^ {2}(orphaned|by hand) /)
      await see(run`grep -c flowSession .claude/settings.json`)
      const isOrphaned = settings() === merged && said.includes('\n  orphaned ')
      claim('the second agent and its flow are dead', !second.pids.some(isRunning), said)
      claim(
        "flow's hooks are still in the settings, and nobody is alive",
        isOrphaned,
        said + settings(),
      )
    },
  )

  await step(
    "`git checkout`: husky runs flow's line in .husky/post-checkout",
    'Look at what flow says: a checkout is all that it takes.',
    async () => {
      const { said } = await see(run`git checkout feature`)
      await claimRestored()
      const { stdall: branch } = await run`git symbolic-ref --short HEAD`
      claim('git switched to the other branch', branch === 'feature\n', said)
    },
  )
}

function linesOf(said: string, isTelling: RegExp): string {
  const lines = said.replace(/\n$/, '').split('\n')
  return lines.filter((line) => isTelling.test(line)).join('\n')
}

/** True when `whole` is `part` with something put in between. */
function isWithin(part: string, whole: string): boolean {
  let at = 0
  for (const unit of whole) if (unit === part[at]) at += unit.length
  return at === part.length
}

function missing(name: string): FlowError {
  return new FlowError({
    code: 'E_DEMO_NEEDS',
    what: `the demo needs ${name}`,
    why: `there is no program \`${name}\` on PATH`,
    kept: 'nothing was changed',
    next: `install ${name}, then run \`flow demo\` again`,
  })
}
