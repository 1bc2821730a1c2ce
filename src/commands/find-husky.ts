import { dirname, join } from 'node:path'
import { FlowError } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { resolvePackage } from '../ports/resolve-package.ts'

/**
 * The command-line script of the husky that flow depends on, found as node finds packages: not the
 * project's own husky, which may be another version.
 * @throws FlowError E_HUSKY_MISSING
 */
export function findHusky(fs: FileSystem, flowFolder: string): string {
  const start = fs.realPath(flowFolder)
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
