import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fourLines, refusal } from '../helpers/refusal.ts'
import { run } from '../helpers/running.ts'
import { newTeam } from '../helpers/team.ts'

describe('what flow needs, gone from under it', () => {
  test.each(['run', 'recover', 'status'])(
    '`flow %s` in a folder that was removed says so',
    async (word) => {
      const team = newTeam()
      const inRemoved = 'mkdir gone && cd gone && rmdir "$PWD" && exec "$@"'
      const done = await run(['sh', '-c', inRemoved, 'sh', 'flow', word], team)
      expect(done.code).toBe(1)
      const { what, next } = fourLines(done)
      expect(what).toContain('directory')
      expect(next).toContain('cd')
    },
  )

  test.each([
    'dist/runtime.cjs',
    'dist/runtime.hook.cjs',
    'templates/notify.ps1',
    'templates/hooks/with-node.sh',
  ])('an installation without %s, as in the middle of `npm ci`, says so', async (name) => {
    const team = newTeam()
    rmSync(join(team.cwd, 'node_modules/flow-agent', name))
    const { code, what, why, next } = await refusal(team, ['flow', 'run'])
    expect(code).toBe(1)
    expect(what).toContain(name)
    expect(why).toContain('ENOENT')
    expect(next).toContain('npm ci')
  })

  test('an installation without the file that every command loads says so', async () => {
    const team = newTeam()
    const dist = join(team.cwd, 'node_modules/flow-agent/dist')
    const name = readdirSync(dist).find((one) => /^session-.*\.cjs$/.test(one)) ?? ''
    rmSync(join(dist, name))
    const { code, what, why, next } = await refusal(team, ['flow', 'run'])
    expect(code).toBe(1)
    expect(what).toContain(join(dist, name))
    expect(why).toContain('ENOENT')
    expect(next).toContain('npm ci')
  })
})
