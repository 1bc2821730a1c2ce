/** The modes of the state home. */
import { statSync } from 'node:fs'
import { expect } from 'vitest'
import { fileAt, listing } from './on-disk.ts'
import { unprivileged } from './refusal.ts'
import { begin, run } from './running.ts'
import { newTeam, ORIGINAL, type Team } from './team.ts'

/** Kinds and permission bits that stand in the state home and below. */
function modesOf({ stateHome }: Team): string[] {
  const home = `${stateHome} ${statSync(stateHome).mode.toString(8)}`
  return [...new Set([home, ...listing(stateHome)].map((line) => line.split(' ')[1] ?? ''))].sort()
}

const CLOSED = ['100600', '40700']

/** Through a whole session, its kill and its recovery. */
export async function staysClosed(umask: string): Promise<void> {
  const team = unprivileged(newTeam())
  const work = `umask ${umask}; exec flow exec -- sh -c 'echo in; exec sleep 600'`
  const session = begin(['sh', '-c', work], team)
  await session.says('in')
  expect(modesOf(team)).toEqual(CLOSED)
  process.kill(-session.pid, 'SIGKILL')
  await session.ended
  const done = await run(['sh', '-c', `umask ${umask}; flow recover`], team)
  expect(done).toMatchObject({ code: 0 })
  expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  expect(modesOf(team)).toEqual(CLOSED)
}
