/**
 * A file system in memory, as far as the protocol uses one: folders, files, links, modes. A
 * state of it is plain data that never changes, so that thousands of them can be kept.
 */
import { createHash } from 'node:crypto'
import type { FileFacts, FileSystem } from '../../src/ports/file-system.ts'

interface Node {
  readonly kind: 'file' | 'folder' | 'link'
  /** Of a link: where it leads to, which is nowhere. */
  readonly bytes: Buffer
  readonly mode: number
}

/** Path -> number of its node. Two paths with one number are hard links. */
export interface Tree {
  readonly names: ReadonlyMap<string, number>
  readonly nodes: ReadonlyMap<number, Node>
  readonly nextNumber: number
}

const FOLDER: Node = { kind: 'folder', bytes: Buffer.alloc(0), mode: 0o755 }

export const EMPTY_TREE: Tree = {
  names: new Map([['/', 0]]),
  nodes: new Map([[0, FOLDER]]),
  nextNumber: 1,
}

export interface MemoryFiles {
  readonly fs: FileSystem
  /** The same object as long as nothing changes. */
  tree(): Tree
  reset(tree: Tree): void
  /** Rises with each change. */
  changes(): number
}

export function memoryFiles(initial: Tree = EMPTY_TREE): MemoryFiles {
  let names = initial.names as Map<string, number>
  let nodes = initial.nodes as Map<number, Node>
  let { nextNumber } = initial
  let changes = 0
  /** Whose maps these are; null: ours alone, and so they may be changed. */
  let current: Tree | null = initial

  const beforeChange = () => {
    changes += 1
    if (current === null) return
    names = new Map(names)
    nodes = new Map(nodes)
    current = null
  }
  const numberOf = (path: string, syscall: string): number => {
    const number = names.get(path)
    if (number !== undefined) return number
    throw errno(isBelowFile(path) ? 'ENOTDIR' : 'ENOENT', syscall, path)
  }
  const isBelowFile = (path: string): boolean => {
    const folder = folderOf(path)
    const number = names.get(folder)
    return number === undefined ? isBelowFile(folder) : nodes.get(number)?.kind === 'file'
  }
  const nodeAt = (path: string, syscall: string) => nodes.get(numberOf(path, syscall)) as Node
  const childrenOf = (path: string) => {
    return [...names.keys()].filter((name) => name !== '/' && folderOf(name) === path)
  }
  const expect = (kind: Node['kind'], path: string, syscall: string) => {
    if (nodeAt(path, syscall).kind === kind) return
    throw errno(kind === 'file' ? 'EISDIR' : 'ENOTDIR', syscall, path)
  }
  const expectFree = (path: string, syscall: string) => {
    expect('folder', folderOf(path), syscall)
    if (names.has(path)) throw errno('EEXIST', syscall, path)
  }
  const expectEmpty = (path: string, syscall: string) => {
    if (childrenOf(path).length > 0) throw errno('ENOTEMPTY', syscall, path)
  }
  const put = (path: string, number: number) => {
    beforeChange()
    names.set(path, number)
  }
  const drop = (path: string) => {
    beforeChange()
    const number = names.get(path) as number
    names.delete(path)
    for (const other of names.values()) if (other === number) return
    nodes.delete(number)
  }
  const add = (path: string, node: Node, syscall: string) => {
    expectFree(path, syscall)
    put(path, nextNumber)
    nodes.set(nextNumber, node)
    nextNumber += 1
  }
  const change = (path: string, changes: Partial<Node>, syscall: string) => {
    const node = { ...nodeAt(path, syscall), ...changes }
    beforeChange()
    nodes.set(numberOf(path, syscall), node)
  }
  const facts = (path: string): FileFacts => {
    const number = numberOf(path, 'stat')
    const { kind, bytes, mode } = nodeAt(path, 'stat')
    const linkCount = [...names.values()].filter((one) => one === number).length
    // Nothing asks which inode it is, and its number would tell two like files apart.
    const rest = { uid: 0, gid: 0, device: 1, inode: 0, modifiedMs: 0 }
    return { kind, mode, linkCount, size: bytes.length, ...rest }
  }

  const fs: FileSystem = {
    readFile(path) {
      expect('file', path, 'read')
      return nodeAt(path, 'read').bytes
    },
    createFile(path, bytes, mode) {
      add(path, { kind: 'file', bytes: Buffer.from(bytes), mode }, 'open')
    },
    overwriteFile(path, bytes) {
      expect('file', path, 'open')
      change(path, { bytes: Buffer.from(bytes) }, 'open')
    },
    rename(from, to) {
      for (const path of [from, to]) expect('folder', folderOf(path), 'rename')
      const number = numberOf(from, 'rename')
      // rename(2): for two names of one file it does nothing.
      if (names.get(to) === number) return
      if (names.has(to)) {
        expect(nodeAt(from, 'rename').kind, to, 'rename')
        expectEmpty(to, 'rename')
      }
      if (names.has(to)) drop(to)
      beforeChange()
      for (const [name, one] of [...names]) {
        if (name !== from && !name.startsWith(`${from}/`)) continue
        names.delete(name)
        names.set(to + name.slice(from.length), one)
      }
    },
    link(existing, fresh) {
      const number = numberOf(existing, 'link')
      expectFree(fresh, 'link')
      expect('file', existing, 'link')
      put(fresh, number)
    },
    symlink(target, path) {
      add(path, { kind: 'link', bytes: Buffer.from(target), mode: 0o777 }, 'symlink')
    },
    unlink(path) {
      if (nodeAt(path, 'unlink').kind === 'folder') throw errno('EISDIR', 'unlink', path)
      drop(path)
    },
    createFolder(path, mode) {
      add(path, { ...FOLDER, mode }, 'mkdir')
    },
    removeFolder(path) {
      expect('folder', path, 'rmdir')
      expectEmpty(path, 'rmdir')
      drop(path)
    },
    list(path) {
      expect('folder', path, 'scandir')
      // In one order, so that equal folders are listed equally.
      return childrenOf(path)
        .map((name) => name.slice(name.lastIndexOf('/') + 1))
        .sort()
    },
    facts,
    linkFacts: facts,
    stamp(path) {
      const { size } = facts(path)
      const none = { changedNs: 0n, modifiedNs: 0n, device: 1n, inode: 0n, uid: 0n, gid: 0n }
      return { ...none, size: BigInt(size) }
    },
    readLink(path) {
      const { kind, bytes } = nodeAt(path, 'readlink')
      if (kind !== 'link') throw errno('EINVAL', 'readlink', path)
      return bytes.toString()
    },
    realPath(path) {
      numberOf(path, 'realpath')
      return path
    },
    setMode: (path, mode) => change(path, { mode }, 'chmod'),
    setOwner: (path) => void numberOf(path, 'chown'),
    checkWritable: (path) => void numberOf(path, 'access'),
    syncFolder: (path) => expect('folder', path, 'open'),
  }
  return {
    fs,
    tree() {
      current ??= { names, nodes, nextNumber }
      return current
    },
    reset(tree) {
      current = tree
      names = tree.names as Map<string, number>
      nodes = tree.nodes as Map<number, Node>
      nextNumber = tree.nextNumber
      changes += 1
    },
    changes: () => changes,
  }
}

/** The same text for two trees that no program can tell from each other. */
export function describeTree(tree: Tree): string {
  const known = descriptions.get(tree)
  if (known !== undefined) return known
  const first = new Map<number, string>()
  const lines = [...tree.names.keys()].sort().map((path) => {
    const number = tree.names.get(path) as number
    const twin = first.get(number)
    if (twin !== undefined) return `${path}=${twin}`
    first.set(number, path)
    return `${path}:${describeNode(tree.nodes.get(number) as Node)}`
  })
  const text = digest(lines.join('\n'))
  descriptions.set(tree, text)
  return text
}

const descriptions = new WeakMap<Tree | Node, string>()

function describeNode(node: Node): string {
  const known = descriptions.get(node)
  if (known !== undefined) return known
  const text = `${node.kind}:${node.mode}:${digest(node.bytes)}`
  descriptions.set(node, text)
  return text
}

export function digest(bytes: string | Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64')
}

/** Every file by its path. */
export function filesIn({ names, nodes }: Tree): Map<string, string> {
  const isFile = ([, number]: [string, number]) => nodes.get(number)?.kind === 'file'
  const textOf = (number: number) => (nodes.get(number) as Node).bytes.toString()
  return new Map([...names].filter(isFile).map(([path, number]) => [path, textOf(number)]))
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

/** As Node throws it. */
export function errno(code: string, syscall: string, path = ''): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path })
}
