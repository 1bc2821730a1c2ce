/** A linked worktree and its git hooks. */
import { join } from 'node:path'
import { explain, FlowError, isErrno, isSystemError } from '../errors.ts'
import { carriesHookLine, HOOK_NAMES } from '../git/hook-line.ts'
import { findHooksOwner } from '../git/hooks-owner.ts'
import { installHusky } from '../git/husky.ts'
import type { Repository } from '../git/repository.ts'
import type { Ports } from '../ports/ports.ts'
import { findHusky } from './find-husky.ts'

/**
 * git looks for husky's hooks in `.husky/_` of each worktree, and a linked one has no such folder until
 * somebody installs there: git ignores it. So the first session in one does what the install would.
 * Where that fails the session goes on, and the next entry elsewhere restores after a kill.
 */
export function giveHooks(ports: Ports, repository: Repository, packageFolder: string): void {
  const isLinked = repository.gitFolder !== repository.commonGitFolder
  if (!isLinked) return
  if (ports.environment.variables.HUSKY === '0') {
    ports.log('run', 'this worktree gets no git hooks: HUSKY=0 is set')
    return
  }
  try {
    const owner = findHooksOwner(ports, repository)
    if (owner.kind !== 'husky' || owner.isComplete) return
    if (!carriesLine(ports, owner.huskyFolder)) {
      ports.log('run', `this worktree gets no git hooks: none in ${owner.huskyFolder} calls flow`)
      return
    }
    installHusky(ports, repository, findHusky(ports.fs, packageFolder), owner.huskyFolder)
    ports.log('run', `husky's hooks are in ${owner.huskyFolder}/_ now, for this worktree`)
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof FlowError)) throw error
    ports.log('run', `this worktree has no git hooks: ${explain(error)}`)
  }
}

/** True when a hook of the team's calls flow. */
function carriesLine({ fs }: Ports, huskyFolder: string): boolean {
  return HOOK_NAMES.some((name) => {
    try {
      return carriesHookLine(fs.readFile(join(huskyFolder, name)), name)
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return false
      throw error
    }
  })
}
