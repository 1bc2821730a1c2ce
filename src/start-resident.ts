/** What hooks, git and the shells start: the commands of `resident.ts`, compiled before. */
import { join } from 'node:path'
import { loadCompiled } from './ports/compiled.ts'

const folder = import.meta.dirname
loadCompiled(join(folder, 'resident.main.cjs'), folder, ['hook', 'recover', 'clean'])
