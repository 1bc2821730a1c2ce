/** Agents that are zx scripts. */
import { expect } from 'vitest'
import { EXAMPLES } from './documents.ts'
import { fileAt } from './on-disk.ts'
import { backupRefs, flow, git, newTeam, type Team, type TeamOptions } from './team.ts'

/** A team whose agent `script` is this script. */
export function teamWith(script: string, { files, ...options }: TeamOptions = {}): Team {
  const flowrc = 'agents: { script: { script: agents/my script.mjs, env: { OWN: given } } }\n'
  return newTeam({
    ...options,
    files: { '.flowrc': flowrc, 'agents/my script.mjs': script, ...files },
  })
}

/** A script with an end of its own, which is no error of flow's. */
export async function endsByItself(script: string, code: number, error: string): Promise<void> {
  const team = teamWith(script)
  const before = fileAt(team.settingsPath)
  const done = await flow(team, 'run', 'script')
  expect(done).toMatchObject({ code, signal: null, stdout: '' })
  if (error === '') expect(done.stderr).toBe('')
  else expect(done.stderr).toContain(error)
  expect(done.stderr).not.toContain('flow:')
  if (code === 1) expect(done.stderr).toMatch(/my(%20| )script\.mjs:1/)
  expect(fileAt(team.settingsPath)).toEqual(before)
  expect(backupRefs(team)).toEqual([])
}

const [example] = EXAMPLES.filter(({ text }) => text.startsWith('// agents/review.mjs\n'))
const configuration = 'agents: { review: { script: agents/review.mjs } }\n'

/** A team with the example in the documents. */
export const reviewed = () => {
  const files = { '.flowrc': configuration, 'agents/review.mjs': example?.text ?? '' }
  const team = newTeam({ files })
  git(team, 'tag', 'v1.2')
  return team
}

export const review = (team: Team) =>
  flow(team, 'run', 'review', '--', '--base', 'v1.2', 'Mind the error messages.')
