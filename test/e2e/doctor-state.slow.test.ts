import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findExecutable } from '../../src/ports/find-executable.ts'
import { shellWord } from '../../src/shell-word.ts'
import { orphan, startAgent } from '../helpers/agent.ts'
import { diagnose, foreignFlow, mend, titleOf } from '../helpers/doctor.ts'
import { fileAt, listing } from '../helpers/on-disk.ts'
import { unprivileged } from '../helpers/refusal.ts'
import { canMount, fill, makeRoom, mountSmallDisk } from '../helpers/small-disk.ts'

import {
  backupRefs,
  flow,
  git,
  MARK,
  newTeam,
  put,
  SETTINGS,
  settingsOf,
  type Team,
} from '../helpers/team.ts'

const found = ({ troubles }: { troubles: readonly { id: string; status: string }[] }) =>
  troubles.map(({ id, status }) => [id, status])

describe('sessions', () => {
  test('an open one is no trouble, and who fired is told', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const open = await diagnose(team)
    expect(open.troubles).toEqual([])
    expect(titleOf(open, 'sessions')).toBe(`a session is open in ${team.cwd}`)
    expect(titleOf(open, 'fired')).toMatch(
      /^SessionStart last fired \d+ s ago, in session [0-9a-f]{6}$/,
    )
    expect(titleOf(open, 'node')).toMatch(/^git hooks use the node of the session, \//)
    await agent.end()
    const over = await diagnose(team)
    expect(over.troubles).toEqual([])
    expect(titleOf(over, 'sessions')).toBe('no session is open')
    expect(titleOf(over, 'fired')).toContain('SessionStart last fired')
  })

  test('a killed one is found, and recovered', async () => {
    const team = newTeam()
    await orphan(team)
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toEqual([['orphans', 'broken']])
    expect(diagnosis.troubles[0]?.detail).toContain(team.cwd)
    await mend(team, diagnosis.troubles[0])
    expect((await diagnose(team)).troubles).toEqual([])
    expect(fileAt(team.settingsPath)?.bytes).toBe(SETTINGS)
  })

  test('one of another machine is found, and closed by force', async () => {
    const team = newTeam()
    await orphan(team)
    moveToOtherMachine(team)
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toEqual([['foreign-locks', 'warning']])
    const command = `flow recover --force ${team.cwd}`
    expect(diagnosis.troubles[0]?.mend).toBe(command)
    expect((await flow(team, 'status')).stdout).toContain(` ${command}\n`)
    await mend(team, diagnosis.troubles[0])
    expect((await diagnose(team)).troubles).toEqual([])
    expect(fileAt(team.settingsPath)?.bytes).toBe(SETTINGS)
  })

  test('one of a project that is gone is found, and closed by force', async () => {
    const team = newTeam()
    const other = { ...team, cwd: join(team.folder, "the other's") }
    await flow(team, 'exec', '--', 'true')
    git(team, 'clone', '-q', '.', other.cwd)
    symlinkSync(join(team.cwd, 'node_modules'), join(other.cwd, 'node_modules'))
    await orphan({ ...other, settingsPath: join(other.cwd, '.claude/settings.json') })
    rmSync(other.cwd, { recursive: true })
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toContainEqual(['orphans-of-gone-projects', 'warning'])
    const finding = diagnosis.troubles.find(({ id }) => id === 'orphans-of-gone-projects')
    expect(finding?.mend).toBe(`flow recover --force ${shellWord(other.cwd)}`)
    expect((await flow(team, 'status')).stdout).toContain(` ${finding?.mend}\n`)
    await mend(team, finding)
    expect(found(await diagnose(team))).toEqual([['fired', 'warning']])
  })

  test('one whose record is damaged is found, and recovered from its twin', async () => {
    const team = newTeam()
    await orphan(team)
    for (const path of backupRefs(team)) writeFileSync(path, '{')
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toEqual([
      ['orphans', 'broken'],
      ['damaged-state', 'broken'],
    ])
    await mend(team, diagnosis.troubles[1])
    // What was damaged is kept, and told until somebody has looked at it.
    const after = await diagnose(team)
    expect(found(after)).toEqual([['corrupt-state', 'warning']])
    await mend(team, after.troubles[0])
    expect((await diagnose(team)).troubles).toEqual([])
  })

  test('what a stash brings back of one is found, and taken out', async () => {
    const team = newTeam()
    const agent = await startAgent(team)
    const merged = settingsOf(team)
    await agent.end()
    writeFileSync(team.settingsPath, merged)
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toEqual([['residue', 'warning']])
    await mend(team, diagnosis.troubles[0])
    expect((await diagnose(team)).troubles).toEqual([])
    expect(settingsOf(team)).not.toContain(MARK)
  })

  test('when none was ever seen to fire, a session of the agent tells', async () => {
    const team = newTeam()
    await flow(team, 'exec', '--', 'true')
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toEqual([['fired', 'warning']])
    await mend(team, diagnosis.troubles[0])
    const after = await diagnose(team)
    expect(after.troubles).toEqual([])
    expect(titleOf(after, 'fired')).toContain('SessionStart last fired')
  })
})

describe('node, where hooks run without a shell profile', () => {
  /** Of the system only what git, husky and the proposed command need; no node. */
  function withoutNode(team: Team): Team {
    const folder = join(team.folder, 'no-node')
    mkdirSync(folder)
    for (const name of ['git', 'sh', 'mkdir', 'basename', 'dirname', 'cat', 'env']) {
      symlinkSync(findExecutable(name, '/', process.env.PATH) ?? '', join(folder, name))
    }
    return { ...team, env: { ...team.env, PATH: `${folder}:${join(team.folder, 'bin')}` } }
  }

  test('no session, none on PATH: a warning, and the command writes the init.sh', async () => {
    const team = withoutNode(newTeam({ files: { '.flowrc': AGENT_BY_PATH } }))
    const diagnosis = await diagnose(team, { flow: foreignFlow() })
    expect(found(diagnosis)).toEqual([['node', 'warning']])
    await mend(team, diagnosis.troubles[0])
    expect((await diagnose(team, { flow: foreignFlow() })).troubles).toEqual([])
  })

  test('a session whose node is gone: broken; after the command a checkout mends it', async () => {
    const team = newTeam({ files: { '.flowrc': AGENT_BY_PATH } })
    const before = fileAt(team.settingsPath)
    await orphanByPath(team)
    for (const path of backupRefs(team))
      writeFileSync(join(dirname(path), 'node'), '/nowhere/node\n')
    writeFileSync(join(team.stateHome, 'hooks/node'), '/nowhere/node\n')
    const bare = withoutNode(team)
    git(bare, 'checkout', '-q', '-b', 'one')
    expect(settingsOf(team)).toContain(MARK)
    const diagnosis = await diagnose(bare, { flow: foreignFlow() })
    expect(found(diagnosis)).toEqual([
      ['node', 'broken'],
      ['orphans', 'broken'],
    ])
    expect(diagnosis.troubles[0]?.detail).toContain('/nowhere/node')
    await mend(bare, diagnosis.troubles[0])
    expect(found(await diagnose(bare, { flow: foreignFlow() }))).toEqual([['orphans', 'broken']])
    git(bare, 'checkout', '-q', '-b', 'two')
    expect(fileAt(team.settingsPath)).toEqual(before)
    expect((await diagnose(bare, { flow: foreignFlow() })).troubles).toEqual([])
  })
})

describe('where much is broken at once', () => {
  test('outside a repository, without git, with a relative FLOW_HOME: each is a finding', async () => {
    const team = newTeam()
    const nowhere = join(team.folder, 'nowhere')
    mkdirSync(nowhere)
    const env = { ...team.env, FLOW_HOME: 'state', GIT_CEILING_DIRECTORIES: team.folder }
    const outside = await diagnose({ ...team, cwd: nowhere, env })
    expect(found(outside)).toEqual([
      ['repository', 'broken'],
      ['state-home', 'broken'],
    ])
    expect(outside.troubles[1]).toMatchObject({ mend: 'unset FLOW_HOME' })
    const homeless = { ...team.env, FLOW_HOME: '', HOME: '' }
    expect((await diagnose({ ...team, env: homeless })).troubles).toMatchObject([
      { id: 'state-home', status: 'broken', mend: 'unset HOME' },
    ])
    const noGit = await diagnose(
      { ...team, env: { ...team.env, PATH: '/nowhere' } },
      { flow: foreignFlow() },
    )
    expect(found(noGit)).toEqual([
      ['git', 'broken'],
      ['node', 'warning'],
    ])
  })

  test('a repository of another owner: git itself proposes the command', async () => {
    const team = newTeam()
    const config = join(team.folder, 'gitconfig')
    const others = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1', GIT_CONFIG_GLOBAL: config }
    const place = { ...team, env: { ...team.env, ...others } }
    const diagnosis = await diagnose(place)
    expect(found(diagnosis)).toEqual([['repository', 'broken']])
    await mend(place, diagnosis.troubles[0])
    expect(readFileSync(config, 'utf8')).toContain(team.cwd)
    expect((await diagnose(place)).troubles).toEqual([])
  })

  test('a new repository is set up by the commands, one after the other', async () => {
    const team = newTeam()
    const cwd = join(team.folder, 'fresh')
    mkdirSync(cwd)
    put(cwd, { 'package.json': readFileSync(join(team.cwd, 'package.json'), 'utf8') })
    symlinkSync(join(team.cwd, 'node_modules'), join(cwd, 'node_modules'))
    const fresh = { ...team, cwd }
    const { troubles } = await diagnose(fresh)
    expect(troubles.map(({ id }) => id)).toEqual(['repository'])
    await mend(fresh, troubles[0])
    expect((await diagnose(fresh)).troubles).toEqual([])
  })

  test('a state directory that is closed to its owner, and settings nobody may write', async () => {
    const team = unprivileged(newTeam())
    await flow(team, 'exec', '--', 'true')
    chmodSync(team.stateHome, 0)
    chmodSync(team.settingsPath, 0o400)
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toEqual([
      ['settings', 'broken'],
      ['state-home', 'broken'],
    ])
    for (const trouble of diagnosis.troubles) await mend(team, trouble)
    expect(found(await diagnose(team))).toEqual([['fired', 'warning']])
  })

  test.skipIf(process.getuid?.() !== 0)('a state directory of another user', async () => {
    const team = newTeam()
    mkdirSync(team.stateHome, { mode: 0o700 })
    chownSync(team.stateHome, 65_534, 65_534)
    writeFileSync(join(team.folder, 'bin/sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toEqual([['state-home', 'broken']])
    expect(titleOf(diagnosis, 'state-home')).toContain('is owned by another user')
    await mend(team, diagnosis.troubles[0])
    expect((await diagnose(team)).troubles).toEqual([])
  })

  test.skipIf(process.getuid?.() !== 0)(
    'what another user wrote in the state directory',
    async () => {
      const team = newTeam()
      await flow(team, 'run')
      const files = [
        ...readdirSync(join(team.stateHome, 'gates')).map((name) => `gates/${name}`),
        'hooks',
      ]
      for (const name of files) chownSync(join(team.stateHome, name), 65_534, 65_534)
      writeFileSync(join(team.folder, 'bin/sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
      const diagnosis = await diagnose(team)
      expect(found(diagnosis)).toEqual([['state-home', 'broken']])
      expect(titleOf(diagnosis, 'state-home')).toBe(
        `user 65534 has written in the state directory ${team.stateHome}`,
      )
      expect(diagnosis.troubles[0]?.mend).toBe(`sudo chown -R "$(id -un)" ${team.stateHome}`)
      await mend(team, diagnosis.troubles[0])
      expect((await diagnose(team)).troubles).toEqual([])
    },
  )

  test.skipIf(process.getuid?.() !== 0)(
    'a state directory that root made, of somebody else',
    async () => {
      const team = unprivileged(newTeam())
      const stateHome = join(team.folder, '.sylphx-flow')
      mkdirSync(stateHome, { mode: 0o700 })
      const env = { ...team.env, FLOW_HOME: stateHome }
      const diagnosis = await diagnose({ ...team, stateHome, env })
      expect(found(diagnosis)).toEqual([['state-home', 'broken']])
      expect(diagnosis.troubles[0]?.mend).toBe(`sudo chown -R "$(id -un)" ${stateHome}`)
    },
  )

  test.skipIf(!canMount)('a state directory on a full disk', async () => {
    const team = newTeam()
    mountSmallDisk(team.stateHome, 64)
    chmodSync(team.stateHome, 0o700)
    fill(team.stateHome)
    const before = listing(team.stateHome)
    const { troubles } = await diagnose(team)
    expect(found({ troubles })).toEqual([['state-home', 'broken']])
    expect(troubles[0]?.detail).toContain('ENOSPC')
    expect(troubles[0]?.mend).toBe(`df -h ${team.stateHome}`)
    expect(listing(team.stateHome)).toEqual(before)
    makeRoom(team.stateHome)
    expect((await diagnose(team)).troubles).toEqual([])
  })

  test('a link in the place of a directory in the state directory is reported, and the rest is checked', async () => {
    const team = newTeam()
    mkdirSync(team.stateHome, { mode: 0o700 })
    mkdirSync(join(team.folder, 'elsewhere'))
    symlinkSync(join(team.folder, 'elsewhere'), join(team.stateHome, 'sessions'))
    const diagnosis = await diagnose(team)
    expect(found(diagnosis)).toEqual([['state-home', 'broken']])
    expect(titleOf(diagnosis, 'state-home')).toContain('is behind a link')
    expect(titleOf(diagnosis, 'settings')).toContain('is valid')
    await mend(team, diagnosis.troubles[0])
    expect((await diagnose(team)).troubles).toEqual([])
    expect(readdirSync(join(team.folder, 'elsewhere'))).toEqual([])
  })

  test('an agent that fails when asked for its version is a warning', async () => {
    const team = newTeam()
    rmSync(join(team.folder, 'bin/claude'))
    put(team.folder, { 'bin/claude': '#!/bin/sh\necho torn >&2\nexit 3\n' })
    chmodSync(join(team.folder, 'bin/claude'), 0o755)
    const { troubles, code } = await diagnose(team)
    expect(found({ troubles })).toEqual([['agent', 'warning']])
    expect(troubles[0]?.detail).toBe(`${team.folder}/bin/claude --version: exit code 3\ntorn`)
    expect(code).toBe(0)
  })

  test('the filter is no trouble: without a session, with one, after its state is lost, or missing', async () => {
    const team = newTeam()
    const files = ['config', 'info/attributes', 'info/exclude'].map((name) => {
      return join(team.cwd, '.git', name)
    })
    const before = files.map(fileAt)
    const expectIdle = async () => {
      const diagnosis = await diagnose(team)
      expect(found(diagnosis)).toEqual([])
      expect(titleOf(diagnosis, 'filter')).toBe(
        "git has flow's filter, which is idle without a session",
      )
    }
    await expectIdle()
    const agent = await startAgent(team)
    await expectIdle()
    await agent.kill()
    rmSync(team.stateHome, { recursive: true })
    writeFileSync(team.settingsPath, SETTINGS)
    await expectIdle()
    expect(files.map(fileAt)).toEqual(before)
    git(team, 'config', '--remove-section', 'filter.flow')
    for (const path of files.slice(1)) rmSync(path)
    const missing = await diagnose(team)
    expect(found(missing)).toEqual([])
    expect(titleOf(missing, 'filter')).toContain('the first session installs it')
    expect((await flow(team, 'exec', '--', 'true')).code).toBe(0)
    expect(git(team, 'config', 'filter.flow.clean')).toContain('clean.sh')
    expect(git(team, 'status', '--short')).toBe('')
  })
})

/** With a node of its own, since none is on PATH. */
const AGENT_BY_PATH = `agents: { claude: { command: [${process.execPath}, ../bin/stand-in-agent.mjs] } }\n`

async function orphanByPath(team: Team): Promise<void> {
  await orphan(team)
  expect(settingsOf(team)).toContain(MARK)
}

/** As if whoever is in the session ran elsewhere; another boot tells it where machines have no id. */
function moveToOtherMachine(team: Team): void {
  for (const path of backupRefs(team)) {
    const pids = join(dirname(path), 'pids')
    for (const name of readdirSync(pids)) {
      const record = join(pids, name)
      const text = readFileSync(record, 'utf8')
      if (name.endsWith('.json')) {
        const lock = { ...JSON.parse(text), machineId: 'other', bootId: 'other' }
        writeFileSync(record, JSON.stringify(lock))
      } else {
        const [pid, startTime, , pidNamespace] = text.split(' ')
        writeFileSync(record, `${pid} ${startTime} other ${pidNamespace} other\n`)
      }
    }
  }
}
