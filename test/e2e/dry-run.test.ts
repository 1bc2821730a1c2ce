/** `flow run --dry-run`. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan, startAgent } from '../helpers/agent.ts'
import { flow, git, MARK, newTeam, put, SETTINGS, settingsOf, type Team } from '../helpers/team.ts'
import { done, everything } from '../helpers/undone.ts'

const hook = (command: string) => ({ hooks: [{ type: 'command', command }] })
const FILES = {
  '.flowrc': `templates: [hooks/team.json]\nhooks:\n  Stop:\n    - ${JSON.stringify(hook('npm test'))}\n`,
  'hooks/team.json': JSON.stringify({
    hooks: { Stop: [hook('make')], SessionEnd: [hook('echo a hook of my own')] },
  }),
}

const dryRun = (team: Team) => done(team, 'run', '--dry-run')

/** The lines that a session has added to the file: keys and commands, without the marker's value. */
const added = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('+') && !line.startsWith('+++'))
    .map((line) => line.slice(1).replace(/"session-[^"]*"/, '"session"'))

describe('flow run --dry-run', () => {
  test('prints what a session merges as a diff, and where each hook is from', async () => {
    const team = newTeam({ files: FILES })
    const text = await dryRun(team)
    expect(text).toContain(`starts   ${join(team.folder, 'bin/claude')}, at ${team.cwd}\n`)
    expect(text).toContain('--- .claude/settings.json\n+++ .claude/settings.json\n')
    expect(text).toMatch(
      /^hooks\.SessionStart +flow +npx flow hook session-start --memory=MEMORY\.md /m,
    )
    expect(text).toMatch(/^hooks\.Notification +flow +npx flow hook notification /m)
    expect(text).toMatch(/^hooks\.Stop +\.flowrc:4 +npm test$/m)
    expect(text).toMatch(/^hooks\.Stop +hooks\/team\.json:1 +make$/m)
    expect(text).toMatch(/\nnothing was started, nothing was changed\n$/)
  })

  test('the diff is the one between the file before a session and in it', async () => {
    const team = newTeam({ files: FILES })
    put(team.folder, { before: SETTINGS })
    const text = await dryRun(team)
    const compared = await flow(
      team,
      'exec',
      '--',
      'diff',
      '-U2',
      '../before',
      '.claude/settings.json',
    )
    expect(added(text)).toEqual(added(compared.stdout))
    expect(added(text).length).toBeGreaterThan(20)
  })

  test('writes nothing, not even state, where flow never ran', async () => {
    const team = newTeam({ files: FILES })
    rmSync(team.stateHome, { recursive: true, force: true })
    const before = everything(team)
    await dryRun(team)
    expect(everything(team)).toEqual(before)
    expect(existsSync(team.stateHome)).toBe(false)
  })

  test('a hook that the settings have already is named as such', async () => {
    const team = newTeam({
      files: {
        '.flowrc': `hooks: { SessionStart: [${JSON.stringify(hook('echo a hook of my own'))}] }`,
      },
    })
    const text = await dryRun(team)
    expect(text).toMatch(
      /^hooks\.SessionStart +\.flowrc:1 +echo .* \(in \.claude\/settings\.json already\)$/m,
    )
    expect(added(text).join('\n').split('echo a hook of my own').length).toBe(2)
  })

  test('settings that are not there are shown as a new file', async () => {
    const team = newTeam({ files: { '.claude': null } })
    expect(await dryRun(team)).toContain('--- /dev/null\n+++ .claude/settings.json\n+{\n')
  })

  test('in an open session: what that one has merged, whatever the configuration says by now', async () => {
    const team = newTeam()
    const first = await dryRun(team)
    const agent = await startAgent(team)
    put(team.cwd, { '.flowrc': `hooks: { Stop: [${JSON.stringify(hook('make'))}] }\n` })
    const before = everything(team)
    const text = await dryRun(team)
    expect(everything(team)).toEqual(before)
    expect(added(text)).toEqual(added(first))
    expect(text).toContain('session  the one that is open here, with the hooks as it merged them\n')
    expect(text).toMatch(/^hooks\.Stop +\.flowrc:1 +make \(not in the open session\)$/m)
    await agent.end()
  })

  test('after a killed session: what the next one merges into the restored file', async () => {
    const team = newTeam()
    const first = await dryRun(team)
    await orphan(team)
    expect(await dryRun(team)).toBe(first)
    expect(settingsOf(team)).toContain(MARK)
  })

  test('under FLOW=0 nothing is merged', async () => {
    const team = newTeam()
    const off = { ...team, env: { ...team.env, FLOW: '0' } }
    expect(await dryRun(off)).toMatch(/^starts .*\nsession {2}none: FLOW=0 is set\n$/)
  })

  test.each([
    ['a misspelled hook', { '.flowrc': 'hooks: { Stpo: [] }' }, 'knows no such event'],
    ['broken settings', { '.claude/settings.json': '{' }, '.claude/settings.json'],
    [
      'a missing agent',
      { '.flowrc': 'agent: x\nagents: { x: { command: not-there } }' },
      'not-there',
    ],
  ])('%s is refused as by `flow run`', async (_, files, said) => {
    const team = newTeam({ files })
    const run = await flow(team, 'run')
    const dry = await flow(team, 'run', '--dry-run')
    expect(dry).toEqual({ ...run, stdout: '' })
    expect(dry.code).toBe(1)
    expect(dry.stderr).toContain(said)
    expect(git(team, 'status', '--porcelain')).toBe('')
  })
})
