/**
 * The parts of flow that are shell: `templates/launch.sh`, which records the agent and becomes it,
 * and `templates/hooks/entry.sh` in a git hook. strace kills the shell, or the subshell that writes
 * the record, before its k-th system call of a kind, or lets the write fail.
 *
 * Left out: where a call of the subshell has the same number as an earlier one of the shell itself,
 * strace meets the shell's first.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { recoverSessions } from '../../src/index.ts'
import { begin, DEADLINE, isAwaited, isOver, run } from '../helpers/running.ts'
import { bound } from '../helpers/search.ts'
import { flow, MARK, settingsOf, type Team } from '../helpers/team.ts'
import { agentsOf, projectFiles } from './lane.ts'
import { expectMended, expectOver } from './mended.ts'
import { CHECKOUT, EXEC, ports, RUN, type SceneLane } from './scenes.ts'
import { atEvery, ERRNOS } from './strike.ts'

/** Without read(2): the shell reads a line byte by byte, and changes nothing by it. */
const CALLS = [
  ...['openat', 'write', 'close', 'dup2', 'fcntl', 'umask', 'newfstatat', 'pipe2'],
  ...['clone', 'clone3', 'vfork', 'wait4', 'execve', 'exit_group'],
]
/** Traces its child as a grandchild of the caller: the shell keeps its pid and its parent. */
const STRACE = ['strace', '-D', '-f', '-qq', '-e', `trace=?${CALLS.join(',?')}`]
const hasStrace = spawnSync('strace', [...STRACE.slice(1), '-o', '/dev/null', 'true']).status === 0

/** What the stand-in of a script does first: nothing, or what $BEFORE says. */
const BEFORE = 'eval "$BEFORE"'

const tried = { kills: 0, killsWithFlow: 0, faults: 0, hookKills: 0 }
afterAll(() => console.log(`instants in the shell: ${JSON.stringify(tried)}`))

describe.skipIf(!hasStrace)('launch.sh', () => {
  test('nothing is lost by a kill of the shell before any call', async () => {
    const lanes = await Promise.all([shellLane(EXEC), shellLane(EXEC)])
    const places = callsOf(await traced(lanes[0]))
    expect(places.length).toBeGreaterThan(20)
    const all = { first: 0, stride: bound(4, 1) }
    tried.kills += await atEvery(lanes, all, async (lane, index) => {
      const place = places[index]
      if (place === undefined) return false
      lane.begin()
      const { code, signal, stderr } = await launched(lane, `${place}:signal=KILL`)
      const when = `kill before ${place}: ${stderr}`
      // The shell's own death is what the agent died of; without its record it is not started.
      if (signal !== null) expect(signal, when).toBe('SIGKILL')
      else expect([1, 7], when).toContain(code)
      if (code === 1) expect(stderr, when).toContain('flow: could not record')
      // flow lives, so nobody has to recover the workspace. But the part of the shell that writes the
      // record may outlive the shell, and leave that record in the state home for the next to sweep.
      expect(projectFiles(lane.team), when).toEqual(lane.wanted)
      await expectMended(lane, when)
      return true
    })
    expect(tried.kills).toBeGreaterThan(bound(5, 20))
  })

  test('nothing is lost where flow is killed with it', async () => {
    const lanes = await Promise.all([shellLane(RUN), shellLane(RUN)])
    const places = callsOf(await traced(lanes[0]))
    const all = { first: 1, stride: bound(6, 1) }
    tried.killsWithFlow += await atEvery(lanes, all, async (lane, index) => {
      const place = places[index]
      if (place === undefined) return false
      lane.begin()
      const { signal } = await launched(lane, `${place}:signal=KILL`, 'kill -9 $PPID')
      expect(signal).toBe('SIGKILL')
      await expectMended(lane, `flow killed, and the shell before ${place}`)
      return true
    })
    expect(tried.killsWithFlow).toBeGreaterThan(bound(3, 20))
  })

  test.each(ERRNOS)('a record that cannot be written (%s): told, and no agent', async (errno) => {
    const lane = await shellLane(EXEC)
    const { code, stdout, stderr } = await launched(lane, `write:error=${errno}:when=1`)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    // The same fault strikes the first line of the message.
    expect(stderr).toContain('pids cannot be written')
    expectOver(lane, errno)
    tried.faults += 1
  })
})

describe('flow killed between the start of the shell and its record', () => {
  test('recovery comes first: the agent is not started', async () => {
    const lane = await shellLane(EXEC)
    const { team } = lane
    const gate = join(team.folder, 'go')
    const wrapper = begin(EXEC.argv, placeOf(team, '', waitFor(gate)))
    await isOver(wrapper.pid)
    expect((await flow(team, 'recover')).code).toBe(0)
    expectOver(lane, 'recovered')
    writeFileSync(gate, '')
    const { stdout, stderr } = await wrapper.ended
    expect(stdout).toBe('')
    expect(stderr).toContain('flow: could not record')
    expect(agentsOf(team)).toEqual([])
    await expectMended(lane, 'ended')
  })

  test('the record comes first: the session is the agent’s until it ends', async () => {
    const lane = await shellLane(RUN)
    const { team } = lane
    const gate = join(team.folder, 'go')
    const agent = join(team.folder, 'bin/claude')
    const stays = `while ${isAwaited(team.folder)}; do sleep 0.01; done`
    writeFileSync(agent, `#!/bin/sh\necho $$ >>"$AGENT_NOTES"\n${stays}\n`)
    chmodSync(agent, 0o755)
    writeFileSync(gate, '')
    const wrapper = begin(RUN.argv, placeOf(team, '', waitFor(gate)))
    await isOver(wrapper.pid)
    await vi.waitFor(() => expect(agentsOf(team)).toHaveLength(1), DEADLINE)
    const options = { force: false, automatic: false, cwd: null }
    const recover = () => recoverSessions(ports, team.stateHome, options).map(({ kind }) => kind)
    // A look from outside sees that somebody is in, and takes no gate.
    expect(recover()).toEqual([])
    expect(settingsOf(team)).toContain(MARK)
    const [pid = 0] = agentsOf(team)
    process.kill(pid, 'SIGKILL')
    await wrapper.ended
    await expectMended(lane, 'the agent was ended')
  })
})

describe.skipIf(!hasStrace)('entry.sh', () => {
  test('nothing is lost by a kill of the hook before any call', async () => {
    const lanes = await Promise.all([CHECKOUT.newLane(), CHECKOUT.newLane()])
    for (const { team } of lanes) putHook(team)
    const [lane] = lanes
    lane.begin()
    await run(checkout(lane.team), placeOf(lane.team))
    const places = callsOf(join(lane.team.folder, 'trace'))
    expect(places.length).toBeGreaterThan(20)
    const all = { first: 0, stride: bound(7, 1) }
    tried.hookKills += await atEvery(lanes, all, async (lane, index) => {
      const place = places[index]
      if (place === undefined) return false
      lane.begin()
      await run(checkout(lane.team), placeOf(lane.team, `${place}:signal=KILL`))
      await expectMended(lane, `kill of the hook before ${place}`)
      return true
    })
    expect(tried.hookKills).toBeGreaterThan(bound(3, 20))
  })
})

/** A repository in which a stand-in of launch.sh runs the real one under strace. */
async function shellLane(scene: typeof RUN): Promise<SceneLane> {
  const lane = await scene.newLane()
  const script = join(lane.team.cwd, 'node_modules/flow-agent/templates/launch.sh')
  renameSync(script, `${script}.real`)
  const words = `"$TRACE" $INJECT /bin/sh "$0.real" "$@"`
  const straight = `[ -n "$INJECT" ] || exec /bin/sh "$0.real" "$@"`
  writeFileSync(script, `${BEFORE}\n${straight}\nexec ${STRACE.join(' ')} -o ${words}\n`)
  return lane
}

/** husky's last step, under strace. */
function putHook({ folder }: Team): void {
  const hooks = join(folder, 'hooks')
  mkdirSync(hooks)
  const strace = STRACE.filter((word) => word !== '-f').join(' ')
  const words = `"$TRACE" $INJECT /bin/sh -e .husky/post-checkout "$@"`
  writeFileSync(join(hooks, 'post-checkout'), `#!/bin/sh\nexec ${strace} -o ${words}\n`)
  chmodSync(join(hooks, 'post-checkout'), 0o755)
}

function checkout({ folder }: Team): string[] {
  return ['git', '-c', `core.hooksPath=${join(folder, 'hooks')}`, 'checkout', '-q', 'main']
}

function launched({ team }: SceneLane, fault: string, before = '') {
  return run(RUN.argv, placeOf(team, fault, before))
}

async function traced(lane: SceneLane): Promise<string> {
  const { code, stderr } = await launched(lane, 'getppid:error=EIO:when=65535')
  expect(code, stderr).toBe(7)
  expectOver(lane, 'traced')
  return join(lane.team.folder, 'trace')
}

/** @param fault as strace's -e inject takes it; `''`: no strace at launch, no fault in a hook */
function placeOf(team: Team, fault = '', before = ''): Team {
  const trace = join(team.folder, 'trace')
  rmSync(trace, { force: true })
  const inject = fault === '' ? '' : `-e inject=${fault}`
  return { ...team, env: { ...team.env, TRACE: trace, INJECT: inject, BEFORE: before } }
}

/** Kills flow, and goes on once there is such a file. */
function waitFor(path: string): string {
  const waits = `! [ -e ${path} ] && ${isAwaited(dirname(path))}`
  return `kill -9 $PPID; while ${waits}; do sleep 0.01; done`
}

/** `CALL:when=N` for each call of the first two processes of a trace, each once. */
function callsOf(tracePath: string): string[] {
  expect(existsSync(tracePath)).toBe(true)
  const counts = new Map<string, number>()
  const places = new Set<string>()
  const pids: string[] = []
  for (const line of readFileSync(tracePath, 'utf8').split('\n')) {
    const [, pid = '', call = ''] = /^([0-9]*) *([a-z0-9_]+)\(/.exec(line) ?? []
    if (!pids.includes(pid)) pids.push(pid)
    if (call === '' || pids.indexOf(pid) > 1) continue
    const key = `${pid} ${call}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
    places.add(`${call}:when=${counts.get(key)}`)
  }
  return [...places]
}
