import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'

/** `Buffer`. A program that is compiled without @types/node has no such name. */
export type Bytes = typeof globalThis extends {
  Buffer: { isBuffer(value: unknown): value is infer NodeBuffer }
}
  ? NodeBuffer
  : Uint8Array

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  /** Permission bits only, e.g. 0o644. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Number of hard links. */
  readonly linkCount: number
  readonly size: number
  readonly device: number
  readonly inode: number
  readonly modifiedMs: number
}

/** What git remembers of a file, to see a change without reading it. Times in nanoseconds. */
export interface FileStamp {
  readonly changedNs: bigint
  readonly modifiedNs: bigint
  readonly device: bigint
  readonly inode: bigint
  readonly uid: bigint
  readonly gid: bigint
  readonly size: bigint
}

export interface CreateOptions {
  readonly sync?: boolean
  readonly modified?: Date
}

/**
 * The file operations of the protocol. Synchronous, one system call's worth of meaning each, and
 * every failure is Node's own errno error: the caller decides which of them it expects.
 */
export interface FileSystem {
  readFile(path: string): Bytes
  /**
   * Creates `path` with these bytes and exactly these permission bits, whatever the umask, and
   * syncs it to the disk unless `sync` is false: then a power cut can leave it empty. `modified`
   * becomes its time of last change.
   * Others can see it empty or in part: follow with `rename` or `link`.
   * @throws EEXIST
   */
  createFile(path: string, bytes: Uint8Array, mode: number, options?: CreateOptions): void
  /** Replaces the bytes of an existing file in place; others can see any mixture meanwhile. */
  overwriteFile(path: string, bytes: Uint8Array): void
  rename(from: string, to: string): void
  /** Hard link; @throws EEXIST */
  link(existing: string, fresh: string): void
  /** Symbolic link to a target that need not be there; @throws EEXIST */
  symlink(target: string, path: string): void
  unlink(path: string): void
  /** One folder; @throws EEXIST, ENOENT */
  createFolder(path: string, mode: number): void
  /** @throws ENOTEMPTY, ENOENT */
  removeFolder(path: string): void
  /** Names, unsorted. */
  list(path: string): string[]
  /** Follows links. */
  facts(path: string): FileFacts
  /** Does not follow a link at the end. */
  linkFacts(path: string): FileFacts
  /** Does not follow a link at the end. */
  stamp(path: string): FileStamp
  readLink(path: string): string
  realPath(path: string): string
  setMode(path: string, mode: number): void
  setOwner(path: string, uid: number, gid: number): void
  /** @throws EACCES, EROFS when this process may not write there */
  checkWritable(path: string): void
  /** Makes names that were created, renamed or removed in this folder survive a power cut. */
  syncFolder(path: string): void
}

export const systemFiles: FileSystem = {
  readFile: (path) => readFileSync(path),
  createFile(path, bytes, mode, { sync = true, modified } = {}) {
    const fd = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, mode)
    try {
      fchmodSync(fd, mode)
      writeAll(fd, bytes)
      if (modified !== undefined) futimesSync(fd, modified, modified)
      if (sync) fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
  overwriteFile(path, bytes) {
    const fd = openSync(path, constants.O_WRONLY)
    try {
      writeAll(fd, bytes)
      ftruncateSync(fd, bytes.byteLength)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
  rename: renameSync,
  link: linkSync,
  symlink: (target, path) => symlinkSync(target, path),
  unlink: unlinkSync,
  createFolder(path, mode) {
    mkdirSync(path, mode)
  },
  removeFolder: rmdirSync,
  list: (path) => readdirSync(path),
  facts: (path) => toFacts(statSync(path)),
  linkFacts: (path) => toFacts(lstatSync(path)),
  stamp(path) {
    const { ctimeNs, mtimeNs, dev, ino, uid, gid, size } = lstatSync(path, { bigint: true })
    return { changedNs: ctimeNs, modifiedNs: mtimeNs, device: dev, inode: ino, uid, gid, size }
  },
  readLink: (path) => readlinkSync(path),
  realPath: (path) => realpathSync.native(path),
  setMode: chmodSync,
  setOwner: chownSync,
  checkWritable: (path) => accessSync(path, constants.W_OK),
  syncFolder(path) {
    const fd = openSync(path, constants.O_RDONLY)
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
}

// A short write is legal for any descriptor (write(2)): go on until all is there.
function writeAll(fd: number, bytes: Uint8Array): void {
  let written = 0
  while (written < bytes.byteLength) {
    written += writeSync(fd, bytes, written, bytes.byteLength - written, written)
  }
}

function toFacts(stats: Stats): FileFacts {
  return {
    kind: kindOf(stats),
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    linkCount: stats.nlink,
    size: stats.size,
    device: stats.dev,
    inode: stats.ino,
    modifiedMs: stats.mtimeMs,
  }
}

function kindOf(stats: Stats): FileFacts['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  if (stats.isSymbolicLink()) return 'link'
  return 'other'
}
