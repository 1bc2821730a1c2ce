/** What hooks, git and the shells start: the commands of `resident.ts` and `resident-hook.ts`, compiled before. */
import { join } from 'node:path'
import { commandWord, loadCompiled } from './ports/compiled.ts'

const folder = import.meta.dirname
const file = commandWord() === 'hook' ? 'resident.hook.cjs' : 'resident.main.cjs'
loadCompiled(join(folder, file), folder, ['hook', 'recover', 'clean'])
