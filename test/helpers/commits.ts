/** Commits in a team's repository whose hooks look at what is committed. */
import { hookLine } from '../../src/git/hook-line.ts'
import { run } from './running.ts'
import { PATH } from './seen-by-git.ts'
import { git, newTeam, put, SETTINGS, type Team } from './team.ts'

export const HOOK = { '.husky/pre-commit': `${hookLine('pre-commit')}\n` }

/** Flow has to make the settings. */
export function withoutSettings(): Team {
  return newTeam({ files: { ...HOOK, '.claude': null } })
}

/** The same, but the branch `other` has settings. */
export function withSettingsOnOther(): Team {
  const team = withoutSettings()
  git(team, 'switch', '-q', '-c', 'other')
  put(team.cwd, { [PATH]: SETTINGS })
  git(team, 'add', '-A')
  git(team, 'commit', '-qm', 'settings')
  git(team, 'switch', '-q', '-')
  return team
}

export function commit(team: Team, ...words: string[]) {
  return run(['git', 'commit', ...words], team)
}

export const filesIn = (team: Team) => git(team, 'ls-tree', '-r', '--name-only', 'HEAD')
