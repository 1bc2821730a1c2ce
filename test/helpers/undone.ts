/** `flow init`, a session, `flow uninstall`, and what they leave. */
import { expect } from 'vitest'
import { listing } from './on-disk.ts'
import { flow, type Team } from './team.ts'

/** Path, mode and bytes of all that there is: the tree, git's own files, the home, the state home. */
export function everything({ folder }: Team): string[] {
  return listing(folder).filter(
    (line) => !/\/node_modules(\/| )|\/\.git\/(objects|index|logs)/.test(line),
  )
}

/** Done by flow, without a word on stderr. */
export async function done(team: Team, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await flow(team, ...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

export async function initRunUninstall(team: Team): Promise<string> {
  await done(team, 'init', '--yes')
  await done(team, 'run', 'claude')
  return done(team, 'uninstall', '--yes')
}
