#!/usr/bin/env node
/** What people start: the commands of `cli.ts`, compiled before where they can be. */
import { join } from 'node:path'
import { binFolder, loadCompiled } from './ports/compiled.ts'
import { VERSION } from './version.ts'

loadCompiled(join(import.meta.dirname, 'cli.main.cjs'), binFolder(VERSION), ['run', 'exec'])
