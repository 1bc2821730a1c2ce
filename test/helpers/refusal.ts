/** A command that flow refuses: nothing started, nothing changed, four lines that help. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { listing } from './on-disk.ts'
import { type Ended, run } from './running.ts'
import { backupRefs, type Team } from './team.ts'

export interface FourLines {
  readonly what: string
  readonly why: string
  readonly kept: string
  readonly next: string
}

/** Runs `argv` and sees that it changed nothing and started no agent, which would have spoken. */
export async function refusal(
  team: Team,
  argv: readonly string[],
): Promise<FourLines & { readonly code: number | null }> {
  const done = await refused(team, argv)
  return { code: done.code, ...fourLines(done) }
}

/** The same for a typing mistake: the whole of stderr, which is one line. */
export async function mistake(
  team: Team,
  argv: readonly string[],
): Promise<{ readonly what: string; readonly code: number | null }> {
  const { code, stderr } = await refused(team, argv)
  expect(stderr).toMatch(/^flow: [^\n]+\n$/)
  return { code, what: stderr.slice('flow: '.length, -1) }
}

async function refused(team: Team, argv: readonly string[]): Promise<Ended> {
  const before = listing(team.cwd)
  const done = await run(argv, team)
  expect(done.stdout).toBe('')
  expect(listing(team.cwd)).toEqual(before)
  expect(backupRefs(team)).toEqual([])
  return done
}

/** The last error on stderr; fails when it is not one with its four lines. */
export function fourLines({ stderr }: Ended): FourLines {
  const error = stderr.slice(stderr.lastIndexOf('\nflow: ') + 1)
  const lines =
    /^flow: ([^\n]+)\n {2}why: {2}(.+)\n {2}kept: (.+)\n {2}next: (.+)\n$/s.exec(error) ?? []
  const [, what = '', why = '', kept = '', next = ''] = lines
  if (what === '') throw new Error(`not what, why, kept, next: ${JSON.stringify(stderr)}`)
  // Whoever is told where something is kept must find it there.
  const paths = [...kept.matchAll(/(?<!\S)\/\S+/g)].map(([path]) => path)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
  return { what, why, kept, next }
}

/** Permissions mean nothing to root: then the team and its flow are nobody's. */
export function unprivileged(team: Team): Team {
  if (process.getuid?.() !== 0) return team
  const nobody = 65_534
  execFileSync('chown', ['-R', `${nobody}:${nobody}`, team.folder])
  return { ...team, uid: nobody }
}
