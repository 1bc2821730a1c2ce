import { statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** What @types/node of Node 20 does not declare. */
interface CompileCache {
  /** Node 22.1 and newer. Never throws; NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE overrule it. */
  readonly enableCompileCache?: (directory: string) => unknown
}

/**
 * From now on Node takes what it compiled of the modules that it loads from its cache in the state
 * directory, and writes what is missing there when this process exits. A damaged file counts as missing.
 */
export function enableCompileCache(version: string): void {
  // Node 20 has no such cache, and takes time to load node:module.
  if (process.versions.node.startsWith('20.')) return
  const directory = compileCacheDirectory(version, process.env)
  if (directory === null) return
  const module: typeof import('node:module') & CompileCache =
    process.getBuiltinModule('node:module')
  module.enableCompileCache?.(directory)
}

/**
 * `<state directory>/runtime/<version>/cache`, which `flow run` makes. Null where another user could plant
 * code in it: it and each directory up to the state directory must be this user's, and nobody else may
 * write to them. Null also where it is absent, and below the working directory, whose code must not run:
 * FLOW_HOME is relative, which `stateHome` refuses later, or HOME is unset.
 */
export function compileCacheDirectory(
  version: string,
  { FLOW_HOME, HOME = '' }: NodeJS.ProcessEnv,
): string | null {
  const home = FLOW_HOME || join(HOME, '.sylphx-flow')
  if (!isAbsolute(home)) return null
  const runtime = join(home, 'runtime')
  const own = join(runtime, version)
  const cache = join(own, 'cache')
  return [home, runtime, own, cache].every(isPrivate) ? cache : null
}

function isPrivate(path: string): boolean {
  try {
    const { uid, mode } = statSync(path)
    return uid === process.geteuid?.() && (mode & 0o022) === 0
  } catch {
    // Absent: no session has run with this state directory yet.
    return false
  }
}
