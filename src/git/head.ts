/** What a working tree has checked out, read from git's file: hooks have no time for a git process. */
import { dirname, join, resolve } from 'node:path'
import { isSystemError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'

export type Head =
  | { readonly kind: 'branch'; readonly name: string }
  /** No branch, as during a rebase. */
  | { readonly kind: 'detached'; readonly commit: string }

/** A branch's name and what git writes round it are far shorter. */
const LARGEST_BYTES = 1024

/**
 * `gitFolder`: the working tree's own, e.g. `.git/worktrees/NAME`. Null where HEAD cannot be read or
 * says neither, as with reftable, which keeps its branches elsewhere (git-init(1), --ref-format).
 */
export function readHead({ fs }: Pick<Ports, 'fs'>, gitFolder: string): Head | null {
  try {
    const path = join(gitFolder, 'HEAD')
    const { kind, size } = fs.linkFacts(path)
    if (kind !== 'file' || size > LARGEST_BYTES) return null
    return parseHead(fs.readFile(path).toString('utf8'))
  } catch (error) {
    if (!isSystemError(error)) throw error
    return null
  }
}

/**
 * What all worktrees of the repository share. `gitDirectory`: a working tree's own.
 * gitrepository-layout(5): `commondir`, in the directory of a linked worktree.
 */
export function commonGitDirectory({ fs }: Pick<Ports, 'fs'>, gitDirectory: string): string {
  if (!dirname(gitDirectory).endsWith('/worktrees')) return gitDirectory
  try {
    const line = fs.readFile(join(gitDirectory, 'commondir')).toString('utf8').trimEnd()
    return resolve(gitDirectory, line)
  } catch (error) {
    if (!isSystemError(error)) throw error
    return gitDirectory
  }
}

export function parseHead(text: string): Head | null {
  const [, name] = /^ref: refs\/heads\/(\S.*)\n$/.exec(text) ?? []
  if (name !== undefined) return name === '.invalid' ? null : { kind: 'branch', name }
  const [commit] = /^[0-9a-f]{40,64}(?=\n$)/.exec(text) ?? []
  return commit === undefined ? null : { kind: 'detached', commit }
}
