/** The configuration file that all working trees of a repository share. git-config(1). */
import { join } from 'node:path'
import { FlowError } from '../errors.ts'
import type { ProtocolPorts } from '../ports/ports.ts'
import { shellWord } from '../shell-word.ts'
import { exists, readOrNull, realOrSame } from './git-file.ts'
import type { GitDirectories } from './repository.ts'
import { type GitPorts, runGit } from './run-git.ts'

type Ports = GitPorts & Pick<ProtocolPorts, 'clock' | 'fs'>

/** Values of a key in the file itself, whatever other scopes say. */
export function localValues(ports: GitPorts, repository: GitDirectories, key: string): string[] {
  const args = ['config', '--file', configOf(repository), '-z', '--get-all', key]
  const { status, stdout } = runGit(ports, repository.topLevel, args)
  return status === 0 ? stdout.split('\0').slice(0, -1) : []
}

const WAIT_MS = 3_000
const PAUSE_MS = 20
/** Failures without a lock: one that is gone by now may have been there a moment ago. */
const MAX_FAILURES = 20

/**
 * Changes the file with git, which takes its own lock, and waits for another process's.
 * @param args of `git config --file FILE`
 * @throws FlowError E_GIT, E_CONFIG_LOCKED
 */
export function changeConfig(
  ports: Ports,
  repository: GitDirectories,
  args: readonly string[],
): void {
  keepingLastLine(ports, repository, () => {
    const config = configOf(repository)
    const deadline = ports.clock.monotonicMs() + WAIT_MS
    for (let failures = 0; ; ) {
      const whole = ['config', '--file', config, ...args]
      const { status, stderr } = runGit(ports, repository.topLevel, whole)
      if (status === 0) return
      const lock = `${realOrSame(ports, config)}.lock`
      if (!exists(ports, lock)) failures += 1
      if (failures === MAX_FAILURES) throw couldNotChange(config, stderr)
      if (ports.clock.monotonicMs() >= deadline) throw locked(lock)
      ports.clock.sleepMs(PAUSE_MS)
    }
  })
}

/**
 * Runs a change of the file. git ends the last line where that had no end; this takes it away again, so
 * that undoing every change gives the very bytes.
 */
export function keepingLastLine(
  ports: Pick<Ports, 'fs'>,
  repository: GitDirectories,
  change: () => void,
): void {
  const path = realOrSame(ports, configOf(repository))
  const isUnended = () => !/(^|\n)$/.test(readOrNull(ports, path) ?? '')
  const wasUnended = isUnended()
  change()
  if (!wasUnended || isUnended()) return
  const { fs } = ports
  const lock = `${path}.lock`
  // As git does: the lock is the new file.
  const bytes = fs.readFile(path)
  fs.createFile(lock, bytes.subarray(0, -1), fs.facts(path).mode)
  fs.rename(lock, path)
}

export function configOf({ commonGitFolder }: GitDirectories): string {
  return join(commonGitFolder, 'config')
}

function locked(lock: string): FlowError {
  return new FlowError({
    code: 'E_CONFIG_LOCKED',
    what: "could not change git's configuration",
    why: `${lock} has been there for more than ${WAIT_MS / 1000} s: another git is at work, or one was killed`,
    kept: 'the configuration as it is',
    next: `if no git runs, remove the file (\`rm ${shellWord(lock)}\`), then try again`,
  })
}

function couldNotChange(config: string, stderr: string): FlowError {
  return new FlowError({
    code: 'E_GIT',
    what: `could not change ${config}`,
    why: stderr.trim().replace(/^(error|fatal): /, '') || 'git failed without a message',
    kept: 'the configuration as it is',
    next: 'fix that, then try again',
  })
}
