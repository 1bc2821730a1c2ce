/**
 * Other people's tools for the tests, as the registry has them: each in a folder of its own beside
 * the packed package, installed once per run of the project `slow`.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { isErrno } from '../../src/errors.ts'

const run = promisify(execFile)

/**
 * Absolute path of the node_modules with exactly this version (`lefthook@2.2.2`), none of its install
 * scripts run; null where it is not to be had. Call it while the file is read, so that tests can be
 * skipped and counted.
 */
export async function tool(name: string, version: string): Promise<string | null> {
  const folder = join(dirname(inject('installed')), 'tools', `${name}@${version}`.replace('/', '+'))
  const modules = join(folder, 'node_modules')
  if (existsSync(modules)) return modules
  mkdirSync(dirname(folder), { recursive: true })
  const own = mkdtempSync(`${folder}-`)
  writeFileSync(join(own, 'package.json'), '{ "private": true }\n')
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']
  try {
    const words = ['install', '--prefer-offline', ...quiet, `${name}@${version}`]
    await run('npm', words, { cwd: own })
    renameSync(own, folder)
  } catch (error) {
    // Another file's worker was faster.
    if (isErrno(error, 'ENOTEMPTY', 'EEXIST')) return modules
    console.warn(`no ${name}@${version} here: ${error}`)
    return null
  }
  return modules
}
