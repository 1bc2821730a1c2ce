/**
 * What the clean filter goes by: `<stem>.merged`, bytes of a settings file, and `<stem>.clean`, what git
 * is given for them. Read without a gate, so a pair is never written over: its name tells the content.
 */
import { join } from 'node:path'
import { FlowError, isErrno, isSystemError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { shortHash } from './aside.ts'
import { listState, removeState, writeNote, writeWhole } from './state-file.ts'

/** Ends the name of what says who needs the filter. */
export const LINES = '.lines'

/**
 * A power cut may take the pair, and then the filter works it out; but where it finds what stands in the
 * settings, it finds the whole answer.
 * @param owner the session that it goes with
 * @param cleanPath a synced file of the state home with the clean bytes; null: none
 * @throws FlowError E_STATE_WRITE
 */
export function writePair(
  ports: ProtocolPorts,
  folder: string,
  owner: string,
  merged: Uint8Array,
  clean: Uint8Array,
  cleanPath: string | null,
): void {
  const stem = join(folder, `${owner}.${shortHash(merged)}`)
  // In this order: whoever finds `.merged` finds both.
  if (cleanPath === null || !tryLink(ports, cleanPath, `${stem}.clean`))
    writeWhole(ports, `${stem}.clean`, clean)
  writeNote(ports, `${stem}.merged`, merged)
}

/** False where it cannot be, for whatever reason: a copy does as well. */
function tryLink({ fs }: ProtocolPorts, existing: string, fresh: string): boolean {
  try {
    fs.link(existing, fresh)
    return true
  } catch (error) {
    if (!isSystemError(error)) throw error
    return isErrno(error, 'EEXIST')
  }
}

const EDITED = 'edited'
const MOST_EDITED = 4

/**
 * Keeps the answer for what somebody edited, the last few only. Outside the gate: nothing is lost when
 * it cannot be kept, or goes at once with the end of the session.
 */
export function keepEditedPair(
  ports: ProtocolPorts,
  folder: string,
  edited: Uint8Array,
  clean: Uint8Array,
): void {
  const stem = `${EDITED}.${shortHash(edited)}`
  try {
    const names = listState(ports, folder)
    // Nobody needs the filter any more, or this pair stands already.
    const isNeeded = names.some((name) => name.endsWith(LINES))
    if (!isNeeded || names.includes(`${stem}.merged`)) return
    const earlier = names.filter((name) => name.startsWith(EDITED) && name.endsWith('.merged'))
    const surplus = earlier.slice(0, Math.max(0, earlier.length - MOST_EDITED + 1))
    for (const name of surplus) {
      removeState(ports, join(folder, name))
      removeState(ports, join(folder, name.replace(/merged$/, 'clean')))
    }
    writeWhole(ports, join(folder, `${stem}.clean`), clean)
    writeNote(ports, join(folder, `${stem}.merged`), edited)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('clean', error.message)
  }
}
