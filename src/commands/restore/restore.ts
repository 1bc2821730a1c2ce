/** `flow restore SESSION [--dry-run] [--yes]`: restore what a past session backed up. */
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
import { diff, paintDiff } from '../diff.ts'
import { pastHere } from '../history/history.ts'
import { describeParticipants, whoWasIn } from '../participants.ts'
import { listSessions, type NameOf, sessionNames, whichSession } from '../session-names.ts'
import { dateTime } from '../time.ts'

/**
 * Shows what would change, asks, and changes it; what was there before is kept as a session of its
 * own, which the undo names.
 * @returns the exit code: 0, or 1 after a no or a cancel
 * @throws FlowError before anything is changed: E_NO_SESSION, E_AMBIGUOUS_SESSION, E_NOBODY_TO_ASK
 *   (exit code 2), E_SESSION_OPEN, E_SNAPSHOT_*, E_PROJECT_GONE, E_SETTINGS_*, E_FILE_CHANGED
 */
export async function restore(
  ports: Ports,
  { session, yes, dryRun }: { session: string; yes: boolean; dryRun: boolean },
  ask: Ask = askOnTerminal,
): Promise<number> {
  const { environment } = ports
  const print = (line: string) => environment.isQuiet || environment.print(`${line}\n`)
  const home = stateHome(environment)
  const all = listPast(ports, home)
  const nameOf = sessionNames(ports, home)
  const past = whichSession(session, { all, here: pastHere(ports, all).sessions, nameOf })
  const name = nameOf(past.sessionId)
  refuseOpen(ports, home, past)
  if (!past.isKept) throw pruned(past, all, nameOf)
  const kept = readKept(ports, home, past)
  const changing = kept.files.filter((file) => !isAsKept(file))
  if (changing.length === 0) {
    print(`${kept.files.map(({ path }) => path).join(', ')} is as ${name} found it: nothing to do`)
    return 0
  }
  const typed = `flow restore ${shellWord(session)}`
  if (!yes && !dryRun) requirePerson(environment, typed)
  const who = `${whoWasIn(past)}, ${dateTime(past.createdAt)}`
  const heading = `as it was before ${name} (${who}) in ${past.projectPath}:\n`
  // Who is asked has to see what about, under --quiet too.
  if (!yes || dryRun || !environment.isQuiet) {
    const differences = changing.map(({ path, present, keptBytes }) =>
      paintDiff(environment, diff(path, present?.bytes ?? null, keptBytes)),
    )
    environment.print(heading + differences.join(''))
  }
  if (dryRun) {
    const end = `nothing was changed: \`${typed}\` asks, and makes this change\n`
    environment.print(asTyped(ports, end))
    return 0
  }
  const answer = yes ? 'yes' : await ask(questionFor(name, changing))
  if (answer !== 'yes') {
    print(`${answer === 'cancel' ? 'cancelled: ' : ''}nothing was changed`)
    return 1
  }
  const restored = restoreSession(ports, home, kept, { cwd: environment.cwd })
  for (const { path, kind, kept = [] } of restored.files) {
    print(kind === 'removed' ? `removed ${path}` : `put ${path} back`)
    for (const copy of kept) print(`${path} was saved meanwhile: a copy of that is ${copy}`)
  }
  print(asTyped(ports, `undo: flow restore ${nameOf(restored.sessionId)}`))
  return 0
}

function questionFor(name: string, files: readonly KeptFile[]): string {
  const parts = files.map(({ path, keptBytes }) =>
    keptBytes === null ? `remove ${path}` : `put ${path} back`,
  )
  const text = parts.join(', and ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}, as before ${name}?`
}

/** Says who is in it; under the lock it is asked again. */
function refuseOpen(ports: Ports, home: string, { projectPath }: Past): void {
  const open = listProjects(ports, home).find(({ ref }) => ref?.projectPath === projectPath)
  if (open === undefined) return
  const who = describeParticipants(open.participants, ports.clock.now())
  const sentences = open.isOrphaned
    ? {
        what: `a session that was killed waits to be put right in ${projectPath}`,
        why: 'nobody is alive in it any more',
        next: '`flow recover`, then try again',
      }
    : {
        what: `a session is open in ${projectPath}`,
        why: [...who, 'when it ends, it puts back what it found'].join('\n'),
        next: 'end it, then try again',
      }
  throw new FlowError({ code: 'E_SESSION_OPEN', kept: 'nothing was changed', ...sentences })
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
        : `restore one of those that are left:\n${listSessions(left, nameOf)}`,
  })
}
