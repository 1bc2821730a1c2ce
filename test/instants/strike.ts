/** Commands that are struck before their k-th file operation; strike.mjs does it inside of them. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Ended, run } from '../helpers/running.ts'
import type { Team } from '../helpers/team.ts'

export const ERRNOS = ['ENOSPC', 'EACCES', 'EIO', 'EROFS', 'EMFILE'] as const

export interface Strike {
  /** Before which operation, counted from 1, or as a step of it is told. */
  readonly at: number | string
  /** `torn`: a write is done by half, then the kill. */
  readonly by: 'kill' | 'torn' | (typeof ERRNOS)[number]
}

export interface Struck extends Ended {
  /** False: it came to its end before that operation. */
  readonly isStruck: boolean
  /** The operations up to the struck one, each as `renameSync PATH`. */
  readonly steps: readonly string[]
  /** For failures of the test: what was struck. */
  readonly when: string
}

/** What `node --import` loads to be struck. */
export const PRELOAD = pathToFileURL(join(import.meta.dirname, 'strike.mjs')).href

/**
 * Runs `argv` and strikes the first node in it, until nobody is left who holds its output: then its
 * agent, and what a git hook started, is over as well.
 */
export async function strike(
  team: Team,
  argv: readonly string[],
  { at, by }: Strike,
): Promise<Struck> {
  const report = join(team.folder, 'report')
  rmSync(report, { force: true })
  const env = {
    ...team.env,
    NODE_OPTIONS: `--import=${PRELOAD}`,
    STRIKE: JSON.stringify({ at, by, below: [team.cwd, team.stateHome], report }),
  }
  const ended = await run(argv, { ...team, env })
  if (!existsSync(report)) throw new Error(`no node began in ${argv.join(' ')}\n${ended.stderr}`)
  const { isStruck, steps } = JSON.parse(readFileSync(report, 'utf8'))
  return { ...ended, isStruck, steps, when: `${by} at ${at}: ${steps.at(-1)}` }
}

/** The operations of `argv` when nothing strikes it. */
export async function stepsOf(team: Team, argv: readonly string[]): Promise<readonly string[]> {
  return (await strike(team, argv, { at: 0, by: 'kill' })).steps
}

/**
 * Calls `act` with every `stride`-th number from `first` on until it returns false, in as many
 * `lanes` at once as there are.
 * @returns how often it returned true
 */
export async function atEvery<Lane>(
  lanes: readonly Lane[],
  { first, stride }: { readonly first: number; readonly stride: number },
  act: (lane: Lane, at: number) => Promise<boolean>,
): Promise<number> {
  let next = first
  let count = 0
  let isOver = false
  const follow = async (lane: Lane) => {
    while (!isOver) {
      const at = next
      next += stride
      if (await act(lane, at)) count += 1
      else isOver = true
    }
  }
  await Promise.all(lanes.map(follow))
  return count
}
