import { expect, test } from 'vitest'
import { type FileSystem, systemFiles } from '../../src/ports/file-system.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { seeded } from './draw.ts'
import { describeTree, memoryFiles } from './memory-files.ts'

const NAMES = ['a', 'b', 'a/c', 'b/c', 'b/d', 'a/c/e']

test('files in memory behave as files on disk do', () => {
  const draw = seeded(7)
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T
  for (let round = 0; round < 60; round += 1) {
    const memory = memoryFiles()
    const seats = [
      { fs: memory.fs, root: '/' },
      { fs: systemFiles, root: `${tempFolder()}/` },
    ]
    for (let step = 0; step < 40; step += 1) {
      const operation = pick(OPERATIONS)
      const [one, other, text] = [pick(NAMES), pick(NAMES), String(draw(1000))]
      const [inMemory, onDisk] = seats.map(({ fs, root }) =>
        attempt(() => operation.run(fs, root + one, root + other, text)),
      )
      expect(inMemory, `${operation.name} ${one} ${other}`).toEqual(onDisk)
    }
  }
})

test('a description tells two hard links from two files', () => {
  const linked = memoryFiles()
  linked.fs.createFile('/a', Buffer.from('x'), 0o600)
  const apart = memoryFiles(linked.tree())
  linked.fs.link('/a', '/b')
  apart.fs.createFile('/b', Buffer.from('x'), 0o600)
  expect(describeTree(linked.tree())).not.toBe(describeTree(apart.tree()))
})

type Run = (fs: FileSystem, one: string, other: string, text: string) => unknown

const OPERATIONS: readonly { readonly name: string; readonly run: Run }[] = Object.entries<Run>({
  createFolder: (fs, one) => fs.createFolder(one, 0o755),
  createFile: (fs, one, _, text) => fs.createFile(one, Buffer.from(text), 0o644, { sync: false }),
  overwriteFile: (fs, one, _, text) => fs.overwriteFile(one, Buffer.from(text)),
  readFile: (fs, one) => fs.readFile(one).toString(),
  list: (fs, one) => fs.list(one).sort(),
  facts: (fs, one) => {
    const { kind, linkCount, mode } = fs.linkFacts(one)
    return kind === 'file' ? { kind, linkCount, mode } : kind
  },
  link: (fs, one, other) => fs.link(one, other),
  rename(fs, one, other) {
    // The protocol moves nothing into itself.
    if (!one.startsWith(other) && !other.startsWith(one)) fs.rename(one, other)
  },
  unlink: (fs, one) => fs.unlink(one),
  removeFolder: (fs, one) => fs.removeFolder(one),
}).map(([name, run]) => ({ name, run }))

function attempt(action: () => unknown): unknown {
  try {
    return { value: action() }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // Which of these is told first differs between systems, and the protocol tells none from the others.
    return {
      error: ['EISDIR', 'EPERM', 'ENOTDIR', 'EINVAL'].includes(code) ? 'of another kind' : code,
    }
  }
}
