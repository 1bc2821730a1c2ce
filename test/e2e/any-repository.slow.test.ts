/** A repository without package.json: set up, at work, killed, recovered, taken out again. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { run } from '../helpers/running.ts'
import {
  freshTeam,
  git,
  MARK,
  MEMORY,
  put,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'
import { tool } from '../helpers/tools.ts'
import { everything } from '../helpers/undone.ts'

const lefthook = await tool('lefthook', '2.2.2')
const hasPreCommit = spawnSync('pre-commit', ['--version']).status === 0

const PRE_COMMIT = `repos:
  - repo: local
    hooks: [{ id: lint, name: lint, entry: 'true', language: system }]
`

interface Kind {
  readonly files: Record<string, string>
  readonly install?: (team: Team) => void
  readonly isHere?: boolean
  /** What `flow init` adds to the tree, as `git status` shows it. */
  readonly changed: string
}

const KINDS: Record<string, Kind> = {
  'Python with pre-commit': {
    files: { 'pyproject.toml': '[project]\nname = "x"\n', '.pre-commit-config.yaml': PRE_COMMIT },
    install: (team) => execFileSync('pre-commit', ['install'], { ...team, stdio: 'ignore' }),
    isHere: hasPreCommit,
    changed: '?? .flowrc\n',
  },
  'Go with lefthook': {
    files: { 'go.mod': 'module x\n', 'lefthook.yml': 'pre-push:\n  jobs:\n    - run: "true"\n' },
    install(team) {
      symlinkSync(join(lefthook ?? '', '.bin/lefthook'), join(team.folder, 'bin/lefthook'))
      execFileSync('lefthook', ['install'], { ...team, stdio: 'ignore' })
    },
    isHere: lefthook !== null,
    changed: ' M lefthook.yml\n?? .flowrc\n',
  },
  'Rust with nothing': {
    files: { 'Cargo.toml': '[package]\nname = "x"\n', 'src/lib.rs': '' },
    changed: '?? .flowrc\n',
  },
  'a bare `git init`': { files: {}, changed: '?? .flowrc\n' },
}

/** How flow gets there: its program, and what the shell around it is like. */
const MANNERS: Record<string, (team: Team) => { program: string; env: NodeJS.ProcessEnv }> = {
  'a global install': ({ env }) => ({ program: 'flow', env }),
  npx: ({ env }) => ({
    program: 'flow-agent',
    env: { ...env, npm_config_user_agent: 'npm/10.0.0 node/v20.0.0 linux x64 workspaces/false' },
  }),
  'another directory': ({ folder, env }) => {
    const bin = join(folder, 'team/node_modules/.bin')
    const PATH = String(env.PATH).replace(`${bin}:`, '')
    return { program: join(bin, 'flow'), env: { ...env, PATH } }
  },
}

/** The repository is beside the directory in which flow is installed. */
function plain({ files, install }: Kind): Team {
  const tools = freshTeam()
  const { CI: _, ...env } = tools.env
  const cwd = join(tools.folder, 'plain')
  const team = { ...tools, env, cwd, settingsPath: join(cwd, '.claude/settings.json') }
  put(cwd, { 'MEMORY.md': `${MEMORY}\n`, '.claude/settings.json': SETTINGS, ...files })
  git(team, 'init', '-q', '-b', 'main')
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'first')
  git(team, 'branch', 'other')
  install?.(team)
  return team
}

/** But for what lefthook keeps for itself: a hash of its configuration, with the time of that file. */
const bytes = (team: Team) =>
  everything(team).filter((line) => !line.includes('/info/lefthook.checksum'))

describe.each(Object.entries(KINDS))('%s', (_, kind) => {
  test.skipIf(kind.isHere === false).each(Object.entries(MANNERS))(
    'by way of %s',
    async (manner, how) => {
      const team = plain(kind)
      const { program, env } = how(team)
      const flow = async (...args: string[]) => {
        const { code, stdout, stderr } = await run([program, ...args], { ...team, env })
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        return stdout
      }
      const before = bytes(team)
      const said = await flow('init', '--yes')
      const name = manner === 'a global install' ? 'flow' : 'npx flow-agent'
      expect(said).toContain(`${name} run\n`)
      expect(said).toContain(`${name} init   # once in each other clone`)
      expect(said).toContain(`undo: ${name} uninstall\n`)
      expect(git(team, 'status', '--porcelain')).toBe(kind.changed)
      expect(await flow('init', '--yes')).toMatch(/^flow is set up already/)

      const found = await flow('doctor')
      expect(found.replaceAll('npx flow-agent', '')).not.toMatch(/npm|package\.json|warning|broken/)

      await orphan(team)
      expect(settingsOf(team)).toContain(MARK)
      git(team, 'checkout', '-q', 'other')
      expect(settingsOf(team)).toBe(SETTINGS)
      git(team, 'checkout', '-q', 'main')

      await flow('uninstall', '--yes')
      expect(bytes(team)).toEqual(before)
      expect(existsSync(join(team.cwd, 'package.json'))).toBe(false)
      expect(await flow('uninstall', '--yes')).toContain('nothing to undo')
    },
  )
})

describe('a checkout restores, since a session ran', () => {
  const kind = KINDS['Rust with nothing'] ?? expect.fail()
  const flow = (team: Team, ...args: string[]) => run(['flow', ...args], team)

  test('on a branch that is older than flow', async () => {
    const team = plain(kind)
    git(team, 'branch', 'older')
    await flow(team, 'init', '--yes')
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'flow')
    await orphan(team)
    git(team, 'checkout', '-q', 'older')
    expect(settingsOf(team)).toBe(SETTINGS)
  })

  test('in a clone where nobody has typed `flow init`', async () => {
    const team = plain(kind)
    await flow(team, 'init', '--yes')
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'flow')
    const cwd = join(team.folder, 'clone')
    git(team, 'clone', '-q', team.cwd, cwd)
    const clone = { ...team, cwd, settingsPath: join(cwd, '.claude/settings.json') }
    await orphan(clone)
    git(clone, 'checkout', '-qb', 'other')
    expect(settingsOf(clone)).toBe(SETTINGS)
    await flow(clone, 'uninstall', '--yes')
    expect(git(clone, 'status', '--porcelain')).toBe(' D .flowrc\n')
    expect(existsSync(join(cwd, '.git/hooks/post-checkout'))).toBe(false)
  })
})
