/** A repository in which one command is struck again and again, from the same beginning each time. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileAt, listing, namesIn } from '../helpers/on-disk.ts'
import { newTeam, type Team } from '../helpers/team.ts'

export interface Lane {
  readonly team: Team
  /** The project's own files, as they have to be when all is over. */
  readonly wanted: readonly string[]
  /** Puts the settings and the state home back to where every instant begins. */
  readonly begin: () => void
}

/** Exit code of the agent in a lane. */
export const AGENT_EXIT = 7

/** Notes its process, says in how many lines of the settings flow's mark stands, and ends. */
const AGENT = `#!/bin/sh
echo $$ >>"$AGENT_NOTES"
grep -c flowSession .claude/settings.json
exit ${AGENT_EXIT}
`

/**
 * Call it inside a test.
 * @param prepare does everything that comes before the command, and returns `wanted`
 */
export async function newLane(
  prepare: (team: Team) => Promise<readonly string[]> | readonly string[],
): Promise<Lane> {
  // Thousands of synced writes: in memory where there is such a folder, since no power is cut here.
  if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm'
  const bare = newTeam()
  const team = { ...bare, env: { ...bare.env, AGENT_NOTES: notesOf(bare) } }
  rmSync(join(team.folder, 'bin/claude'))
  writeFileSync(join(team.folder, 'bin/claude'), AGENT, { mode: 0o755 })
  const wanted = await prepare(team)
  return { team, wanted, begin: keep(team) }
}

/** Remembers the settings, git's lines, the state home and the notes of the agent; returns how to have them back. */
export function keep(team: Team): () => void {
  const folder = mkdtempSync(join(team.folder, 'kept-'))
  const inProject = ['.claude', '.git/info'].map((name) => join(team.cwd, name))
  const places = [team.stateHome, ...inProject, notesOf(team)]
  const copies = places.map((path, at) => [path, join(folder, String(at))] as const)
  for (const [path, copy] of copies) copyIfThere(path, copy)
  return () => {
    for (const [path, copy] of copies) {
      rmSync(path, { recursive: true, force: true })
      copyIfThere(copy, path)
    }
  }
}

/** The processes that the agent has been. */
export function agentsOf(team: Team): number[] {
  if (!existsSync(notesOf(team))) return []
  return readFileSync(notesOf(team), 'utf8').split('\n').filter(Boolean).map(Number)
}

/** Path, mode and bytes or checksum of everything in the project but the packages; of git's folder, `info`. */
export function projectFiles({ cwd }: Team): string[] {
  const files = namesIn(cwd)
    .filter((name) => name !== '.git' && name !== 'node_modules')
    .flatMap((name) => {
      const path = join(cwd, name)
      return statSync(path).isDirectory()
        ? [`${path} ${statSync(path).mode.toString(8)}`, ...listing(path)]
        : [`${path} ${JSON.stringify(fileAt(path))}`]
    })
  return [...files, ...listing(join(cwd, '.git/info'))]
}

function notesOf({ folder }: Pick<Team, 'folder'>): string {
  return join(folder, 'agents')
}

function copyIfThere(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}
