/**
 * git's index as bytes (gitformat-index(5)), as far as it takes to renew what it remembers of one file:
 * `git update-index` does the same, in a process of its own and one more for the filter. Whatever is not
 * the plain case is left to git.
 */
import type { FileStamp } from '../ports/file-system.ts'

export type Restamped =
  /** The file is as the entry has it: these are the bytes of an index that knows so. */
  | { readonly kind: 'write'; readonly bytes: Buffer }
  /** It knows so already. */
  | { readonly kind: 'fresh' }
  /** There is no entry to renew. */
  | { readonly kind: 'untracked' }
  | { readonly kind: 'ask-git'; readonly why: string }

/**
 * @param index the whole file; not changed
 * @param treePath from the top of the working tree, with `/`
 * @param cleanBytes what git's filter answers for the file as it stands
 * @param stamp of the file as it stands
 */
export function restampEntry(
  index: Buffer,
  treePath: string,
  cleanBytes: Uint8Array,
  stamp: FileStamp,
): Restamped {
  const end = index.length - HASH_BYTES
  if (end < HEADER_BYTES || index.toString('latin1', 0, 4) !== 'DIRC') return askGit('no index')
  const version = index.readUInt32BE(4)
  if (version !== 2 && version !== 3) return askGit(`version ${version}`)
  const entries = readEntries(index, end, Buffer.from(treePath))
  if (entries === null) return askGit('it is not what its version says')
  if (!extensionsAreKnown(index, entries.end, end)) return askGit('its extensions')
  const { found } = entries
  if (found === null) return { kind: 'untracked' }
  const flags = index.readUInt16BE(found + FLAGS)
  // Assume-unchanged, skip-worktree, intent-to-add, a conflict; a link, a submodule.
  if ((flags & 0xf000) !== 0 || index.readUInt32BE(found + MODE) >>> 12 !== 0b1000)
    return askGit('an entry of another kind')
  const blob = blobId(cleanBytes)
  if (!index.subarray(found + BLOB, found + FLAGS).equals(blob)) return askGit('other content')
  // Before it is renewed: git would never again notice that it was damaged.
  if (!sha1(index.subarray(0, end)).equals(index.subarray(end))) return askGit('its checksum')
  const bytes = Buffer.from(index)
  writeStamp(bytes, found, stamp)
  if (bytes.equals(index)) return { kind: 'fresh' }
  sha1(bytes.subarray(0, end)).copy(bytes, end)
  return { kind: 'write', bytes }
}

const HEADER_BYTES = 12
const HASH_BYTES = 20
/** Offsets in an entry. */
const MODE = 24
const BLOB = 40
const FLAGS = BLOB + HASH_BYTES
const NAME = FLAGS + 2
/** In the flags: the length of the name; of one that is longer, this. */
const LONG_NAME = 0xfff
/** None of these says anything of the times of a file that is tracked. */
const KNOWN_EXTENSIONS = ['TREE', 'REUC', 'UNTR', 'EOIE', 'IEOT']

/** Where the entry of `path` begins, and where the last one ends; null where they cannot be read. */
function readEntries(
  index: Buffer,
  end: number,
  path: Buffer,
): { readonly found: number | null; readonly end: number } | null {
  let found: number | null = null
  let at = HEADER_BYTES
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    if (at + NAME >= end) return null
    const flags = index.readUInt16BE(at + FLAGS)
    const isExtended = (flags & 0x4000) !== 0
    const name = at + NAME + (isExtended ? 2 : 0)
    const length = flags & LONG_NAME
    const nameEnd = length < LONG_NAME ? name + length : index.indexOf(0, name)
    if (nameEnd < name || nameEnd >= end || index[nameEnd] !== 0) return null
    // A conflict has up to three entries of the name, each with a stage in its flags: whichever is
    // left here, the caller sees a stage and leaves the file to git.
    if (nameEnd - name === path.length && index.compare(path, 0, path.length, name, nameEnd) === 0)
      found = at
    // One to eight NULs, up to a multiple of eight.
    at += (nameEnd - at + 8) & ~7
  }
  return at <= end ? { found, end: at } : null
}

function extensionsAreKnown(index: Buffer, from: number, end: number): boolean {
  let at = from
  while (at + 8 <= end) {
    if (!KNOWN_EXTENSIONS.includes(index.toString('latin1', at, at + 4))) return false
    at += 8 + index.readUInt32BE(at + 4)
  }
  return at === end
}

/** As git's `fill_stat_data`: 32 bits of each. */
function writeStamp(bytes: Buffer, at: number, stamp: FileStamp): void {
  const { changedNs, modifiedNs, device, inode, uid, gid, size } = stamp
  const times = [changedNs, modifiedNs].flatMap((ns) => [ns / SECOND_NS, ns % SECOND_NS])
  const fields = [...times, device, inode]
  fields.forEach((field, place) => {
    bytes.writeUInt32BE(low32(field), at + place * 4)
  })
  for (const [place, field] of [uid, gid, size].entries())
    bytes.writeUInt32BE(low32(field), at + MODE + 4 + place * 4)
}

const SECOND_NS = 1_000_000_000n

function low32(value: bigint): number {
  return Number(BigInt.asUintN(32, value))
}

function blobId(bytes: Uint8Array): Buffer {
  return process
    .getBuiltinModule('node:crypto')
    .createHash('sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest()
}

function sha1(bytes: Uint8Array): Buffer {
  return process.getBuiltinModule('node:crypto').createHash('sha1').update(bytes).digest()
}

function askGit(why: string): Restamped {
  return { kind: 'ask-git', why }
}
