/** Entering a stranger's repository runs none of its code, whether something is pending or not. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { ENTRY, enter, SHELLS } from '../helpers/records.ts'
import { begin, type Place, run } from '../helpers/running.ts'
import { backupRefs, git, MARK, newTeam, ORIGINAL, type Team } from '../helpers/team.ts'
import { setTrap } from '../helpers/trap.ts'

/** The team's flow by its path, as a snippet or a hook of the person's own has it. */
function flowOf(team: Team, ...args: string[]): string[] {
  return [process.execPath, join(team.cwd, 'node_modules/flow-agent/dist/cli.cjs'), ...args]
}

/** The stranger's repository, which a person enters. */
function hostile(team: Team): { place: Place; sprung: () => string[] } {
  const cwd = join(team.folder, 'hostile')
  git(team, 'init', '-q', cwd)
  const { sprung } = setTrap(cwd)
  // npm's scripts and direnv put relative folders on PATH.
  const PATH = `${team.env.PATH}:node_modules/.bin:.`
  const env = { ...team.env, PATH, FLOW_RUN_ID: 'x', CLAUDE_PROJECT_DIR: cwd, INIT_CWD: cwd }
  return { place: { cwd, env }, sprung }
}

const WORDS = [
  ['recover'],
  ['recover', '--quiet'],
  ['recover', '--force'],
  ['status'],
  ['status', '--json'],
  ['hook', 'session-start', '--memory=MEMORY.md', '--logs=memory'],
  ['--help'],
]

describe('in a stranger’s repository nothing of it is run', () => {
  test('with nothing pending', async () => {
    const team = newTeam()
    const { place, sprung } = hostile(team)
    for (const words of WORDS) expect((await run(flowOf(team, ...words), place)).code).toBe(0)
    for (const sh of SHELLS) {
      expect(await enter({ ...team, env: place.env }, place.cwd, sh)).toMatchObject({ code: 0 })
    }
    expect(sprung()).toEqual([])
  })

  test.each([
    ['flow recover', (team: Team) => flowOf(team, 'recover')],
    ['flow recover --quiet', (team: Team) => flowOf(team, 'recover', '--quiet')],
    ...SHELLS.map((sh) => [sh, () => [sh, '-c', ENTRY]] as const),
  ] as const)('with a killed session elsewhere: %s', async (_, argv) => {
    const team = newTeam()
    await orphan(team)
    const { place, sprung } = hostile(team)
    const { code, stderr } = await run(argv(team), place)
    expect(code).toBe(0)
    expect(stderr).toContain('flow: put .claude/settings.json back')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(sprung()).toEqual([])
  })

  test('with a killed session of its own, from before it was what it is', async () => {
    const team = newTeam()
    const own = { ...team, cwd: join(team.folder, 'own') }
    git(team, 'init', '-q', own.cwd)
    const session = begin(flowOf(team, 'exec', '--', 'sh', '-c', 'echo in; exec sleep 600'), own)
    await session.says('in')
    process.kill(-session.pid, 'SIGKILL')
    await session.ended
    const { sprung } = setTrap(own.cwd)
    expect((await run(flowOf(team, 'status'), own)).stdout).toContain('orphaned')
    expect((await enter(team, own.cwd)).stderr).toContain('flow: removed .claude/settings.json')
    expect(backupRefs(team)).toEqual([])
    expect(sprung()).toEqual([])
  })
})

test('`flow exec` there runs its nearest configuration, as documented, and nothing else', async () => {
  const team = newTeam()
  const { place, sprung } = hostile(team)
  const work = flowOf(team, 'exec', '--', '/bin/sh', '-c', `grep -c ${MARK} .claude/settings.json`)
  const { code, stdout } = await run(work, place)
  expect({ code, stdout }).toEqual({ code: 0, stdout: '2\n' })
  expect(sprung()).toEqual(['.flowrc.js'])
})
