/** pre-commit, the hook manager of Python projects. Facts: 4.6. */
import { join } from 'node:path'
import { isFile } from '../lib/files.ts'
import { PRE_COMMIT } from './hook-authors.ts'
import type { HookManager } from './hook-managers.ts'

/**
 * flow's lines go into the hook files beside its own. Around each hook of its configuration it stashes
 * unstaged edits, and takes back what a hook did to a file: it would undo what flow restores. When it is
 * installed later, it keeps the file that is there as `pre-commit.legacy`, and runs it first.
 */
export const preCommit: HookManager = {
  ...PRE_COMMIT,
  find(fs, _, topLevel) {
    const path = join(topLevel, '.pre-commit-config.yaml')
    return isFile(fs, path) ? path : null
  },
  configuration: null,
}
