/**
 * A file system in memory, as far as the protocol uses one: folders, files, hard links, modes. A
 * state of it is plain data that never changes, so that thousands of them can be kept.
 */
import type { FileFacts, FileSystem } from '../../src/ports/file-system.ts'

interface Node {
  readonly kind: 'file' | 'folder'
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
  tree(): Tree
  reset(tree: Tree): void
}

export function memoryFiles(initial: Tree = EMPTY_TREE): MemoryFiles {
  let { names, nodes, nextNumber } = initial

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
    names = new Map(names).set(path, number)
  }
  const drop = (path: string) => {
    names = new Map([...names].filter(([name]) => name !== path))
  }
  const add = (path: string, node: Node, syscall: string) => {
    expectFree(path, syscall)
    nodes = new Map(nodes).set(nextNumber, node)
    put(path, nextNumber)
    nextNumber += 1
  }
  const change = (path: string, changes: Partial<Node>, syscall: string) => {
    const node = { ...nodeAt(path, syscall), ...changes }
    nodes = new Map(nodes).set(numberOf(path, syscall), node)
  }
  const facts = (path: string): FileFacts => {
    const inode = numberOf(path, 'stat')
    const { kind, bytes, mode } = nodeAt(path, 'stat')
    const linkCount = [...names.values()].filter((number) => number === inode).length
    const rest = { uid: 0, gid: 0, device: 1, modifiedMs: 0 }
    return { kind, mode, linkCount, size: bytes.length, inode, ...rest }
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
      const moved = [...names].filter(([name]) => name === from || name.startsWith(`${from}/`))
      for (const [name] of moved) drop(name)
      for (const [name, one] of moved) put(to + name.slice(from.length), one)
    },
    link(existing, fresh) {
      const number = numberOf(existing, 'link')
      expectFree(fresh, 'link')
      expect('file', existing, 'link')
      put(fresh, number)
    },
    unlink(path) {
      expect('file', path, 'unlink')
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
      return childrenOf(path).map((name) => name.slice(path.length + 1))
    },
    facts,
    linkFacts: facts,
    readLink(path) {
      numberOf(path, 'readlink')
      throw errno('EINVAL', 'readlink', path)
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
    tree: () => ({ names, nodes, nextNumber }),
    reset(tree) {
      names = tree.names
      nodes = tree.nodes
      nextNumber = tree.nextNumber
    },
  }
}

/** The same text for two trees that no program can tell from each other. */
export function describeTree({ names, nodes }: Tree): string {
  const first = new Map<number, string>()
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, number]) => {
      const twin = first.get(number)
      if (twin !== undefined) return `${path}=${twin}`
      first.set(number, path)
      const { kind, bytes, mode } = nodes.get(number) as Node
      return `${path}:${kind}:${mode}:${bytes.toString('latin1')}`
    })
    .join('\n')
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
