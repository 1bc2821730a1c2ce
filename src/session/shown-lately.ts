/**
 * What a person was shown lately, so that an agent which says the same again and again is heard once.
 * A mark is an empty file `shown.<key>.<n>` beside the notes of fired hooks; its time is when. Marks are
 * numbered as the claims of a gate are: of two that would be next, one is made.
 */

import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { sha256 } from '../sha256.ts'
import { refuseLinkedFolders } from './own-folders.ts'
import type { OwnSession } from './own-session.ts'
import { absentAs, ensureFolder, listState, removeState } from './state-file.ts'

/** A file's time may be that much later than our clock's; beyond it, the clock was set back. */
const SLACK_MS = 2_000

/**
 * True for the one that may show `text` now: nobody of this session did within `withinMs`, and of
 * several processes that ask at once one gets it. A clock that was set back or forth makes it shown
 * once too often, never not at all.
 * @throws FlowError E_STATE_LINK, E_STATE_READ, E_STATE_WRITE, and what the file system says
 */
export function mayShow(
  ports: ProtocolPorts,
  { paths, stem }: OwnSession,
  text: string,
  withinMs: number,
): boolean {
  if (withinMs <= 0) return true
  const { firedFolder, home } = paths
  refuseLinkedFolders(ports, home, [firedFolder])
  ensureFolder(ports, firedFolder)
  const key = sha256(`${stem}\0${text}`).slice(0, 16)
  const marks = marksIn(ports, firedFolder)
  const own = marks.filter((mark) => mark.key === key).sort((a, b) => b.number - a.number)
  const now = ports.clock.now()
  const isFresh = ({ markedMs }: Mark) => {
    const age = now.getTime() - markedMs
    return age >= -SLACK_MS && age < withinMs
  }
  const [top] = own
  if (top !== undefined && isFresh(top)) return false
  const path = join(firedFolder, `shown.${key}.${(top?.number ?? 0) + 1}`)
  try {
    ports.fs.createFile(path, new Uint8Array(), 0o600, { sync: false, modified: now })
  } catch (error) {
    // Another process came first, with the same text.
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
  const done = marks.filter((mark) => own.includes(mark) || !isFresh(mark))
  for (const { name } of done) removeState(ports, join(firedFolder, name))
  return true
}

interface Mark {
  readonly name: string
  readonly key: string
  readonly number: number
  readonly markedMs: number
}

function marksIn(ports: ProtocolPorts, folder: string): Mark[] {
  return listState(ports, folder).flatMap((name) => {
    const [, key, number] = /^shown\.([0-9a-f]{16})\.([1-9][0-9]{0,8})$/.exec(name) ?? []
    if (key === undefined) return []
    // -1: another process swept it in this moment.
    const markedMs = absentAs(-1, () => ports.fs.linkFacts(join(folder, name)).modifiedMs)
    return markedMs === -1 ? [] : [{ name, key, number: Number(number), markedMs }]
  })
}
