import { entryTests } from './entry-tests.ts'
import { COMMON_SHELLS, inShells } from './shells.ts'

inShells(COMMON_SHELLS, entryTests)
