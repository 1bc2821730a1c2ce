/** A team's repository as git sees it. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileAt, listing } from './on-disk.ts'
import { git, newTeam, settingsOf, type Team } from './team.ts'

export const PATH = '.claude/settings.json'
export const haiku = (text: string) => text.replace('"opus"', '"haiku"')

export const status = (team: Team) => git(team, 'status', '--short')

export function edit(team: Team, change: (text: string) => string): void {
  writeFileSync(team.settingsPath, change(settingsOf(team)))
}

/** What git would store for the settings as they stand now. */
export function stored(team: Team): string {
  const blob = git(team, 'hash-object', '-w', PATH).trim()
  return git(team, 'cat-file', 'blob', blob)
}

export function gitFiles({ cwd }: Team): unknown[] {
  return [fileAt(join(cwd, '.git/config')), ...listing(join(cwd, '.git/info'))]
}

/** A team whose repository has no filter yet. */
export function uninstalled(): Team {
  const team = newTeam()
  git(team, 'config', '--remove-section', 'filter.flow')
  rmSync(join(team.cwd, '.git/info'), { recursive: true })
  return team
}
