/** Whoever holds the gate is stopped by `kill -STOP`: nobody waits for ever, and nothing is lost. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { enter } from '../helpers/records.ts'
import { fourLines } from '../helpers/refusal.ts'
import { begin, DEADLINE } from '../helpers/running.ts'
import { backupRefs, flow, history, MARK, newTeam, ORIGINAL, settingsOf } from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const PRELOAD = join(import.meta.dirname, '../helpers/stop-in-gate.mjs')

test.runIf(process.platform === 'linux')(
  'a holder that is stopped: everybody who waits ends, names it, and all is well when it goes on',
  async () => {
    const team = newTeam()
    await orphan(team)
    const merged = settingsOf(team)
    const env = { ...team.env, NODE_OPTIONS: `--import ${PRELOAD}` }
    const holder = begin(['flow', 'recover'], { ...team, env })
    await isStopped(holder.pid)

    const [entry, ...waiters] = await Promise.all([
      enter(team, tempFolder()),
      flow(team, 'recover', '--quiet'),
      flow(team, 'recover'),
      flow(team, 'run'),
      flow(team, 'exec', '--', 'true'),
    ])
    for (const waiter of waiters) {
      expect(waiter).toMatchObject({ code: 1, stdout: '' })
      const { what, why, next } = fourLines(waiter)
      expect(what).toContain('does not finish')
      expect(why).toMatch(new RegExp(`^pid ${holder.pid} on .+ \\(recover\\) has been at it`))
      expect(next).toContain(`\`kill -CONT ${holder.pid}\``)
    }
    // A checkout is told, and does not fail.
    expect(entry).toMatchObject({ code: 0, stdout: 'on\n' })
    expect(entry.stderr).toContain(`pid ${holder.pid} on`)
    expect(settingsOf(team)).toBe(merged)
    expect(merged).toContain(MARK)

    holder.kill('SIGCONT')
    expect(await holder.ended).toMatchObject({ code: 0 })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect((await flow(team, 'exec', '--', 'grep', '-c', MARK, team.settingsPath)).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
    expect(history(team)).toHaveLength(2)
  },
)

/** proc(5): state T. */
function isStopped(pid: number): Promise<void> {
  return vi.waitFor(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    if (!/\) T /.test(stat)) throw new Error(`it runs: ${stat}`)
  }, DEADLINE)
}
