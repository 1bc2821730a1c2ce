/** A team's repository with each package manager: the real ones, the packed flow, real git. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { hookLine, scriptWord } from '../../src/git/hook-line.ts'
import { told } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { begin, type Ended, isOver, run } from '../helpers/running.ts'
import {
  backupRefs,
  git,
  MARK,
  MEMORY,
  put,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { tool } from '../helpers/tools.ts'

interface Manager {
  readonly title: string
  /** What a person types; null where it is not to be had. */
  readonly program: readonly string[] | null
  readonly name: string
  /** What marks the repository as one of this manager's. */
  readonly marks: Readonly<Record<string, string>>
  readonly ignored?: string
  readonly script: 'prepare' | 'postinstall'
  /** In front of a program's name, and of the words for a script. */
  readonly exec: readonly string[]
  readonly run: readonly string[]
  readonly behindScript?: readonly string[]
}

const [pnpm, pnpm10, classic, berry, bun] = await Promise.all([
  tool('pnpm', '12.21.0'),
  tool('pnpm', '10.34.9'),
  tool('yarn', '1.22.22'),
  tool('@yarnpkg/cli-dist', '4.18.1'),
  tool('bun', '1.4.5'),
])
const script = (modules: string | null, path: string) =>
  modules === null ? null : [process.execPath, join(modules, path)]

const yarnWords = { name: 'yarn', exec: ['yarn'], run: ['yarn'] } as const
const berryWords = {
  ...yarnWords,
  program: script(berry, '@yarnpkg/cli-dist/bin/yarn.js'),
  script: 'postinstall',
} as const
// Without inline builds yarn 4.18 starts a script before its log file is open, and fails on an invalid
// `stdio`: two of 500 installs on a busy machine.
const yarnrc = (linker: string) =>
  `enableTelemetry: false\nenableInlineBuilds: true\nnodeLinker: ${linker}\n`

const MANAGERS: readonly Manager[] = [
  {
    title: 'npm',
    name: 'npm',
    program: ['npm'],
    marks: {},
    script: 'prepare',
    exec: ['npx'],
    run: ['npm', 'run', '--silent'],
    behindScript: ['--'],
  },
  ...[
    ['pnpm 12', script(pnpm, 'pnpm/bin/pnpm.mjs')] as const,
    ['pnpm 10', script(pnpm10, 'pnpm/bin/pnpm.cjs')] as const,
  ].map(
    ([title, program]): Manager => ({
      title,
      name: 'pnpm',
      program,
      marks: { 'pnpm-workspace.yaml': 'packages: ["apps/*"]\n' },
      script: 'prepare',
      exec: ['pnpm', 'exec'],
      run: ['pnpm', 'run'],
    }),
  ),
  {
    title: 'yarn classic',
    ...yarnWords,
    program: script(classic, 'yarn/bin/yarn.js'),
    marks: { 'yarn.lock': '# yarn lockfile v1\n' },
    script: 'prepare',
    // It would take `-p` for its own.
    behindScript: ['--'],
  },
  {
    title: 'yarn berry with node_modules',
    ...berryWords,
    marks: { 'yarn.lock': '', '.yarnrc.yml': yarnrc('node-modules') },
    ignored: '.yarn',
  },
  {
    title: "yarn berry with Plug'n'Play",
    ...berryWords,
    marks: { 'yarn.lock': '', '.yarnrc.yml': yarnrc('pnp') },
    ignored: '.yarn\n.pnp.*',
  },
  {
    title: 'bun',
    name: 'bun',
    program: bunProgram(),
    marks: { 'bunfig.toml': '', 'bun.lock': '' },
    script: 'prepare',
    exec: ['bun', 'x'],
    run: ['bun', 'run'],
  },
]

/** The platform's own package has the program; a script that was not run would have copied it. */
function bunProgram(): readonly string[] | null {
  const folder = bun === null ? '' : join(bun, '@oven')
  const names = existsSync(folder) ? readdirSync(folder) : []
  const programs = names.map((name) => join(folder, name, 'bin/bun'))
  const found = programs.find((path) => existsSync(path))
  return found === undefined ? null : [found]
}

const HARD_WORDS = ['-p', 'fix it', '', "a'b", '$HOME', '*', 'x"y', '--', '-z', 'two\nlines']

/** A repository with these files, all committed, and the manager on its PATH. */
function repository(manager: Manager, files: Record<string, string>): Team {
  const folder = tempFolder()
  const cwd = join(folder, 'team')
  for (const made of ['home', 'bin', 'team', 'tmp']) mkdirSync(join(folder, made))
  const standIn = join(inject('installed'), 'node_modules/flow-agent/templates/stand-in-agent.mjs')
  copyFileSync(standIn, join(folder, 'bin/stand-in-agent.mjs'))
  symlinkSync('stand-in-agent.mjs', join(folder, 'bin/claude'))
  const { program, name } = manager
  if (program === null) throw new Error(`no ${name}`)
  if (program[0] !== name) {
    const path = join(folder, 'bin', name)
    writeFileSync(path, `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`)
    chmodSync(path, 0o755)
  }
  // As on a person's machine: in CI `flow prepare` does nothing, and a lock file must be complete.
  const { CI: _, GITHUB_ACTIONS: __, DEBUG: ___, ...inherited } = process.env
  const env = {
    ...inherited,
    HOME: join(folder, 'home'),
    // A yarn that is killed leaves its own folders there.
    TMPDIR: join(folder, 'tmp'),
    FLOW_HOME: join(folder, 'state'),
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    npm_config_update_notifier: 'false',
  }
  const settingsPath = join(cwd, '.claude/settings.json')
  const team = { folder, cwd, env, stateHome: env.FLOW_HOME, settingsPath }
  git(team, 'init', '-q', '-b', 'main')
  put(cwd, { ...files, ...manager.marks })
  put(cwd, { '.gitignore': `node_modules\n${manager.ignored ?? ''}\n`, 'MEMORY.md': `${MEMORY}\n` })
  put(cwd, { '.claude/settings.json': SETTINGS })
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'first')
  return team
}

/** Runs to its end, which must be a good one. */
async function ok(words: readonly string[], team: Team): Promise<Ended> {
  const done = await run(words, team)
  expect(done, `${words.join(' ')}: ${done.stdout}${done.stderr}`).toMatchObject({ code: 0 })
  return done
}

const packageJson = (value: object = {}) =>
  `${JSON.stringify(
    {
      name: 'team',
      version: '1.0.0',
      private: true,
      ...value,
      devDependencies: { 'flow-agent': `file:${inject('tarball')}` },
    },
    null,
    2,
  )}\n`

/** The agent at work, begun in the manager's words; then all of it killed. What the agent was told. */
async function killSession(manager: Manager, team: Team, words: readonly string[]) {
  const session = begin([...manager.run, 'agent', ...(manager.behindScript ?? []), ...words], team)
  await session.says(MEMORY)
  const [backupRef = ''] = backupRefs(team)
  const records = readdirSync(join(dirname(backupRef), 'pids'))
  // flow's pid and the agent's. The manager may end before either of them.
  const pids = records.flatMap((name) => /^([0-9]+)\.([0-9]+)\.agent$/.exec(name)?.slice(1) ?? [])
  expect(pids).toHaveLength(2)
  process.kill(-session.pid, 'SIGKILL')
  const { stdout } = await session.ended
  for (const pid of pids) await isOver(Number(pid))
  return told(stdout)
}

for (const manager of MANAGERS) {
  const words = `${manager.exec.join(' ')} flow`
  describe.skipIf(manager.program === null)(manager.title, () => {
    test(`${words} init; a clone is set up by its install; the agent's words are exact`, async () => {
      const team = repository(manager, { 'package.json': packageJson() })
      await ok([manager.name, 'install'], team)
      const { stdout } = await ok([...manager.exec, 'flow', 'init', '--yes'], team)
      const start = manager.run.filter((word) => word !== '--silent').join(' ')
      expect(stdout).toMatch(new RegExp(`^next: ${start} agent$`, 'm'))
      const { scripts } = JSON.parse(readFileSync(join(team.cwd, 'package.json'), 'utf8'))
      expect(Object.keys(scripts)).toEqual(['agent', manager.script])
      git(team, 'add', '-A')
      git(team, 'commit', '-qm', 'flow')

      const cwd = join(team.folder, 'clone')
      git(team, 'clone', '-q', team.cwd, cwd)
      const clone = { ...team, cwd, settingsPath: join(cwd, '.claude/settings.json') }
      await ok([manager.name, 'install'], clone)
      expect(git(clone, 'config', 'core.hooksPath').trim()).toBe('.husky/_')

      const before = fileAt(clone.settingsPath)
      const hard = [...HARD_WORDS, '--until', join(team.folder, 'until')]
      expect(await killSession(manager, clone, hard)).toEqual({ folder: cwd, words: hard })
      expect(settingsOf(clone)).toContain(MARK)
      const { stderr } = await ok(['git', 'checkout', '-q', '-b', 'other'], clone)
      expect(stderr).toMatch(/^flow: put .claude\/settings.json back/)
      expect(fileAt(clone.settingsPath)).toEqual(before)

      // An agent that is a zx script finds zx, wherever the manager keeps packages.
      put(cwd, {
        '.flowrc': 'agents: { review: { script: agents/review.mjs } }\n',
        'agents/review.mjs': 'echo((await $`echo review ran`).stdout)\n',
      })
      const { stdout: printed } = await ok([...manager.exec, 'flow', 'run', 'review'], clone)
      expect(printed).toContain('review ran\n')
    })

    test('a member of a workspace, set up before anything is installed', async () => {
      const team = repository(manager, {
        'package.json': '{\n  "name": "all",\n  "private": true,\n  "workspaces": ["apps/*"]\n}\n',
        'apps/web/package.json': packageJson({ name: 'web' }),
      })
      const member = { ...team, cwd: join(team.cwd, 'apps/web') }
      const cli = join(inject('installed'), 'node_modules/flow-agent/dist/cli.cjs')
      await ok([process.execPath, cli, 'init', '--yes'], member)
      git(team, 'config', '--unset', 'core.hooksPath')
      // As on the machine of somebody who clones it.
      rmSync(team.stateHome, { recursive: true })
      await ok([manager.name, 'install'], team)
      expect(git(team, 'config', 'core.hooksPath').trim()).toBe('apps/web/.husky/_')
      // git runs hooks at the top of the tree, where the line finds flow's script.
      const hook = readFileSync(join(member.cwd, '.husky/post-checkout'), 'utf8')
      expect(hook).toContain(hookLine('post-checkout'))
      const script = scriptWord('post-checkout').replace('$flow_home', '$FLOW_HOME')
      await ok(['sh', '-c', `[ -f "${script}" ]`], team)
    })
  })
}

describe('where flow is gone', () => {
  test.each(MANAGERS.filter(({ program }) => program !== null))(
    '$title: an install goes on',
    async (manager) => {
      const scripts = { [manager.script]: 'flow-that-is-missing prepare || exit 0' }
      const team = repository(manager, {
        'package.json': `${JSON.stringify({ name: 'team', version: '1.0.0', scripts })}\n`,
      })
      await ok([manager.name, 'install'], team)
    },
  )
})
