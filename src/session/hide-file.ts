/**
 * Hides a settings file that flow had to create from git: no `git add -A` may take that file for the
 * user's, with or without git hooks. A `.gitignore` next to it does so; where the user has one, a line
 * of `info/exclude` does, unless other working trees share that file.
 *
 * git overwrites what it ignores at a checkout, so the file is hidden only while it holds nothing but
 * flow's: as soon as it is edited, it is shown.
 */
import { dirname, join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import { exists, ifAbsent, readOrNull, realOrSame } from '../git/git-file.ts'
import { commonGitDirectory } from '../git/head.ts'
import { hiddenLine, lineBytes } from '../git/info-lines.ts'
import { isInside, treePath } from '../git/tree-path.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { sha256 } from '../sha256.ts'
import type { EditedFile } from './aside.ts'
import type { BackupRef, FileBackup } from './backup-ref.ts'
import { ignorePath, ignoreText, isIgnoredByFlow } from './ignored-file.ts'
import { type Edit, editFile } from './replace-file.ts'
import { absentAs } from './state-file.ts'

/** True when flow may make a `.gitignore`: none is there, or one that flow made. */
export function canIgnore(ports: ProtocolPorts, settingsPath: string): boolean {
  const path = ignorePath(settingsPath)
  return !exists(ports, path) || textOf(ports, path) === ignoreText(settingsPath)
}

/** A file of a session, as `backup.json` records it and as `replace-file.ts` changes it. */
export interface MadeFile {
  readonly ref: BackupRef
  readonly file: FileBackup
  readonly edited: EditedFile
}

/** Before the file is written. */
export function hideFile(ports: ProtocolPorts, made: MadeFile): void {
  const { file } = made
  if (!isIgnoredByFlow(file) || !makeIgnoreFile(ports, file.realPath)) excludeFile(ports, made)
}

/** Where it cannot be hidden, git shows it as untracked, but the agent can work. */
export function excludeFile(ports: ProtocolPorts, { ref, file, edited }: MadeFile): void {
  try {
    const exclude = excludeOf(ref, file)
    if (exclude === null || !isOwnExclude(ports, exclude)) return
    ifAbsent(() => ports.fs.createFolder(dirname(exclude.path), 0o755))
    const { line } = exclude
    editExclude(ports, exclude, edited, (lines) =>
      lines.includes(line) ? lines : [line, ...lines],
    )
  } catch (error) {
    if (!(error instanceof FlowError) && !isSystemError(error)) throw error
    ports.log('git', `git shows ${file.path}: ${explain(error)}`)
  }
}

/** Removes flow's lines, and a file that is left without any. */
export function showFile(ports: ProtocolPorts, { ref, file, edited }: MadeFile): void {
  if (isIgnoredByFlow(file)) removeIgnoreFile(ports, edited)
  const exclude = excludeOf(ref, file)
  if (exclude === null) return
  try {
    editExclude(ports, exclude, edited, (lines) => lines.filter((line) => line !== exclude.line))
  } catch (error) {
    // An unreadable file: flow added no line, or access was removed since. git cannot read it either.
    if (!(error instanceof FlowError) || isReadable(ports, exclude)) throw error
    ports.log('git', error.message)
  }
}

/**
 * What has to be done with a file that flow made. Changes nothing. One whose `.gitignore` a checkout took
 * is excluded: git may be about to write another `.gitignore` there.
 */
export function hidingStep(
  ports: ProtocolPorts,
  ref: BackupRef,
  file: FileBackup,
): 'exclude' | 'show' | 'leave' {
  const bytes = absentAs(null, () => ports.fs.readFile(file.realPath))
  if (bytes === null) return 'leave'
  const path = ignorePath(file.realPath)
  const exclude = excludeOf(ref, file)
  const isIgnored = isIgnoredByFlow(file) && textOf(ports, path).includes(ignoreText(file.realPath))
  const isHidden = isIgnored || (exclude !== null && isExcluded(ports, exclude))
  if (sha256(bytes) !== file.writtenSha256) return isHidden ? 'show' : 'leave'
  const canExclude = !isHidden && exclude !== null && isOwnExclude(ports, exclude)
  return canExclude ? 'exclude' : 'leave'
}

/**
 * Not synced: after a power cut recovery removes the settings file.
 * @returns false when another `.gitignore` is there
 */
function makeIgnoreFile(ports: ProtocolPorts, settingsPath: string): boolean {
  const path = ignorePath(settingsPath)
  const text = ignoreText(settingsPath)
  try {
    ports.fs.createFile(path, Buffer.from(text), 0o644, { sync: false })
    return true
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    return textOf(ports, path).includes(text)
  }
}

/** `edited`: the settings file. */
function removeIgnoreFile(ports: ProtocolPorts, edited: EditedFile): void {
  const path = ignorePath(edited.realPath)
  const file = { ...edited, realPath: path, name: join(dirname(edited.name), '.gitignore') }
  const lines = ignoreText(edited.realPath)
  editFile(ports, file, (present): Edit => {
    const text = present?.bytes.toString('latin1') ?? null
    if (text === null) return { kind: 'leave' }
    // Also of a write that a power cut tore.
    if (lines.startsWith(text)) return { kind: 'remove' }
    if (!text.includes(lines)) return { kind: 'leave' }
    return { kind: 'write', bytes: Buffer.from(text.replace(lines, ''), 'latin1') }
  })
}

interface Exclude {
  readonly gitFolder: string
  /** Of a linked working tree: a file that git does not read. */
  readonly path: string
  readonly line: string
}

/** Null: git has no such pattern, or the file is outside the working tree. */
function excludeOf({ gitFolder, boundary }: BackupRef, { realPath }: FileBackup): Exclude | null {
  if (gitFolder === null || !isInside(boundary, realPath)) return null
  const line = hiddenLine(treePath(boundary, realPath))
  if (line === null) return null
  return { gitFolder, path: join(gitFolder, 'info/exclude'), line: lineBytes(line) }
}

/** False where another working tree reads the same file: there the path may be the user's. */
function isOwnExclude(ports: ProtocolPorts, { gitFolder, path }: Exclude): boolean {
  return (
    commonGitDirectory(ports, gitFolder) === gitFolder &&
    absentAs([], () => ports.fs.list(join(gitFolder, 'worktrees'))).length === 0 &&
    [dirname(path), path].every((one) => realOrSame(ports, one) === one)
  )
}

function isExcluded(ports: ProtocolPorts, { path, line }: Exclude): boolean {
  return textOf(ports, path).split('\n').includes(line)
}

function isReadable({ fs }: ProtocolPorts, { path }: Exclude): boolean {
  try {
    fs.list(dirname(path))
    fs.readFile(path)
    return true
  } catch (error) {
    return !isErrno(error, 'EACCES', 'EISDIR', 'ELOOP', 'ENOTDIR')
  }
}

const ATTEMPTS = 20

function editExclude(
  ports: ProtocolPorts,
  { path }: Exclude,
  edited: EditedFile,
  change: (lines: readonly string[]) => readonly string[],
): void {
  const file = { ...edited, realPath: path, name: path, boundary: null }
  // A session of another project may replace the file by what it read before: read again.
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const edit = editFile(ports, file, (present): Edit => {
      const before = present?.bytes.toString('latin1') ?? ''
      const after = change(before.split('\n')).join('\n')
      if (after === before) return { kind: 'leave' }
      if (after === '') return { kind: 'remove' }
      return { kind: 'write', bytes: Buffer.from(after, 'latin1') }
    })
    if (edit.kind === 'leave') return
  }
}

/** `''` also for a missing file, a directory, and one that is closed to this user, as to git. */
function textOf(ports: ProtocolPorts, path: string): string {
  try {
    return readOrNull(ports, path) ?? ''
  } catch (error) {
    if (isErrno(error, 'EACCES')) return ''
    throw error
  }
}
