/**
 * The hard link, in the snapshot folder, to a settings file that flow made. git overwrites at a checkout
 * what it ignores: what somebody has written into the file until then is still under this name. An editor
 * that replaces the file by a new one leaves nothing here.
 */
import { join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { type EditedFile, keptName, NO_HARD_LINKS, removeFile, shortHash } from './aside.ts'
import { listState } from './state-file.ts'

const END = '.link'

/** After a write of these bytes. Where hard links are impossible, as on another file system, there is none. */
export function linkMade(ports: ProtocolPorts, file: EditedFile, bytes: Uint8Array): void {
  const name = `${startOf(file)}${shortHash(bytes)}${END}`
  try {
    ports.fs.link(file.realPath, join(file.keepFolder, name))
  } catch (error) {
    if (!isErrno(error, ...NO_HARD_LINKS, 'EXDEV', 'EEXIST', 'ENOENT')) throw error
  }
}

/** Removes the links. The last one to what somebody has written becomes a copy that is kept. */
export function settleLinks(ports: ProtocolPorts, file: EditedFile): void {
  for (const { path, hash } of linksOf(ports, file)) {
    const isLast = ports.fs.linkFacts(path).linkCount === 1
    if (isLast && shortHash(ports.fs.readFile(path)) !== hash) {
      const copyPath = join(file.keepFolder, keptName(ports))
      ports.fs.rename(path, copyPath)
      ports.log('file', `${file.realPath} was replaced after an edit: ${copyPath} has the edit`)
      file.onKept(copyPath)
    } else removeFile(ports, path)
  }
}

/** Once git no longer ignores the file. A file with two names would have to be written in place. */
export function unlinkMade(ports: ProtocolPorts, file: EditedFile): void {
  for (const { path } of linksOf(ports, file)) {
    if (ports.fs.linkFacts(path).linkCount > 1) removeFile(ports, path)
  }
}

function linksOf(ports: ProtocolPorts, file: EditedFile): { path: string; hash: string }[] {
  const start = startOf(file)
  return listState(ports, file.keepFolder)
    .filter((name) => name.startsWith(start) && name.endsWith(END))
    .map((name) => ({
      path: join(file.keepFolder, name),
      hash: name.slice(start.length, -END.length),
    }))
}

function startOf({ name }: EditedFile): string {
  return `${encodeURIComponent(name)}.`
}
