/** `flow restore SESSION [--dry-run] [--yes]`: put back what a past session had kept. */
import pc from 'picocolors'
import { FlowError } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { isAsKept, type KeptFile, readKept } from '../../session/kept.ts'
import { listPast, type Past } from '../../session/past.ts'
import { listProjects } from '../../session/projects.ts'
import { restoreSession } from '../../session/restore-session.ts'
import { shellWord } from '../../shell-word.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped } from '../as-typed.ts'
import { type Ask, askOnTerminal, requirePerson } from '../ask.ts'
import { hasColors } from '../colors.ts'

import { diff, paintDiff } from '../diff.ts'
import { whoWasIn } from '../history/ending.ts'
import { pastHere } from '../history/history.ts'
import { describeParticipants } from '../participants.ts'
import { type NameOf, sessionNames } from '../session-names.ts'
import { dateTime } from '../time.ts'
import { list, whichSession } from './which.ts'

export interface RestoreOptions {
  /** A name or id, the beginning of one, or `last`. */
  readonly session: string
  /** Restores without asking. */
  readonly yes: boolean
  /** Shows the difference and changes nothing. */
  readonly dryRun: boolean
}

/**
 * Shows what would change, asks, and changes it; what stood there before is kept as a session of its
 * own, which the undo names.
 * @returns the exit code: 0, or 1 after a no or a cancel
 * @throws FlowError before anything is changed: E_NO_SESSION, E_AMBIGUOUS_SESSION, E_NOBODY_TO_ASK
 *   (exit code 2), E_SESSION_OPEN, E_SNAPSHOT_*, E_PROJECT_GONE, E_SETTINGS_*, E_FILE_CHANGED
 */
export async function restore(
  ports: Ports,
  { session, yes, dryRun }: RestoreOptions,
  ask: Ask = askOnTerminal,
): Promise<number> {
  const { environment } = ports
  const tell = (text: string) => environment.isQuiet || environment.print(text)
  const home = stateHome(environment)
  const all = listPast(ports, home)
  const nameOf = sessionNames(ports, home)
  const past = whichSession(session, { all, here: pastHere(ports, all, false).sessions, nameOf })
  const name = nameOf(past.sessionId)
  refuseOpen(ports, home, past)
  if (!past.isKept) throw pruned(past, all, nameOf)
  const kept = readKept(ports, home, past)
  const changing = kept.files.filter((file) => !isAsKept(file))
  if (changing.length === 0) {
    const names = kept.files.map(({ path }) => path).join(', ')
    tell(`${names} is as ${name} found it: nothing to do\n`)
    return 0
  }
  const typed = `flow restore ${shellWord(session)}`
  if (!yes && !dryRun)
    requirePerson(environment, typed, { changes: 'what would change', them: 'the change' })
  const difference = `${headOf(past, name)}\n${changing.map((file) => show(ports, file)).join('')}`
  // Whoever is asked has to see what about.
  if (yes && !dryRun) tell(difference)
  else environment.print(difference)
  if (dryRun) {
    environment.print(
      asTyped(ports, `nothing was changed: \`${typed}\` asks, and makes this change\n`),
    )
    return 0
  }
  const answer = yes ? 'yes' : await ask(questionFor(name, changing))
  if (answer !== 'yes') {
    tell(`${answer === 'cancel' ? 'cancelled: ' : ''}nothing was changed\n`)
    return 1
  }
  const restored = restoreSession(ports, home, kept, { cwd: environment.cwd })
  const done = restored.files.map(({ path, kind, kept = [] }) => [
    kind === 'removed' ? `removed ${path}` : `put ${path} back`,
    ...kept.map((copy) => `${path} was saved meanwhile: a copy of that is ${copy}`),
  ])
  const undo = asTyped(ports, `undo: flow restore ${nameOf(restored.sessionId)}`)
  tell(`${[...done.flat(), undo].join('\n')}\n`)
  return 0
}

function headOf(past: Past, name: string): string {
  const { createdAt, projectPath } = past
  return `as it was before ${name} (${whoWasIn(past)}, ${dateTime(createdAt)}) in ${projectPath}:`
}

/** The change, from what stands there to what was kept. */
function show({ environment }: Ports, { path, present, keptBytes }: KeptFile): string {
  const colors = pc.createColors(hasColors(environment))
  const text = diff(path, textOf(present?.bytes ?? null), textOf(keptBytes))
  const isSeen = text.split('\n').length > 3
  return paintDiff(
    isSeen ? text : `${text}only line ends or bytes that are no text differ\n`,
    colors,
  )
}

function textOf(bytes: Buffer | null): string | null {
  return bytes?.toString('utf8') ?? null
}

function questionFor(name: string, files: readonly KeptFile[]): string {
  const removed = files.filter(({ keptBytes }) => keptBytes === null).map(({ path }) => path)
  const back = files.filter(({ keptBytes }) => keptBytes !== null).map(({ path }) => path)
  const parts = [
    ...(back.length > 0 ? [`put ${back.join(' and ')} back`] : []),
    ...(removed.length > 0 ? [`remove ${removed.join(' and ')}`] : []),
  ].join(', and ')
  return `${parts.charAt(0).toUpperCase()}${parts.slice(1)}, as before ${name}?`
}

/** Who is in it, in words; the gate looks once more. */
function refuseOpen(ports: Ports, home: string, { projectPath }: Past): void {
  const open = listProjects(ports, home).find(({ ref }) => ref?.projectPath === projectPath)
  if (open === undefined) return
  const who = describeParticipants(open.participants, ports.clock.now())
  throw new FlowError({
    code: 'E_SESSION_OPEN',
    what: open.isOrphaned
      ? `a session that was killed waits to be put right in ${projectPath}`
      : `a session is open in ${projectPath}`,
    why: open.isOrphaned
      ? 'nobody is alive in it any more'
      : [...who, 'when it ends, it puts back what it found'].join('\n'),
    kept: 'nothing was changed',
    next: open.isOrphaned ? '`flow recover`, then try again' : 'end it, then try again',
  })
}

function pruned(past: Past, all: readonly Past[], nameOf: NameOf): FlowError {
  const left = all.filter(({ isKept, projectPath }) => isKept && projectPath === past.projectPath)
  return new FlowError({
    code: 'E_SNAPSHOT_GONE',
    what: `the backup of ${nameOf(past.sessionId)} is not there any more`,
    why: 'of each project the latest few are kept (`history.snapshots` of .flowrc)',
    kept: 'nothing was changed',
    next:
      left.length === 0
        ? 'none is left to restore'
        : `restore one of those that are left:\n${list(left, nameOf)}`,
  })
}
