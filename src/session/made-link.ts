/**
 * The hard link, in the snapshot directory, to a settings file that flow made. git overwrites ignored files
 * at a checkout: what the user wrote into the file before is still under this name. An editor that
 * replaces the file by a new one leaves nothing here.
 */
import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type EditedFile, keptName, NO_HARD_LINKS, removeFile, shortHash } from './aside.ts'
import { listState } from './state-file.ts'

const END = '.link'

/** After a write of these bytes. Where hard links are impossible, as on another file system, there is none. */
export function linkMade(ports: ProtocolPorts, file: EditedFile, bytes: Uint8Array): void {
  unlinkMade(ports, file)
  // Random: an earlier link may hold an edit of the same bytes.
  const name = `${startOf(file)}${ports.clock.randomHex(4)}.${shortHash(bytes)}${END}`
  try {
    ports.fs.link(file.realPath, join(file.keepFolder, name))
  } catch (error) {
    if (!isErrno(error, ...NO_HARD_LINKS, 'EXDEV', 'ENOENT')) throw error
  }
}

/**
 * Removes the link, unless it is the last one to an edit of the user's. Once git no longer ignores the
 * file it is not needed, and a file with two names would have to be written in place.
 */
export function unlinkMade(ports: ProtocolPorts, file: EditedFile): void {
  for (const link of linksOf(ports, file)) if (!holdsEdit(ports, link)) removeFile(ports, link.path)
}

/** The same at the end of the session: such an edit becomes a copy that is kept. */
export function settleLinks(ports: ProtocolPorts, file: EditedFile): void {
  unlinkMade(ports, file)
  for (const { path } of linksOf(ports, file)) {
    const copyPath = join(file.keepFolder, keptName(ports))
    ports.fs.rename(path, copyPath)
    ports.log('file', `${file.realPath} was overwritten after an edit: ${copyPath} has the edit`)
    file.onKept(copyPath)
  }
}

interface Link {
  readonly path: string
  /** Of what flow wrote. */
  readonly hash: string
}

function holdsEdit({ fs }: ProtocolPorts, { path, hash }: Link): boolean {
  return fs.linkFacts(path).linkCount === 1 && shortHash(fs.readFile(path)) !== hash
}

function linksOf(ports: ProtocolPorts, file: EditedFile): Link[] {
  const start = startOf(file)
  return listState(ports, file.keepFolder)
    .filter((name) => name.startsWith(start) && name.endsWith(END))
    .map((name) => ({
      path: join(file.keepFolder, name),
      hash: name.slice(name.indexOf('.', start.length) + 1, -END.length),
    }))
}

function startOf({ name }: EditedFile): string {
  return `${encodeURIComponent(name)}.`
}
