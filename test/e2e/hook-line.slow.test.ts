/** The line in git's hooks recovers whatever became of node_modules, package.json and the branch. */
import { chmodSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addHookLine } from '../../src/git/hook-line.ts'
import { orphan } from '../helpers/agent.ts'
import { expectRecovery, recoversAfter, switchesOff } from '../helpers/checkouts.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { git, MEMORY, newTeam, put, SETTINGS, type Team } from '../helpers/team.ts'

/** What may have happened to a repository since a session in it was killed. */
const CHANGES: Record<string, (team: Team) => void> = {
  'node_modules was moved': ({ cwd, folder }) =>
    renameSync(join(cwd, 'node_modules'), join(folder, 'node_modules-before')),
  'package.json is gone': ({ cwd }) => rmSync(join(cwd, 'package.json')),
  'node_modules has scripts of others in the places of flow’s': ({ cwd, folder }) => {
    const own = join(cwd, 'node_modules/flow-agent')
    for (const name of readdirSync(own, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(sh|cjs|js|mjs)$|post-|pre-/.test(name)) continue
      writeFileSync(join(own, name), `#!/bin/sh\n: >'${folder}/ran'\n`)
      chmodSync(join(own, name), 0o755)
    }
  },
}

describe('a checkout recovers where', () => {
  test.each(Object.entries(CHANGES))('%s', (_, change) => recoversAfter(change))

  test('the repository never had a package.json, and flow is another directory’s', async () => {
    const tools = newTeam()
    const cwd = join(tools.folder, 'plain')
    const team = { ...tools, cwd, settingsPath: join(cwd, '.claude/settings.json') }
    put(cwd, { 'MEMORY.md': `${MEMORY}\n`, '.claude/settings.json': SETTINGS })
    git(team, 'init', '-q', '-b', 'main')
    git(team, 'add', '-A')
    git(team, 'commit', '-qm', 'first')
    const edit = addHookLine(null, 'post-checkout')
    const hook = join(cwd, '.git/hooks/post-checkout')
    writeFileSync(hook, edit.kind === 'added' ? edit.bytes : '', { mode: 0o755 })
    const before = fileAt(team.settingsPath)
    await orphan(team)
    rmSync(tools.cwd, { recursive: true })
    expectRecovery(team, 'checkout', '-q', '-b', 'other')
    expect(fileAt(team.settingsPath)).toEqual(before)
  })
})

test.each(['off', 'false', 'no'])('FLOW=%s switches all of it off', switchesOff)
