#!/usr/bin/env node
/**
 * What `flow` starts. It turns the compile cache on before it loads `cli.ts`: Node caches what it loads
 * later, not the file that it was given.
 */
import { describeFailure } from './failure.ts'
import { enableCompileCache } from './ports/compile-cache.ts'
import { endWith } from './ports/ending.ts'
import { printError } from './ports/environment.ts'
import { VERSION } from './version.ts'

enableCompileCache(VERSION)
import('./cli.ts').catch((error: unknown) => {
  printError(describeFailure(error))
  endWith({ exitCode: 1 })
})
