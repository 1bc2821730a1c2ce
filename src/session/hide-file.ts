/**
 * Hides a settings file that flow had to create from git: no `git add -A` may take that file for the
 * user's, with or without git hooks. A `.gitignore` next to it does so; where the user has one, a line
 * of `info/exclude` does, unless other working trees share that file.
 *
 * git overwrites what it ignores at a checkout, so the file is hidden only while it holds nothing but
 * flow's: as soon as it is edited, it is shown.
 */
import { basename, dirname, join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import { exists, ifAbsent, realOrSame } from '../git/git-file.ts'
import { commonGitDirectory } from '../git/head.ts'
import { bareLine, hasLine, hiddenLine, lineBytes, splitLines } from '../git/info-lines.ts'
import { isInside, treePath } from '../git/tree-path.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { sha256 } from '../sha256.ts'
import { type EditedFile, ifThere } from './aside.ts'
import type { BackupRef, FileBackup } from './backup-ref.ts'
import { ignorePath, ignoreText, isIgnoredByFlow } from './ignored-file.ts'
import { homeOf } from './layout.ts'
import { type Edit, editFile, isSettled } from './replace-file.ts'
import { withRepositoryLock } from './repository-lock.ts'
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
  if (!isIgnoredByFlow(file) || !makeIgnoreFile(ports, made.edited)) excludeFile(ports, made)
}

/** Where it cannot be hidden, git shows it as untracked, but the agent can work. */
export function excludeFile(ports: ProtocolPorts, made: MadeFile): void {
  const { ref, file } = made
  try {
    const exclude = excludeOf(ref, file)
    if (exclude === null || !isOwnExclude(ports, exclude)) return
    ifAbsent(() => ports.fs.createFolder(dirname(exclude.path), 0o755))
    const { line } = exclude
    editExclude(ports, exclude, made, (lines) => (hasLine(lines, line) ? lines : [line, ...lines]))
  } catch (error) {
    if (!(error instanceof FlowError) && !isSystemError(error)) throw error
    ports.log('git', `git shows ${file.path}: ${explain(error)}`)
  }
}

/** Removes flow's lines, and a file that is left without any; also the drafts of a killed flow. */
export function showFile(ports: ProtocolPorts, made: MadeFile): void {
  const { ref, file } = made
  if (isIgnoredByFlow(file) || isIgnoring(ports, file)) removeIgnoreFile(ports, made.edited)
  const exclude = excludeOf(ref, file)
  if (exclude === null) return
  const change = (lines: readonly string[]) =>
    lines.filter((line) => bareLine(line) !== exclude.line)
  try {
    editExclude(ports, exclude, made, change)
  } catch (error) {
    // An unreadable file: flow added no line, or access was removed since. git cannot read it either.
    const isExpected = error instanceof FlowError || isSystemError(error)
    if (!isExpected || isReadable(ports, exclude)) throw error
    ports.log('git', explain(error))
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
  const kind = ifThere(null, () => ports.fs.linkFacts(file.realPath).kind)
  if (kind === null) return 'leave'
  const bytes = kind === 'file' ? ifThere(null, () => ports.fs.readFile(file.realPath)) : null
  if (bytes === null || sha256(bytes) !== file.writtenSha256) return 'show'
  const exclude = excludeOf(ref, file)
  const canExclude = exclude !== null && !isHidden(ports, ref, file) && isOwnExclude(ports, exclude)
  return canExclude ? 'exclude' : 'leave'
}

/** True also of a file of the user's for which a stash, or a copy of the project, brought flow's lines back. */
export function isHidden(ports: ProtocolPorts, ref: BackupRef, file: FileBackup): boolean {
  const exclude = excludeOf(ref, file)
  return isIgnoring(ports, file) || (exclude !== null && isExcluded(ports, exclude))
}

/** @returns false when another `.gitignore` is there */
function makeIgnoreFile(ports: ProtocolPorts, edited: EditedFile): boolean {
  const lines = ignoreText(edited.realPath)
  let isOurs = false
  editFile(ports, ignoreFileOf(edited), (present): Edit => {
    isOurs = present?.bytes.toString('latin1').includes(lines) ?? true
    return present === null ? { kind: 'write', bytes: Buffer.from(lines) } : { kind: 'leave' }
  })
  return isOurs
}

/** `edited`: the settings file. */
function removeIgnoreFile(ports: ProtocolPorts, edited: EditedFile): void {
  const lines = ignoreText(edited.realPath)
  try {
    editFile(ports, ignoreFileOf(edited), (present): Edit => {
      const text = present?.bytes.toString('latin1') ?? ''
      if (text === lines) return { kind: 'remove' }
      if (!text.includes(lines)) return { kind: 'leave' }
      return { kind: 'write', bytes: Buffer.from(text.replace(lines, ''), 'latin1') }
    })
  } catch (error) {
    // A directory in its place: the file is gone.
    if (!(error instanceof FlowError) || error.code !== 'E_SETTINGS_KIND') throw error
  }
}

function isIgnoring(ports: ProtocolPorts, { realPath }: Pick<EditedFile, 'realPath'>): boolean {
  return textOf(ports, ignorePath(realPath))?.includes(ignoreText(realPath)) ?? false
}

/** The `.gitignore` next to the settings file. git is told not to look at its temporary files. */
function ignoreFileOf(edited: EditedFile): EditedFile {
  const { realPath, name, sessionId } = edited
  return {
    ...edited,
    realPath: ignorePath(realPath),
    name: join(dirname(name), '.gitignore'),
    draftStem: `.${basename(realPath)}.${sessionId}.ignore`,
  }
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
  const isPlain = (one: string) => realOrSame(ports, one) === one
  try {
    return (
      commonGitDirectory(ports, gitFolder) === gitFolder &&
      absentAs([], () => ports.fs.list(join(gitFolder, 'worktrees'))).length === 0 &&
      [dirname(path), path].every(isPlain)
    )
  } catch (error) {
    if (!isErrno(error, 'EACCES')) throw error
    return false
  }
}

function isExcluded(ports: ProtocolPorts, { path, line }: Exclude): boolean {
  return hasLine(splitLines(textOf(ports, path) ?? '').lines, line)
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

function editExclude(
  ports: ProtocolPorts,
  { gitFolder, path }: Exclude,
  { ref, edited }: MadeFile,
  change: (lines: readonly string[]) => readonly string[],
): void {
  const file = { ...edited, realPath: path, name: path, boundary: null }
  const planEdit = (before: string): Edit => {
    const { mark, lines } = splitLines(before)
    const after = mark + change(lines).join('\n')
    if (after === before) return { kind: 'leave' }
    if (after === '') return { kind: 'remove' }
    return { kind: 'write', bytes: Buffer.from(after, 'latin1') }
  }
  const text = textOf(ports, path)
  // One that could not be read is read again: a line that stays in it hides the user's file.
  if (text !== null && planEdit(text).kind === 'leave' && isSettled(ports, file)) return
  withRepositoryLock(ports, homeOf(ref.backupPath), gitFolder, () => {
    editFile(ports, file, (present) => planEdit(present?.bytes.toString('latin1') ?? ''))
  })
}

/** `''` also for a missing file and one of another kind; null for one that cannot be read. */
function textOf({ fs }: ProtocolPorts, path: string): string | null {
  try {
    // Reading a pipe would wait for its writer.
    return fs.facts(path).kind === 'file' ? fs.readFile(path).toString('latin1') : ''
  } catch (error) {
    if (isErrno(error, 'EACCES')) return null
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return ''
    throw error
  }
}
