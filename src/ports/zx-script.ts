/**
 * node zx-script.cjs SCRIPT [ARGUMENT…]: runs an agent that is a zx script, as `zx SCRIPT …` would.
 * SCRIPT is an absolute path. Not zx's own command: it fails below a directory with a `%` in its name, and
 * ZX_* variables can make it install packages.
 */
import 'zx/globals'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ProcessOutput, updateArgv } from 'zx'

const [, , script = '', ...args] = process.argv
updateArgv(args)
// An ES module has none of these, and zx's own command provides them.
Object.assign(globalThis, {
  __filename: script,
  __dirname: dirname(script),
  require: createRequire(script),
})

import(pathToFileURL(script).href).catch((error: unknown) => {
  if (error instanceof SyntaxError) process.nextTick(dieOf, error)
  else console.error(error instanceof ProcessOutput ? `Error: ${error.message}` : error)
  process.exitCode = 1
})

/** Uncaught: Node alone shows the line that does not parse. */
function dieOf(error: SyntaxError): never {
  throw error
}
