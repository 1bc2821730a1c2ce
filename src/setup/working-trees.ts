import { basename, dirname, join } from 'node:path'
import type { Repository } from '../git/repository.ts'
import { factsOf, namesIn, readIfFile } from '../lib/files.ts'
import type { FileSystem } from '../ports/file-system.ts'

/** Top levels of all working trees that are there, real paths: the main one, unless it is bare, and linked ones. */
export function workingTrees(
  fs: FileSystem,
  { topLevel, commonGitFolder }: Repository,
): readonly string[] {
  const linked = namesIn(fs, join(commonGitFolder, 'worktrees')).flatMap((name) => {
    // gitrepository-layout(5): the path of that tree's `.git`.
    const path = readIfFile(fs, join(commonGitFolder, 'worktrees', name, 'gitdir'))
    return path === null ? [] : [dirname(path.toString('utf8').replace(/\n$/, ''))]
  })
  const main = basename(commonGitFolder) === '.git' ? [dirname(commonGitFolder)] : []
  const trees = [topLevel, ...main, ...linked].filter((path) => factsOf(fs, path) !== null)
  return [...new Set(trees.map((path) => fs.realPath(path)))]
}
