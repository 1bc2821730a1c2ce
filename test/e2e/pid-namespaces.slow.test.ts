/** Pid namespaces, made for real: a container that shares the state home, and pids that come round. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shellWord } from '../../src/shell-word.ts'
import { startAgent } from '../helpers/agent.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { apart, canChoosePids, canUnshare, nextPid } from '../helpers/pid-namespace.ts'
import { ENTRY, enter, judged, SHELLS } from '../helpers/records.ts'
import { begin, type Running, run } from '../helpers/running.ts'
import {
  backupRefs,
  flow,
  MARK,
  MEMORY,
  newTeam,
  ORIGINAL,
  settingsOf,
  type Team,
} from '../helpers/team.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const FOREIGN = { verdict: 'foreign', reason: 'it runs in another pid namespace' }

/** A session in a namespace of its own, at work until the test lets it end. */
async function startInside(team: Team): Promise<Running & { end(): Promise<unknown> }> {
  const until = join(team.folder, 'end-inside')
  // In the namespace the process of the test has no number.
  const wait = `echo inside; while [ ! -e '${until}' ] && [ -d '${team.folder}' ]; do sleep 0.05; done`
  const inside = begin(apart(['flow', 'exec', '--', 'sh', '-c', wait]), team)
  await inside.says('inside')
  return {
    ...inside,
    end() {
      writeFileSync(until, '')
      return inside.ended
    },
  }
}

describe.skipIf(!canUnshare)('a state home that a container shares', () => {
  test('its session counts as alive out here, is said so, and ends when it ends', async () => {
    const team = newTeam()
    const inside = await startInside(team)
    const merged = settingsOf(team)
    expect(merged).toContain(MARK)
    for (const one of await judged(team)) expect(one).toMatchObject(FOREIGN)
    // It wraps at 80 columns.
    const status = (await flow(team, 'status')).stdout.replaceAll(/\s+/g, ' ')
    expect(status).toContain(`${FOREIGN.reason}, so it counts as`)
    const left = await flow(team, 'recover')
    expect(left).toMatchObject({ code: 1, stdout: '' })
    expect(left.stderr).toContain(`left the session in ${team.cwd} alone: ${FOREIGN.reason}`)
    expect(await enter(team, tempFolder())).toMatchObject({ code: 0, stderr: '' })
    expect((await flow(team, 'run')).stdout).toContain(MEMORY)
    expect(settingsOf(team)).toBe(merged)
    expect(await inside.end()).toMatchObject({ code: 0, stderr: '' })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(backupRefs(team)).toEqual([])
  })

  test('a container that was killed leaves a session that only --force ends', async () => {
    const team = newTeam()
    const inside = await startInside(team)
    process.kill(-inside.pid, 'SIGKILL')
    await inside.ended
    expect((await flow(team, 'recover')).code).toBe(1)
    expect(settingsOf(team)).toContain(MARK)
    expect((await flow(team, 'recover', '--force')).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('a session out here counts as alive in there, where its pid is nobody', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const merged = settingsOf(team)
    for (const one of await judged(team, apart([]))) expect(one).toMatchObject(FOREIGN)
    expect((await run(apart(['flow', 'recover']), team)).code).toBe(1)
    const joined = await run(apart(['flow', 'run']), team)
    expect(joined.stdout).toContain(MEMORY)
    expect(settingsOf(team)).toBe(merged)
    expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('--force in there ends it, and whoever is in it out here ends without a word', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    expect((await run(apart(['flow', 'recover', '--force']), team)).code).toBe(0)
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
    expect(await agent.end()).toMatchObject({ code: 0, stderr: '' })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })
})

describe.skipIf(!canChoosePids)('a pid that has come round', () => {
  /** Kills a session in its namespace, then gives its pids to others, and looks with `line`. */
  function cameRound(line: string): string[] {
    return apart([
      'sh',
      '-c',
      `flow exec -- sh -c 'echo $$ >agent; exec sleep 600' & wrapper=$!
      until [ -s agent ]; do sleep 0.02; done
      agent=$(cat agent); rm agent
      kill -9 $wrapper $agent; wait
      while kill -0 $wrapper 2>/dev/null || kill -0 $agent 2>/dev/null; do sleep 0.02; done
      ${nextPid('$wrapper')}; sleep 600 &
      [ $! = $wrapper ] || exit 9
      ${nextPid('$agent')}; sleep 600 &
      [ $! = $agent ] || exit 9
      ${line}`,
    ])
  }

  test('is nobody’s of a session: the later processes do not keep it open', async () => {
    const team = newTeam()
    const { code, stdout } = await run(cameRound('flow status --json'), team)
    expect(code).toBe(0)
    const [{ participants, state }] = JSON.parse(stdout).projects
    const dead = { verdict: 'dead', reason: 'its pid belongs to a later process' }
    expect(participants).toMatchObject([
      { role: 'agent', ...dead },
      { role: 'wrapper', ...dead },
    ])
    expect(state).toBe('orphaned')
  })

  test('the next `flow run` puts the settings back', async () => {
    const team = newTeam()
    const { code, stderr } = await run(cameRound('flow run'), team)
    expect(code).toBe(0)
    expect(stderr).toContain('flow: put .claude/settings.json back')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test.each(SHELLS)('%s sees it without flow’s help, and asks flow', async (sh) => {
    const team = newTeam()
    const source = `cd / && ${sh} -c ${shellWord(ENTRY)}`
    const { code, stderr } = await run(cameRound(source), team)
    expect(code).toBe(0)
    expect(stderr).toContain('flow: put .claude/settings.json back')
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })
})
