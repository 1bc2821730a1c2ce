/** What a session says on stderr: nothing, unless something happened that a person should know. */
import type { Ports } from '../ports/ports.ts'
import type { RestoreReport } from '../session/close.ts'
import type { ReleaseResult, Session } from '../session/session.ts'
import type { Mended } from '../session/state.ts'
import { asTyped } from './as-typed.ts'

type Voice = Pick<Ports, 'environment' | 'fs'>

export function sayAcquired(ports: Voice, { mended, recovered, warnings }: Session): void {
  sayMended(ports, mended)
  if (recovered !== null) sayRestored(ports, recovered, 'a killed session')
  for (const warning of warnings) say(ports, warning)
}

export function sayReleased(ports: Voice, result: ReleaseResult): void {
  if (result.kind !== 'restored') return
  for (const { path, kind, kept = [] } of result.report.files) {
    if (kind === 'edits-kept') {
      say(ports, `${path} was edited meanwhile: the edits are kept, flow's hooks are out`)
    }
    sayKept(ports, path, kept)
  }
}

/** The user saved the file while flow changed it, or before a checkout overwrote it. */
function sayKept(ports: Voice, path: string, copies: readonly string[]): void {
  for (const copy of copies) say(ports, `${path} was saved meanwhile: a copy of that is ${copy}`)
}

/** @param whose `a killed session` */
export function sayRestored(ports: Voice, report: RestoreReport, whose: string): void {
  if (report.project !== 'there') {
    const { projectPath, backupPath } = report
    say(ports, `ended ${whose} in ${projectPath}, which is gone; its backup: ${backupPath}`)
    for (const { path, kept = [] } of report.files) sayKept(ports, path, kept)
    return
  }
  for (const { path, kind, kept = [] } of report.files) {
    const sentence = {
      'put-back': `put ${path} back as it was before ${whose}`,
      removed: `removed ${path}, which ${whose} had made`,
      'edits-kept': `took the hooks of ${whose} out of ${path} and kept every edit since`,
      untouched: `found nothing of ${whose} left in ${path}`,
    }[kind]
    say(ports, `${sentence} (${report.projectPath})`)
    sayKept(ports, path, kept)
  }
}

export function sayMended(ports: Voice, mended: readonly Mended[]): void {
  for (const { path, why, aside } of mended) {
    say(ports, `${path} was damaged (${why}); it is kept as ${aside}`)
  }
}

/** Nothing under `--quiet`: this is for what a person should know, not for errors. */
export function say(ports: Voice, sentence: string): void {
  if (!ports.environment.isQuiet) sayAlways(ports, `flow: ${sentence}\n`)
}

/** Errors, and what a quiet command says all the same: whole lines. */
export function sayAlways(ports: Voice, text: string): void {
  ports.environment.printError(asTyped(ports, text))
}
