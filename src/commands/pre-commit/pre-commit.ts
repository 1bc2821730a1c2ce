/** `pre-commit` of the copy in the state home: what `templates/hooks/pre-commit.sh` starts. */
import {
  isNothingStaged,
  leaveOut,
  readStaged,
  type StagedFile,
  stagedFile,
  stagedWith,
  stageText,
} from '../../git/staged.ts'
import type { Ports } from '../../ports/ports.ts'
import type { BackupRef } from '../../session/backup-ref.ts'
import { cleanForGit } from '../../session/clean.ts'
import { isOwnEntry, madePaths } from '../../session/git-index.ts'
import { listProjects } from '../../session/projects.ts'
import { MARKER } from '../../settings/merge.ts'
import { stateHome } from '../../state-home.ts'
import { say } from '../say-session.ts'

/** Of this command alone: no node that cannot start ends with it. */
const NO_COMMIT = 10

/**
 * Takes out of the commit that git is about to make what is flow's: its entries, and a settings file
 * that holds nothing else.
 * @returns the exit code: 10, and the commit is not made, when entries could not be taken out, or when
 *   nothing is left to commit
 */
export function preCommit(ports: Ports): number {
  const home = stateHome(ports.environment)
  const top = ports.fs.realPath(ports.environment.cwd)
  const projects = listProjects(ports, home).flatMap(({ ref }) => ref ?? [])
  const refs = projects.filter(({ boundary }) => boundary === top)
  ports.log('pre-commit', `${top}: open sessions in this working tree: ${refs.length}`)
  const leftOut = refs.flatMap((ref) =>
    madePaths(ref).filter((path) => leaveOutIfOwn(ports, ref, path)),
  )
  // git has counted it already, and would make an empty commit.
  if (leftOut.length > 0 && isNothingStaged(ports)) {
    say(ports, 'nothing else is staged, so the commit was not made')
    return NO_COMMIT
  }
  const ids = refs.map(({ sessionId }) => sessionId)
  const isClean = stagedWith(ports, MARKER).map((file) => cleanStaged(ports, home, ids, file))
  return isClean.includes(false) ? NO_COMMIT : 0
}

/** @returns true when a file that holds nothing but flow's is out of the commit */
function leaveOutIfOwn(ports: Ports, ref: BackupRef, path: string): boolean {
  const file = stagedFile(ports, path)
  if (file === null || !isOwnEntry(ports, ref, file) || !leaveOut(ports, file)) return false
  say(ports, `left ${path} out of the commit: there is nothing in it but flow's hooks`)
  return true
}

function cleanStaged(
  ports: Ports,
  home: string,
  sessionIds: readonly string[],
  file: StagedFile,
): boolean {
  const staged = readStaged(ports, file)
  // Without the id of a session it only speaks of the marker: documentation, or flow's own code.
  if (!sessionIds.some((id) => staged.includes(id))) {
    ports.log('pre-commit', `${file.path}: it speaks of flow, and holds nothing of an open session`)
    return true
  }
  const cleaned = Buffer.from(cleanForGit(ports, home, file.path, Buffer.from(staged))).toString()
  const isOut = cleaned === '' && leaveOut(ports, file)
  if (isOut || (cleaned !== staged && stageText(ports, file, cleaned))) {
    say(ports, `took flow's hooks out of ${file.path} in this commit`)
    return true
  }
  say(ports, `${file.path} is staged with flow's hooks in it, and git could not change that`)
  say(ports, 'the commit was not made: unstage that file, or end the session first')
  return false
}
