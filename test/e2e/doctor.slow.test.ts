import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import {
  type Case,
  diagnose,
  editorThatWrites,
  findsAndMends,
  findsSwitch,
  hook,
  mend,
  openHome,
} from '../helpers/doctor.ts'
import { git, newTeam, put, SETTINGS } from '../helpers/team.ts'

const CASES: Record<string, Case> = {
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
  'core.hooksPath as Claude Code rewrites it': {
    break: (team) => void git(team, 'config', 'core.hooksPath', join(team.cwd, '.git/hooks')),
    finds: ['hooks-path', 'warning'],
    says: 'core.hooksPath was rewritten: git runs the hooks in ',
  },
  'husky half gone': {
    break: (team) => void rmSync(hook(team, '_/h')),
    finds: ['hooks-path', 'broken'],
    says: 'core.hooksPath names .husky/_',
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
  'settings that are a directory': {
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
  'a state directory that others may look into': {
    break: ({ stateHome }) => openHome(stateHome, 0o755),
    finds: ['state-home', 'warning'],
    says: 'mode 0755',
  },
  'a state directory that is a file': {
    break: ({ stateHome }) => void writeFileSync(stateHome, ''),
    finds: ['state-home', 'broken'],
    says: 'is not a directory',
  },
}

describe('`flow doctor`', () => {
  test.each(Object.entries(CASES))('finds %s, and its command mends it', (_, one) =>
    findsAndMends(one),
  )
})

describe('where node_modules is gone', () => {
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
    [['FLOW', 'HUSKY'], 'unset FLOW HUSKY'],
  ])('%j is found, and unset', findsSwitch)
})

test('in a worktree that Claude Code made, git runs the hooks of another tree, and it is said', async () => {
  const team = newTeam()
  const linked = { ...team, cwd: join(team.folder, 'linked') }
  git(team, 'worktree', 'add', '-q', linked.cwd)
  git(team, 'config', 'extensions.worktreeConfig', 'true')
  git(linked, 'config', '--worktree', 'core.hooksPath', join(team.cwd, '.husky/_'))
  const { findings, troubles } = await diagnose(linked)
  const found = troubles.find(({ id }) => id === 'hooks-path')
  expect(found).toMatchObject({ status: 'warning', detail: expect.stringContaining('Claude Code') })
  expect(findings.find(({ id }) => id === 'hook-post-checkout')).toMatchObject({ status: 'ok' })
  await mend(linked, found)
  expect((await diagnose(linked)).troubles.map(({ id }) => id)).not.toContain('hooks-path')
})
