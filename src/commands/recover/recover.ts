/**
 * `flow recover [PATH] [--quiet] [--force]`: restore every orphaned session of every project, or those of
 * one. `--force` ends sessions that may be alive, so within a project it is for that one alone.
 */
import { resolve } from 'node:path'

import { describeFailure } from '../../failure.ts'
import { isSwitchedOff } from '../../flow-switch.ts'
import type { Ports } from '../../ports/ports.ts'
import { forceRecovery } from '../../session/failure.ts'
import { purgeGone } from '../../session/forget.ts'
import type { RecoveredFor } from '../../session/history.ts'
import { type KnownProject, projectAround, projectNamed } from '../../session/projects.ts'
import { type RecoverOutcome, recoverSessions } from '../../session/recover.ts'
import type { FileOutcome } from '../../session/restore-file.ts'
import { stateHome } from '../../state-home.ts'
import { say, sayAlways, sayMended, sayRestored } from '../say-session.ts'

export interface RecoverCommandOptions {
  /** For hooks and prompts: speak only when something was done or could not be done. */
  readonly quiet: boolean
  readonly force: boolean
  /** The project to recover, as the user named it; absent: every one. */
  readonly path?: string | undefined
  /** For the history: who calls, where it is no person. */
  readonly recoveredFor?: RecoveredFor | undefined
}

/** Exit code: 0 when nothing is left to mend, 1 when something could not be mended. */
export function recover(ports: Ports, options: RecoverCommandOptions): number {
  const { quiet, force, recoveredFor = quiet ? undefined : 'command' } = options
  const { variables } = ports.environment
  if (isSwitchedOff(variables) && quiet) {
    ports.log('recover', `nothing is done: FLOW=${variables.FLOW} is set`)
    return 0
  }
  const home = stateHome(ports.environment)
  const cwd = ports.fs.realPath(ports.environment.cwd)
  const one = chosenProject(ports, home, cwd, options)
  const outcomes = recoverSessions(ports, home, {
    force,
    automatic: quiet,
    recoveredFor,
    cwd: options.path === undefined || one === null ? cwd : one.path,
    ...(one !== null && { only: [one.paths] }),
  })
  if (!quiet) purgeGone(ports, home)
  if (recoveredFor === 'prompt') reportAtPrompt(ports, outcomes)
  else for (const outcome of outcomes) sayOutcome(ports, outcome, quiet)
  const failed = outcomes.some(({ kind }) => kind === 'failed' || kind === 'foreign')
  if (!quiet && outcomes.every(({ kind }) => kind === 'nothing' || kind === 'open')) {
    say(ports, `nothing to recover${one === null ? '' : ` in ${one.path}`}`)
  }
  return failed ? 1 : 0
}

/** Null: every project. @throws FlowError E_PROJECT_UNKNOWN */
function chosenProject(
  ports: Ports,
  home: string,
  cwd: string,
  { path, force }: RecoverCommandOptions,
): KnownProject | null {
  if (path !== undefined) return projectNamed(ports, home, resolve(cwd, path))
  return force ? projectAround(ports, home, cwd) : null
}

const MAX_PROMPT_LINES = 2

/** A prompt shows two lines at most: where there are more, the counts and where to read on. */
function reportAtPrompt(ports: Ports, outcomes: readonly RecoverOutcome[]): void {
  let text = ''
  const printError = (more: string) => {
    text += more
  }
  const collecting = { ...ports, environment: { ...ports.environment, printError } }
  const reported = outcomes.filter((outcome) => {
    const before = text
    sayOutcome(collecting, outcome, true)
    return text !== before
  })
  const lineCount = text.split('\n').length - 1
  if (lineCount <= MAX_PROMPT_LINES) {
    if (text !== '') ports.environment.printError(text)
    return
  }
  const failed = reported.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.error] : []))
  const recoveredCount = reported.filter(({ kind }) => kind === 'restored').length
  const [failure] = failed
  if (failure !== undefined && reported.length === 1) {
    say(ports, `${failure.what}; run \`flow doctor\` to see more`)
    return
  }
  const counts = [
    ...(recoveredCount > 0 ? [`recovered ${workspaces(recoveredCount)}`] : []),
    ...(failed.length > 0 ? [`could not recover ${workspaces(failed.length)}`] : []),
  ]
  const sentence = counts.length > 0 ? counts.join(', ') : `recovery has ${lineCount} reports`
  say(ports, `${sentence}; run \`flow doctor\` to see more`)
}

function workspaces(count: number): string {
  return count === 1 ? '1 workspace' : `${count} workspaces`
}

function isOfNoConcern({ kind, kept = [] }: FileOutcome): boolean {
  return kind === 'untouched' && kept.length === 0
}

function sayOutcome(ports: Ports, outcome: RecoverOutcome, quiet: boolean): void {
  sayMended(ports, outcome.mended)
  switch (outcome.kind) {
    case 'restored':
      // git put the file right itself, by a switch or a reset: nothing was done that anybody saw.
      if (quiet && outcome.report.files.every(isOfNoConcern)) {
        ports.log('recover', 'nothing is said: git had put the files right itself')
        return
      }
      sayRestored(ports, outcome.report, 'a killed session')
      if (outcome.cameBack !== null) sayRestored(ports, outcome.cameBack, 'a session that was over')
      return
    case 'open':
      // After a checkout nobody has to hear of it: git's words are as they always are.
      if (outcome.putBack && !quiet)
        say(ports, `put the hooks of the open session back into ${outcome.projectPath}`)
      return
    case 'foreign':
      if (quiet) return
      say(ports, `left the session in ${outcome.projectPath} alone: ${outcome.reason}`)
      say(ports, `if you know that it is over, run \`${forceRecovery(outcome.projectPath)}\``)
      return
    case 'deferred':
      ports.log('recover', `${outcome.projectPath}: later, since ${outcome.reason}`)
      return
    case 'failed':
      sayAlways(ports, describeFailure(outcome.error, ports))
      return
    case 'nothing':
      return
  }
}
