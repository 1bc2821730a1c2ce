import { chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { render } from '../../src/commands/doctor/render.ts'
import {
  ask,
  type Case,
  diagnose,
  editorThatWrites,
  findsAndMends,
  findsSwitch,
  foreignFlow,
  hook,
  mend,
  openHome,
  titleOf,
  untold,
} from '../helpers/doctor.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { flow, git, newTeam, put, SETTINGS, type Team } from '../helpers/team.ts'

const plain = { columns: 80, colors: pc.createColors(false), isVerbose: false }

const CASES: Record<string, Case> = {
  'a hook without the line': {
    break: (team) => void writeFileSync(hook(team, 'post-merge'), 'npm test\n'),
    finds: ['hook-post-merge', 'broken'],
    says: '.husky/post-merge does not call flow',
  },
  'core.hooksPath unset': {
    break: (team) => void git(team, 'config', '--unset', 'core.hooksPath'),
    finds: ['hooks-path', 'broken'],
    says: 'git runs no hooks here',
  },
  'no script prepare': {
    break({ cwd }) {
      const text = readFileSync(join(cwd, 'package.json'), 'utf8')
      const { scripts, ...rest } = JSON.parse(text)
      put(cwd, { 'package.json': JSON.stringify({ ...rest, scripts: { agent: scripts.agent } }) })
      return undefined
    },
    finds: ['scripts', 'warning'],
    says: 'package.json lacks scripts.prepare',
  },
  'an invalid configuration': {
    break(team) {
      const text = readFileSync(join(team.cwd, '.flowrc'), 'utf8')
      put(team.cwd, { '.flowrc': 'agent: claude\nmemroy: {}\n' })
      return editorThatWrites(team, text)
    },
    finds: ['configuration', 'broken'],
    says: 'memroy: unknown key (did you mean "memory"?)',
  },
  'settings that are no JSON': {
    break(team) {
      put(team.cwd, { '.claude/settings.json': '{\n  "model": "opus"\n  "hooks": {}\n}\n' })
      return editorThatWrites(team, SETTINGS)
    },
    finds: ['settings', 'broken'],
    says: 'line 3, column 3',
  },
  'settings that the client ignores for a comment': {
    break(team) {
      put(team.cwd, { '.claude/settings.json': '{\n  // mine\n  "model": "opus",\n}\n' })
      return editorThatWrites(team, SETTINGS)
    },
    finds: ['settings', 'warning'],
    says: '.claude/settings.json has a comment in line 2: Claude Code ignores the whole file then\n.claude/settings.json has a trailing comma in line 3: Claude Code ignores',
  },
  'settings that can take no hooks': {
    break(team) {
      put(team.cwd, { '.claude/settings.json': '{ "hooks": [] }\n' })
      return editorThatWrites(team, SETTINGS)
    },
    finds: ['settings', 'broken'],
    says: '"hooks" must be an object, found an array',
  },
  'an agent that is not installed': {
    break(team) {
      const install = 'ln -s stand-in-agent.mjs ../bin/other'
      put(team.cwd, {
        '.flowrc': `agent: other\nagents: { other: { command: other, install: ${install} } }\n`,
      })
      return undefined
    },
    finds: ['agent', 'broken'],
    says: 'there is no program `other` on PATH',
  },
  'a state directory that others may write in': {
    break: ({ stateHome }) => openHome(stateHome, 0o777),
    finds: ['state-home', 'broken'],
    says: 'others may write in the state directory',
  },
  'damaged state that was moved aside': {
    break({ stateHome }) {
      put(stateHome, { 'corrupt/20260101T000000000Z-0000-backup.json-abc': '{' })
      chmodSync(stateHome, 0o700)
      return undefined
    },
    finds: ['corrupt-state', 'warning'],
    says: 'a damaged state file was moved aside',
  },
}

describe('`flow doctor`', () => {
  test('in a repository that is set up, all is well, and it changes nothing', async () => {
    const team = newTeam()
    const before = git(team, 'status', '--porcelain', '--ignored')
    const { code, troubles, findings } = await diagnose(team)
    expect(troubles).toEqual([])
    expect(code).toBe(0)
    const told = await ask(team)
    expect(told).toMatchObject({ code: 0, stderr: '', stdout: render(findings.map(untold), plain) })
    expect(told.stdout).toBe(
      `all is well: ${findings.length} checks passed (--verbose lists them)\n`,
    )
    const verbose = { ...plain, isVerbose: true }
    expect((await ask(team, '--verbose')).stdout).toBe(render(findings.map(untold), verbose))
    expect(findings.length).toBeGreaterThan(14)
    expect(git(team, 'status', '--porcelain', '--ignored')).toBe(before)
    expect(fileAt(team.stateHome)).toBe(null)
  })

  test('says to people what it says to programs, coloured where that is wanted', async () => {
    const team = newTeam()
    rmSync(hook(team, 'post-merge'))
    put(team.cwd, { '.claude/settings.json': '{' })
    const { findings, troubles } = await diagnose(team, { before: 'export FLOW=0' })
    expect(troubles).toHaveLength(3)
    for (const [setting, style] of [
      ['', plain],
      ['FORCE_COLOR=1', { ...plain, colors: pc.createColors(true) }],
      ['FORCE_COLOR=1 NO_COLOR=1', plain],
    ] as const) {
      const told = await ask(team, '', { before: `export FLOW=0 ${setting}` })
      expect(told).toMatchObject({
        code: 1,
        stderr: '',
        stdout: render(findings.map(untold), style),
      })
    }
  })

  test.each(Object.entries(CASES))('finds %s, and its command mends it', (_, one) =>
    findsAndMends(one),
  )
})

describe('where another package owns the name flow', () => {
  function ownedByOther(): Team {
    const team = newTeam()
    rmSync(join(team.cwd, 'node_modules/.bin/flow'))
    put(team.cwd, { 'node_modules/flow-bin/package.json': '{ "name": "flow-bin" }' })
    put(team.cwd, { 'node_modules/flow-bin/cli.js': '#!/bin/sh\necho other\n' })
    chmodSync(join(team.cwd, 'node_modules/flow-bin/cli.js'), 0o755)
    symlinkSync('../flow-bin/cli.js', join(team.cwd, 'node_modules/.bin/flow'))
    return team
  }

  test('scripts that call flow by it are found, and the command renames the call', async () => {
    const team = ownedByOther()
    const { troubles } = await diagnose(team, { flow: 'flow-agent' })
    expect(troubles.map(({ id, status }) => [id, status])).toEqual([['other-flow', 'broken']])
    await mend(team, troubles[0])
    const after = await diagnose(team, { flow: 'flow-agent' })
    expect(after.troubles).toEqual([])
    expect(titleOf(after, 'other-flow')).toContain(`${team.cwd}/node_modules/.bin/flow`)
    const { scripts } = JSON.parse(readFileSync(join(team.cwd, 'package.json'), 'utf8'))
    expect(scripts).toEqual({
      agent: 'flow-agent run claude --',
      prepare: 'flow-agent prepare || exit 0',
    })
  })
})

describe('where node_modules is gone', () => {
  test('the hooks call flow all the same', async () => {
    const team = newTeam()
    rmSync(join(team.cwd, 'node_modules'), { recursive: true })
    const diagnosis = await diagnose(team, { flow: foreignFlow() })
    expect(diagnosis.troubles).toEqual([])
    expect(titleOf(diagnosis, 'hook-post-checkout')).toBe('.husky/post-checkout calls flow')
  })

  test('a call that is not the line of init is named', async () => {
    const team = newTeam()
    const call = '. "$HOME/.sylphx-flow/hooks/post-merge"'
    put(team.cwd, { '.husky/post-merge': `#!/bin/sh\n${call}\n` })
    const { troubles } = await diagnose(team)
    expect(troubles.map(({ id, status }) => [id, status])).toEqual([['hook-post-merge', 'warning']])
    expect(troubles[0]?.detail).toContain('line 2')
  })
})

describe('in a member of a workspace', () => {
  test.each([{}, { 'packages/one/.flowrc': 'agent: claude\n' }])(
    'the root that is set up serves it: %j',
    async (files) => {
      const team = newTeam({
        files: { 'packages/one/package.json': '{ "name": "one" }', ...files },
      })
      const member = { ...team, cwd: join(team.cwd, 'packages/one') }
      const diagnosis = await diagnose(member)
      expect(diagnosis.troubles).toEqual([])
      expect(titleOf(diagnosis, 'scripts')).toContain(`${team.cwd}/package.json has the scripts`)
    },
  )
})

describe('settings that the client ignores', () => {
  test('are named by `flow run` and `flow doctor` in the same words', async () => {
    const team = newTeam({ files: { '.claude/settings.json': '{ "model": "opus", /* mine */ }' } })
    const { stderr } = await flow(team, 'exec', '--', 'true')
    const { troubles } = await diagnose(team)
    const settings = troubles.find(({ id }) => id === 'settings')
    const lines = `${settings?.title}\n${settings?.detail}`.split('\n').slice(0, -1)
    expect(stderr).toBe(lines.map((line) => `flow: ${line}\n`).join(''))
  })
})

describe('what is switched off in this shell', () => {
  test.each([[['FLOW'], 'unset FLOW']])('%j is found, and unset', findsSwitch)
})
