/** What stands on the disk, in a form that two moments can be compared by. */
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno } from '../../src/errors.ts'

/** Permission bits and bytes of a file, links followed; null when there is none. */
export function fileAt(path: string): { mode: string; bytes: string } | null {
  if (!existsSync(path)) return null
  const mode = (statSync(path).mode & 0o7777).toString(8)
  return { mode, bytes: readFileSync(path, 'latin1') }
}

/**
 * Every file, folder and link below `folder`: path, kind and permission bits, checksum or target. Not
 * git's index, which tells when git has looked at the files.
 */
export function listing(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name)
    if (path.endsWith('/.git/index')) return []
    const facts = lstatSync(path)
    const line = `${path} ${facts.mode.toString(8)}`
    if (facts.isDirectory()) return [line, ...listing(path)]
    if (facts.isSymbolicLink()) return `${line} -> ${readlinkSync(path)}`
    return facts.isFile() ? `${line} ${checksum(path)}` : line
  })
}

/** Sorted; none where there is no such folder. */
export function namesIn(folder: string): string[] {
  return existsSync(folder) ? unlessClosed([], () => readdirSync(folder).sort()) : []
}

function checksum(path: string): string {
  return unlessClosed('closed', () => createHash('sha256').update(readFileSync(path)).digest('hex'))
}

/** Some tests close files and folders to themselves. */
function unlessClosed<T>(value: T, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (isErrno(error, 'EACCES')) return value
    throw error
  }
}
