import { dirname, join } from 'node:path'
import { isErrno } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { Repository } from './repository.ts'

/**
 * The repository of a folder as git would find it, where that is beyond doubt: `.git` is a folder of
 * one's own, and neither the environment nor its configuration turns anything elsewhere. Null: git has
 * to be asked, which takes a process, and each start of an agent waits for it.
 */
export function findPlainRepository(
  { environment, fs }: Pick<Ports, 'environment' | 'fs'>,
  folder: string,
): Repository | null {
  if (Object.keys(environment.variables).some((name) => DECIDES.test(name))) return null
  try {
    const start = fs.realPath(folder)
    const { device } = fs.facts(start)
    for (let top = start; ; top = dirname(top)) {
      // git-rev-parse(1) stops where another file system begins.
      if (fs.facts(top).device !== device) return null
      const gitFolder = join(top, '.git')
      const kind = kindOf(fs, gitFolder)
      if (kind === 'folder') return isPlain(fs, environment.userId, top, gitFolder)
      // A linked worktree, a submodule; a bare repository, or the inside of a `.git`; no repository.
      if (kind !== null || kindOf(fs, join(top, 'HEAD')) !== null || top === dirname(top))
        return null
    }
  } catch (error) {
    // What cannot be looked at, git tells in its own words.
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return null
    throw error
  }
}

/** git(1): what binds git to a repository, or changes how it is found or read. */
const DECIDES =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|CEILING_DIRECTORIES|DISCOVERY_.*|CONFIG|CONFIG_COUNT|CONFIG_PARAMETERS|INDEX_FILE|OBJECT_DIRECTORY)$/

/** core.worktree, core.bare, a format with extensions, another file that is read as well. */
const NOT_PLAIN =
  /worktree|\bbare\s*(=(?!\s*false\s)|$)|extensions|repositoryformatversion\s*=\s*[^0\s]|include/im

function isPlain(
  fs: Ports['fs'],
  userId: number | null,
  topLevel: string,
  gitFolder: string,
): Repository | null {
  const hasParts = ['HEAD', 'objects', 'refs'].every((name) => kindOf(fs, join(gitFolder, name)))
  // git-config(1), safe.directory: git refuses what somebody else owns.
  const isOwn = [topLevel, gitFolder].every((path) => fs.linkFacts(path).uid === userId)
  if (!hasParts || !isOwn || kindOf(fs, join(gitFolder, 'commondir')) !== null) return null
  const config = fs.readFile(join(gitFolder, 'config')).toString('latin1')
  return NOT_PLAIN.test(config) ? null : { topLevel, gitFolder, commonGitFolder: gitFolder }
}

function kindOf(fs: Ports['fs'], path: string) {
  try {
    return fs.linkFacts(path).kind
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}
