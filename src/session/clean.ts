/** What git is given for a settings file that holds entries of flow's and was edited since. */
import { join } from 'node:path'
import { explain, FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { detachEntries, markedSessions, stripResidue } from '../settings/detach.ts'
import { type FileBackup, parseBackupRef } from './backup-ref.ts'
import { homePaths, isProjectHash, isSessionId, projectPaths, snapshotFolder } from './layout.ts'
import { listState, readBytes, readState } from './state-file.ts'

/**
 * The bytes as the end of the session would leave them: every entry of flow's is out, every edit is
 * in; nothing at all for a file that flow made and nobody else wrote into. Takes no gate and changes
 * nothing.
 * @param home the state home
 * @param path of the file in its working tree, with `/`
 */
export function cleanForGit(
  ports: ProtocolPorts,
  home: string,
  path: string,
  bytes: Uint8Array,
): Uint8Array {
  try {
    return withoutEntries(ports, home, path, bytes)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('clean', `${path}: by its text, since ${explain(error)}`)
    return withoutInsertion(ports, home, Buffer.from(bytes))
  }
}

function withoutEntries(
  ports: ProtocolPorts,
  home: string,
  path: string,
  bytes: Uint8Array,
): Uint8Array {
  let rest = bytes
  for (const sessionId of markedSessions(bytes, path)) {
    const file = fileOf(ports, home, sessionId, path)
    if (file === undefined) continue
    const detachment = detachEntries({
      record: file.record,
      original: file.original.kind === 'absent' ? null : new Uint8Array(),
      writtenSha256: '',
      present: rest,
      name: path,
    })
    if (detachment.kind === 'delete') return new Uint8Array()
    if (detachment.kind === 'write') rest = detachment.bytes
  }
  return stripResidue(rest, () => false, path).bytes
}

/** The session's record of this file, whichever project it is of. */
function fileOf(
  ports: ProtocolPorts,
  home: string,
  sessionId: string,
  path: string,
): FileBackup | undefined {
  if (!isSessionId(sessionId)) return undefined
  for (const hash of listState(ports, homePaths(home).snapshotsFolder).filter(isProjectHash)) {
    const paths = projectPaths(home, hash)
    const manifestPath = join(snapshotFolder(paths, sessionId), 'manifest.json')
    const manifest = readState(ports, manifestPath, (value) => parseBackupRef(value, paths))
    if (manifest.kind !== 'ok') continue
    const { files, boundary } = manifest.value
    return files.find(({ realPath }) => realPath === join(boundary, path)) ?? files[0]
  }
  return undefined
}

/**
 * Of a text that does not parse: what the merge put into the original in one piece comes out where
 * it stands as it was. Otherwise the text stays, since nobody can tell what is whose.
 */
function withoutInsertion(ports: ProtocolPorts, home: string, bytes: Buffer): Buffer {
  const { snapshotsFolder } = homePaths(home)
  const inFolder = (folder: string) => listState(ports, folder).map((name) => join(folder, name))
  const snapshots = inFolder(snapshotsFolder).flatMap(inFolder)
  const pairs = snapshots.flatMap(inFolder).filter((path) => path.endsWith(MERGED))
  for (const path of pairs) {
    const merged = readBytes(ports, path)
    const clean = readBytes(ports, path.slice(0, -MERGED.length))
    if (merged === undefined || clean === undefined) continue
    const { start, inserted, replaced } = differenceOf(clean, merged)
    const at = bytes.indexOf(inserted)
    if (inserted.length === 0 || at === -1 || bytes.indexOf(inserted, at + 1) !== -1) continue
    ports.log('clean', `found what ${path} has from byte ${start} on`)
    return Buffer.concat([bytes.subarray(0, at), replaced, bytes.subarray(at + inserted.length)])
  }
  return bytes
}

/** Ends the name of what flow wrote; without it, the name of what git is to be given for it. */
const MERGED = '.merged'

/** Where the merged text differs from the clean one, and what stands there in each. */
function differenceOf(clean: Buffer, merged: Buffer) {
  const most = Math.min(clean.length, merged.length)
  let start = 0
  while (start < most && clean[start] === merged[start]) start += 1
  let same = 0
  while (same < most - start && clean.at(-1 - same) === merged.at(-1 - same)) same += 1
  return {
    start,
    inserted: merged.subarray(start, merged.length - same),
    replaced: clean.subarray(start, clean.length - same),
  }
}
