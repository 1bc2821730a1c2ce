import { dirname, isAbsolute, relative, sep } from 'node:path'

/** True when `path` is `folder` or lies in it. Both absolute; links are not looked at. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** `path` as git and its hooks name it: relative to the top of the tree, with `/`. */
export function treePath(topLevel: string, path: string): string {
  return relative(topLevel, path).split(sep).join('/')
}

/** `folder`, its parent, and so on up to `topLevel`, which it lies in. */
export function foldersUp(folder: string, topLevel: string): string[] {
  if (folder === topLevel || dirname(folder) === folder) return [folder]
  return [folder, ...foldersUp(dirname(folder), topLevel)]
}
