import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import pc from 'picocolors'
import { describe, expect, inject, test } from 'vitest'
import { toText } from '../../src/commands/doctor/page.ts'
import { ask, diagnose, foreignFlow, mend, titleOf } from '../helpers/doctor.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { git, newTeam, put, SETTINGS, type Team } from '../helpers/team.ts'

const plain = pc.createColors(false)

interface Case {
  /** Breaks one thing; gives what else the shell needs for the command that mends it. */
  readonly break: (team: Team) => undefined | Readonly<Record<string, string>>
  /** Id and status of the one finding that is not ok. */
  readonly finds: readonly [string, 'warning' | 'broken']
  /** Stands in its title or details. */
  readonly says: string
}

/** An editor that a person would type the right text into. */
function editorThatWrites(team: Team, text: string): Record<string, string> {
  const path = join(team.folder, 'bin/editor')
  writeFileSync(`${path}.txt`, text)
  writeFileSync(path, `#!/bin/sh\ncat '${path}.txt' >"$1"\n`)
  chmodSync(path, 0o755)
  return { EDITOR: 'editor' }
}

function openHome(stateHome: string, mode: number): undefined {
  mkdirSync(stateHome)
  chmodSync(stateHome, mode)
}

const hook = ({ cwd }: Team, name: string) => join(cwd, '.husky', name)

const CASES: Record<string, Case> = {
  'a hook without the line': {
    break: (team) => void writeFileSync(hook(team, 'post-merge'), 'npm test\n'),
    finds: ['hook-post-merge', 'broken'],
    says: '.husky/post-merge does not call flow',
  },
  'a hook that is not there': {
    break: (team) => void rmSync(hook(team, 'post-checkout')),
    finds: ['hook-post-checkout', 'broken'],
    says: 'there is no .husky/post-checkout',
  },
  'a hook that git passes over': {
    break: (team) => void chmodSync(hook(team, '_/post-checkout'), 0o644),
    finds: ['hook-post-checkout', 'broken'],
    says: '.husky/_/post-checkout is not executable',
  },
  'core.hooksPath unset': {
    break: (team) => void git(team, 'config', '--unset', 'core.hooksPath'),
    finds: ['hooks-path', 'broken'],
    says: 'git runs no hooks here',
  },
  'husky half gone': {
    break: (team) => void rmSync(hook(team, '_/h')),
    finds: ['hooks-path', 'broken'],
    says: 'core.hooksPath names .husky/_',
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
  'a package.json that is none': {
    break(team) {
      const text = readFileSync(join(team.cwd, 'package.json'), 'utf8')
      put(team.cwd, { 'package.json': `${text},` })
      return editorThatWrites(team, text)
    },
    finds: ['scripts', 'broken'],
    says: 'package.json cannot be read',
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
  'an invalid configuration in .config': {
    break(team) {
      put(team.cwd, { '.flowrc': null, '.config/flowrc.yaml': 'memroy: {}\n' })
      return editorThatWrites(team, '')
    },
    finds: ['configuration', 'broken'],
    says: 'memroy: unknown key (did you mean "memory"?)',
  },
  'a configuration that names an unknown event': {
    break(team) {
      put(team.cwd, {
        '.flowrc': 'hooks: { SesionStart: [{ hooks: [{ type: command, command: x }] }] }\n',
      })
      return editorThatWrites(team, '')
    },
    finds: ['configuration', 'broken'],
    says: 'claude knows no such event (did you mean "SessionStart"?)',
  },
  'a configuration that names an unknown agent': {
    break(team) {
      put(team.cwd, { '.flowrc': 'agent: cluade\n' })
      return editorThatWrites(team, '')
    },
    finds: ['configuration', 'broken'],
    says: 'there is no agent "cluade"',
  },
  'settings that are no JSON': {
    break(team) {
      put(team.cwd, { '.claude/settings.json': '{\n  "model": "opus"\n  "hooks": {}\n}\n' })
      return editorThatWrites(team, SETTINGS)
    },
    finds: ['settings', 'broken'],
    says: 'line 3, column 3',
  },
  'settings that are a folder': {
    break({ cwd }) {
      put(cwd, { '.claude/settings.json': null })
      put(cwd, { '.claude/settings.json/x': '' })
      return undefined
    },
    finds: ['settings', 'broken'],
    says: '.claude/settings.json is a directory',
  },
  'settings that switch all hooks off': {
    break(team) {
      put(team.cwd, { '.claude/settings.json': '{ "disableAllHooks": true }\n' })
      return editorThatWrites(team, SETTINGS)
    },
    finds: ['settings', 'warning'],
    says: 'neither your hooks nor merged ones',
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
  'a state home that others may look into': {
    break: ({ stateHome }) => openHome(stateHome, 0o755),
    finds: ['state-home', 'warning'],
    says: 'mode 0755',
  },
  'a state home that others may write in': {
    break: ({ stateHome }) => openHome(stateHome, 0o777),
    finds: ['state-home', 'broken'],
    says: 'others may write in the state home',
  },
  'a state home that is a file': {
    break: ({ stateHome }) => void writeFileSync(stateHome, ''),
    finds: ['state-home', 'broken'],
    says: 'is no folder',
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
    expect(told).toMatchObject({ code: 0, stderr: '', stdout: toText(findings, plain) })
    expect(told.stdout).toMatch(/\nall is well\n$/)
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
    for (const [setting, colors] of [
      ['', plain],
      ['FORCE_COLOR=1', pc.createColors(true)],
      ['FORCE_COLOR=1 NO_COLOR=1', plain],
    ] as const) {
      const told = await ask(team, '', { before: `export FLOW=0 ${setting}` })
      expect(told).toMatchObject({ code: 1, stderr: '', stdout: toText(findings, colors) })
    }
  })

  test.each(Object.entries(CASES))('finds %s, and its command mends it', async (_, one) => {
    const team = newTeam()
    const env = one.break(team)
    const { troubles } = await diagnose(team)
    expect(troubles.map(({ id, status }) => [id, status])).toEqual([one.finds])
    const [finding] = troubles
    expect(`${finding?.title}\n${finding?.detail}`).toContain(one.says)
    await mend({ ...team, env: { ...team.env, ...env } }, finding)
    expect((await diagnose(team)).troubles).toEqual([])
  })
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

  test('in a linked worktree git looks for hooks in vain, and an install mends it', async () => {
    const team = newTeam()
    const tarball = inject('tarball')
    copyFileSync(tarball, join(team.folder, basename(tarball)))
    git(team, 'worktree', 'add', '-q', '../linked')
    const cwd = join(team.folder, 'linked')
    const path = [join(cwd, 'node_modules/.bin'), team.env.PATH].join(':')
    const linked = { ...team, cwd, env: { ...team.env, PATH: path } }
    const { troubles } = await diagnose(linked)
    expect(troubles[0]).toMatchObject({ id: 'hooks-path', status: 'broken' })
    expect(troubles[0]?.detail).toContain('linked worktree')
    await mend(linked, troubles[0])
    expect((await diagnose(linked)).troubles).toEqual([])
    expect((await diagnose(team)).troubles).toEqual([])
  })
})

describe('what is switched off in this shell', () => {
  test.each([
    [['HUSKY'], 'unset HUSKY'],
    [['FLOW'], 'unset FLOW'],
    [['FLOW', 'HUSKY'], 'unset FLOW HUSKY'],
  ])('%j is found, and unset', async (names, command) => {
    const team = newTeam()
    const before = names.map((name) => `export ${name}=0`).join('\n')
    const { troubles, code } = await diagnose(team, { before })
    expect(troubles.map(({ id, status, mend }) => [id, status, mend])).toEqual([
      ['switches', 'warning', command],
    ])
    expect(code).toBe(0)
    const after = await diagnose(team, { before: `${before}\n${troubles[0]?.mend}` })
    expect(after.troubles).toEqual([])
  })
})
