/** `.flowrc.local`, one user's own values: in a session, and hidden from git. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { flow, freshTeam, git, newTeam, put, type Team } from '../helpers/team.ts'
import { everything } from '../helpers/undone.ts'

const LINE = '.flowrc.loca[l]\n'
const LOCAL = { '.flowrc.local': 'memory: { file: OWN.md }\n', 'apps/web/.flowrc.local': '{}\n' }

const status = (team: Team) => git(team, 'status', '--porcelain', '-uall')
const exclude = ({ cwd }: Team) => readFileSync(join(cwd, '.git/info/exclude'), 'utf8')

describe('.flowrc.local', () => {
  test('changes what a session merges, and git does not see it after init', async () => {
    const team = newTeam()
    put(team.cwd, LOCAL)
    expect(status(team)).toBe('')
    const { stdout } = await flow(team, 'exec', '--', 'cat', '.claude/settings.json')
    expect(stdout).toContain('--memory=OWN.md')
    expect(exclude(team).split(LINE).length).toBe(2)
    const doctor = await flow(team, 'doctor', '--json')
    const { findings } = JSON.parse(doctor.stdout)
    const named = 'the configuration in .flowrc, with your own values in .flowrc.local is valid'
    expect(findings.find(({ id }: { id: string }) => id === 'configuration').title).toBe(named)
  })

  test('is hidden by the first session of a clone that nobody has set up', async () => {
    const team = freshTeam()
    put(team.cwd, LOCAL)
    expect(status(team)).toBe('?? .flowrc.local\n?? apps/web/.flowrc.local\n')
    expect((await flow(team, 'exec', '--', 'true')).code).toBe(0)
    expect(status(team)).toBe('')
    expect(exclude(team)).toContain(LINE)
  })

  test('is hidden by prepare', async () => {
    const team = freshTeam()
    put(team.cwd, LOCAL)
    // As on a user's machine: in CI it does nothing.
    const { CI: _, ...env } = team.env
    expect((await flow({ ...team, env }, 'prepare')).code).toBe(0)
    expect(status(team)).toBe('')
  })

  test('is hidden where another filter has the settings', async () => {
    const team = freshTeam({ files: { '.gitattributes': '.claude/settings.json filter=other\n' } })
    put(team.cwd, LOCAL)
    expect((await flow(team, 'exec', '--', 'true')).code).toBe(0)
    expect(status(team)).toBe('')
  })

  test('stays when flow is uninstalled, and git shows it again', async () => {
    const team = freshTeam()
    const before = everything(team)
    expect((await flow(team, 'init', '--yes')).code).toBe(0)
    put(team.cwd, { '.flowrc.local': '{}\n' })
    expect((await flow(team, 'uninstall', '--yes')).code).toBe(0)
    expect(existsSync(join(team.cwd, '.flowrc.local'))).toBe(true)
    expect(status(team)).toBe('?? .flowrc.local\n')
    expect(everything(team).filter((line) => !line.includes('/.flowrc.local '))).toEqual(before)
  })
})
