/**
 * The `.gitignore` that flow makes next to a settings file that it had to create: no `git add -A` may
 * take that file for the user's, with or without git hooks. It lives in the working tree, since
 * `info/exclude` would hide the same path in every linked worktree.
 *
 * git overwrites what it ignores at a checkout, so the file is ignored only while it holds nothing but
 * flow's: as soon as it is edited, `.gitignore` is removed.
 */
import { dirname, join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { sha256 } from '../sha256.ts'
import type { EditedFile } from './aside.ts'
import type { FileBackup } from './backup-ref.ts'
import { ignorePath, ignoreText } from './ignored-file.ts'
import { type Edit, editFile } from './replace-file.ts'
import type { PresentFile } from './settings-file.ts'
import { absentAs } from './state-file.ts'

/** True when flow may make one: none is there, or an earlier write of this session made it. */
export function canIgnore(ports: ProtocolPorts, settingsPath: string): boolean {
  const text = textOf(ports, ignorePath(settingsPath))
  return text === null || isOurs(text, settingsPath)
}

/** Not synced: after a power cut recovery removes the settings file. */
export function makeIgnoreFile(ports: ProtocolPorts, settingsPath: string): void {
  const bytes = Buffer.from(ignoreText(settingsPath))
  try {
    ports.fs.createFile(ignorePath(settingsPath), bytes, 0o644, { sync: false })
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}

/** Removes flow's lines, and the file with them if there are no others. `edited`: the settings file. */
export function removeIgnoreFile(ports: ProtocolPorts, edited: EditedFile): void {
  const path = ignorePath(edited.realPath)
  const file = { ...edited, realPath: path, name: join(dirname(edited.name), '.gitignore') }
  const lines = ignoreText(edited.realPath)
  editFile(ports, file, (present: PresentFile | null): Edit => {
    const text = present?.bytes.toString('latin1') ?? null
    if (text === null) return { kind: 'leave' }
    if (isOurs(text, edited.realPath)) return { kind: 'remove' }
    if (!text.includes(lines)) return { kind: 'leave' }
    return { kind: 'write', bytes: Buffer.from(text.replace(lines, ''), 'latin1') }
  })
}

/** True when someone else has written the file since flow did. */
export function isEdited({ fs }: ProtocolPorts, { realPath, writtenSha256 }: FileBackup): boolean {
  const bytes = absentAs(null, () => fs.readFile(realPath))
  return bytes !== null && sha256(bytes) !== writtenSha256
}

/** Also of a write that a power cut tore. */
function isOurs(text: string, settingsPath: string): boolean {
  return ignoreText(settingsPath).startsWith(text)
}

function textOf({ fs }: ProtocolPorts, path: string): string | null {
  try {
    return fs.readFile(path).toString('latin1')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null
    // A directory or an unreadable file of the user's.
    if (isErrno(error, 'EISDIR', 'EACCES', 'ELOOP')) return '!'
    throw error
  }
}
