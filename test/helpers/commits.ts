/** Commits in a team's repository whose hooks look at what is committed. */
import { hookLine } from '../../src/git/hook-line.ts'
import { run } from './running.ts'
import { git, newTeam, type Team } from './team.ts'

export const HOOK = { '.husky/pre-commit': `${hookLine('pre-commit')}\n` }

/** Flow has to make the settings. */
export function withoutSettings(): Team {
  return newTeam({ files: { ...HOOK, '.claude': null } })
}

export function commit(team: Team, ...words: string[]) {
  return run(['git', 'commit', ...words], team)
}

export const filesIn = (team: Team) => git(team, 'ls-tree', '-r', '--name-only', 'HEAD')
