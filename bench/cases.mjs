import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commit, installTool, newRepository, run } from './installed.mjs'

/** What a session costs round an agent: the smallest that there is. */
export function agentCommand(installed) {
  const at = newRepository(installed, 'exec')
  run('node_modules/.bin/flow', ['init', '--yes'], at)
  commit(at)
  const spawning = "require('node:child_process').spawnSync('true')"
  return {
    title: 'A session round a command',
    sentence:
      'The whole of it: configuration, snapshot, locks, merge, launch, restore, archive, each step synced to the disk where a power cut would cost something.',
    repeat: 3,
    variants: [
      { ...at, name: 'node -e 0', argv: ['node', '-e', '0'] },
      { ...at, name: 'node, spawning true', argv: ['node', '-e', spawning] },
      {
        ...at,
        name: 'flow exec -- true',
        argv: ['node_modules/.bin/flow', 'exec', '--', 'true'],
        beside: ['node, spawning true', 'node -e 0'],
      },
    ],
  }
}

/** What each start of an agent waits for. */
export function hookSessionStart(installed) {
  const at = newRepository(installed, 'hook')
  const env = { ...at.env, FLOW_RUN_ID: 'bench', CLAUDE_PROJECT_DIR: at.cwd }
  return {
    title: 'The hook at the start of an agent',
    sentence:
      'The command as it is merged, started by a shell as Claude Code does it, in a project with a MEMORY.md of 4 KB.',
    repeat: 3,
    variants: [
      { ...at, env, name: 'sh -c "node -e 0"', argv: ['/bin/sh', '-c', 'node -e 0'] },
      {
        ...at,
        env,
        name: 'flow hook session-start',
        argv: ['/bin/sh', '-c', mergedCommand(at)],
        beside: ['sh -c "node -e 0"'],
      },
    ],
  }
}

/** What flow's line in a git hook costs when there is nothing to do. */
export function checkout(installed) {
  const argv = ['git', 'checkout', '-q', '-']
  const none = withBranches(newRepository(installed, 'none'))
  const husky = newRepository(installed, 'husky')
  run('node', ['node_modules/husky/bin.js'], husky)
  mkdirSync(join(husky.cwd, '.husky'), { recursive: true })
  writeFileSync(join(husky.cwd, '.husky/post-checkout'), '')
  const flow = newRepository(installed, 'flow')
  run('node_modules/.bin/flow', ['init', '--yes'], flow)
  for (const at of [husky, flow]) {
    commit(at)
    withBranches(at)
  }
  // A state home that was in use: a history, and nobody in a session.
  run('node_modules/.bin/flow', ['exec', '--', 'true'], flow)
  const simple = withBranches(withSimpleGitHooks(installed))
  const lefthook = withBranches(withLefthook(installed))
  return {
    title: 'git checkout with nothing to put back',
    sentence:
      'Between two branches of the same 200 files; each hook manager is the real one, with one hook that does nothing.',
    repeat: 10,
    variants: [
      { ...none, argv, name: 'no hook' },
      { ...simple, argv, name: 'an empty simple-git-hooks hook', beside: ['no hook'] },
      { ...lefthook, argv, name: 'an empty lefthook hook', beside: ['no hook'] },
      { ...husky, argv, name: 'an empty husky hook', beside: ['no hook'] },
      {
        ...flow,
        argv,
        name: "flow's line in the husky hook",
        beside: ['an empty husky hook', 'no hook'],
      },
    ],
  }
}

/** Its own hook file with `:` in it. */
function withSimpleGitHooks(installed) {
  const at = newRepository(installed, 'simple-git-hooks')
  const bin = installTool(installed, 'simple-git-hooks', '2.14.0')
  writeFileSync(join(at.cwd, '.simple-git-hooks.json'), '{ "post-checkout": ":" }\n')
  run(join(bin, 'simple-git-hooks'), [], at)
  commit(at)
  return at
}

/** Its own hook file, and a job that runs `:`. */
function withLefthook(installed) {
  const at = newRepository(installed, 'lefthook')
  const bin = installTool(installed, 'lefthook', '2.2.2')
  const env = { ...at.env, PATH: `${bin}:${at.env.PATH}` }
  writeFileSync(join(at.cwd, 'lefthook.yml'), 'post-checkout:\n  jobs:\n    - run: ":"\n')
  run(join(bin, 'lefthook'), ['install'], { ...at, env })
  commit({ ...at, env })
  return { ...at, env }
}

/** What git waits for when it reads the settings while a session is open. */
export function cleanFilter(installed) {
  const at = openSession(setUp(installed, 'filter'))
  const command = run('git', ['config', 'filter.flow.clean'], at).trim()
  const argvOf = (words) => ['/bin/sh', '-c', `${words} <.claude/settings.json`]
  return {
    title: 'The clean filter, in the common case',
    sentence: 'The command as git has it in its configuration, run by a shell as git does it.',
    repeat: 10,
    variants: [
      { ...at, argv: argvOf('cat'), name: 'cat' },
      {
        ...at,
        argv: argvOf(`{ ${command.replaceAll('%f', '.claude/settings.json')}; }`),
        name: "flow's clean filter",
        beside: ['cat'],
      },
    ],
    close: () => closeSession(at),
  }
}

/** What git does while a session is open, beside the same where flow never was. */
export function gitStatus(installed) {
  const argv = ['git', 'status', '--short']
  const edit = (at) => {
    const path = join(at.cwd, '.claude/settings.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('opus', 'haiku'))
    return at
  }
  const none = newRepository(installed, 'status')
  const edited = edit(newRepository(installed, 'status-edited'))
  const [open, openEdited] = ['status-open', 'status-open-edited'].map((name) =>
    openSession(setUp(installed, name)),
  )
  edit(openEdited)
  return {
    title: 'git status while a session is open',
    sentence:
      "In a repository of 200 files. For edited settings git asks its clean filter each time; flow's own compares with what it answered before.",
    repeat: 10,
    variants: [
      { ...none, argv, name: 'no flow' },
      { ...open, argv, name: 'a session is open', beside: ['no flow'] },
      { ...edited, argv, name: 'no flow, edited settings' },
      {
        ...openEdited,
        argv,
        name: 'a session is open, edited settings',
        beside: ['no flow, edited settings'],
      },
    ],
    close: () => Promise.all([open, openEdited].map(closeSession)),
  }
}

/** The same for a switch between branches. */
export function checkoutInSession(installed) {
  const argv = ['git', 'checkout', '-q', '-']
  const husky = newRepository(installed, 'switch-husky')
  run('node', ['node_modules/husky/bin.js'], husky)
  writeFileSync(join(husky.cwd, '.husky/post-checkout'), '')
  commit(husky)
  const same = setUp(installed, 'switch-same')
  const other = setUp(installed, 'switch-other')
  for (const at of [husky, same]) withBranches(at)
  run('git', ['checkout', '-q', '-b', 'other'], other)
  writeFileSync(join(other.cwd, '.claude/settings.json'), '{\n  "model": "haiku"\n}\n')
  commit(other)
  const open = [same, other].map(openSession)
  return {
    title: 'git checkout while a session is open',
    sentence: 'Between two branches of the same 200 files; husky in each case the real one.',
    repeat: 4,
    variants: [
      { ...husky, argv, name: 'no flow, an empty husky hook' },
      {
        ...open[0],
        argv,
        name: 'a session is open, the same settings',
        beside: ['no flow, an empty husky hook'],
      },
      {
        ...open[1],
        argv,
        name: 'a session is open, other settings: the hooks are put back',
        beside: ['no flow, an empty husky hook'],
      },
    ],
    close: () => Promise.all(open.map(closeSession)),
  }
}

export function setUp(installed, name) {
  const at = newRepository(installed, name)
  run('node_modules/.bin/flow', ['init', '--yes'], at)
  commit(at)
  return at
}

/** Returns when the session stands. */
export function openSession(at) {
  const argv = ['exec', '--', 'cat']
  const session = spawn('node_modules/.bin/flow', argv, {
    ...at,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const settings = join(at.cwd, '.claude/settings.json')
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let waits = 0; !readFileSync(settings, 'utf8').includes('flowSession'); waits += 1) {
    if (waits > 1000) throw new Error(`no session opens in ${at.cwd}`)
    Atomics.wait(pause, 0, 0, 20)
  }
  return { ...at, session }
}

/** Resolves when it is over. */
export function closeSession({ session }) {
  session.stdin.end()
  return once(session, 'exit')
}

function withBranches(at) {
  run('git', ['checkout', '-q', '-b', 'other'], at)
  run('git', ['checkout', '-q', '-'], at)
  return at
}

function mergedCommand(at) {
  const printing = ['exec', '--', 'cat', '.claude/settings.json']
  const settings = JSON.parse(run('node_modules/.bin/flow', printing, at))
  return settings.hooks.SessionStart[0].hooks[0].command
}
