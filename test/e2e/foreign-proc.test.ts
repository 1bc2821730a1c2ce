/** A pid namespace whose /proc shows the pids of the one above: as some sandboxes leave it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LAUNCH_SCRIPT } from '../helpers/launching.ts'
import { apart, canChoosePids, nextPid } from '../helpers/pid-namespace.ts'
import { run } from '../helpers/running.ts'
import { flow, MARK, newTeam } from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { startZombie } from '../shell/state-home.ts'

/** `line` in it. Without `--mount-proc`, so its /proc is ours. */
function inSandbox(line: string): string[] {
  return apart(['sh', '-c', `${line}; exit $?`], ['unshare', '--pid', '--fork', '--kill-child'])
}

describe.skipIf(!canChoosePids)('in a sandbox, the process that has our number outside', () => {
  test('does not make a session that is at work an orphan when it dies', async () => {
    const team = newTeam()
    // The pid that flow has in there is a zombie's out here.
    const line = `${nextPid(String(await startZombie()))}; flow exec -- sh -c 'flow recover
      grep -c ${MARK} .claude/settings.json'`
    const { stdout, stderr } = await run(inSandbox(line), team)
    expect(stderr).toBe('flow: nothing to recover\n')
    expect(stdout).toBe('2\n')
    expect((await flow(team, 'status')).stdout).toContain('no session is open')
  })

  test('does not lend an agent its start time', async () => {
    const folder = tempFolder()
    const line = `${nextPid(String(process.pid))}
      sh '${LAUNCH_SCRIPT}' '${folder}/1.%p.agent' 'boot - machine' true`
    expect(await run(inSandbox(line), { cwd: folder, env: process.env })).toMatchObject({ code: 0 })
    const [name = ''] = readdirSync(folder)
    expect(name).toBe(`1.${process.pid}.agent`)
    expect(readFileSync(join(folder, name), 'utf8')).toBe(`${process.pid} - boot - machine\n`)
  })
})
