/** husky, which comes with flow: found, run, and made whole where a working tree lacks its files. */
import { dirname, join } from 'node:path'
import { explain, FlowError } from '../errors.ts'
import { keepingLastLine } from '../git/config.ts'
import { HOOK_NAMES, removeHookLines } from '../git/hook-line.ts'
import { isHuskyComplete, readHook } from '../git/hooks-directory.ts'
import { withoutRepository } from '../git/run-git.ts'
import { treePath } from '../git/tree-path.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { resolvePackage } from '../ports/resolve-package.ts'
import type { HookPlace } from './context.ts'

/** Others can see core.hooksPath without `_`. @throws FlowError E_HUSKY with husky's own sentence */
export function runHusky(
  { ports, repository }: HookPlace,
  script: string,
  directory: string,
): void {
  const { commands, environment } = ports
  const { topLevel } = repository
  keepingLastLine(ports, repository, () => {
    // In a process of its own, since husky acts on the current directory.
    const args = [script, treePath(topLevel, directory)]
    const env = withoutRepository(environment.variables)
    const done = commands.run(environment.nodePath, args, { cwd: topLevel, env })
    // husky says what went wrong on stdout and exits 0 (9.1.7).
    const sentence = done.stdout.trim() || (done.status === 0 ? '' : errorLine(done.stderr))
    if (sentence !== '') throw huskyFailed(sentence)
  })
  const path = join(directory, '_')
  if (!isHuskyComplete(ports, { kind: 'husky', path, edited: directory })) {
    throw huskyFailed(`${path} is not complete`)
  }
}

function huskyFailed(why: string): FlowError {
  return new FlowError({
    code: 'E_HUSKY',
    what: 'husky could not set up the git hooks',
    why,
    kept: "git's configuration and the hooks as they are",
    next: 'fix that, then run the same command again: it goes on where it stopped',
  })
}

function errorLine(stderr: string): string {
  return /^\w*Error.*$/m.exec(stderr)?.[0] ?? 'it ended without a message'
}

/**
 * The command-line script of the husky that flow depends on, found as node finds packages: not the
 * project's own husky, which may be another version.
 * @throws FlowError E_HUSKY_MISSING
 */
export function findHusky(fs: FileSystem, packageDirectory: string): string {
  const start = fs.realPath(packageDirectory)
  const main = resolvePackage(start, 'husky')
  if (main !== null) return join(dirname(main), 'bin.js')
  if (start.includes('\\')) {
    throw new FlowError({
      code: 'E_HUSKY_MISSING',
      what: 'could not load husky, which flow depends on',
      why: `node loads no module from a path with a backslash in it: ${start}`,
      kept: 'nothing was changed',
      next: 'move the repository to a path without one',
    })
  }
  throw new FlowError({
    code: 'E_HUSKY_MISSING',
    what: 'could not find husky, which flow depends on',
    why: `there is no node_modules/husky in ${start} or above it`,
    kept: 'nothing was changed',
    next: 'npm install --save-dev flow-agent',
  })
}

/**
 * Gives a linked worktree the directory `_` that core.hooksPath names: git ignores it, so that none is
 * there until packages are installed. Does nothing where no hook of the team's calls flow.
 * @returns why there are no hooks; null: there are
 */
export function completeHusky(place: HookPlace): string | null {
  const { ports, packageDirectory, hooks } = place
  if (hooks.kind !== 'husky' || isHuskyComplete(ports, hooks)) return null
  if (ports.environment.variables.HUSKY === '0') return 'HUSKY=0 is set'
  const carries = HOOK_NAMES.some((name) => carriesFlow(ports.fs, join(hooks.edited, name)))
  if (!carries) return `none in ${hooks.edited} calls flow`
  try {
    runHusky(place, findHusky(ports.fs, packageDirectory), hooks.edited)
    return null
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return explain(error)
  }
}

export function carriesFlow(fs: FileSystem, path: string): boolean {
  const hook = readHook(fs, path)
  return hook !== null && removeHookLines(hook).removedCount > 0
}
