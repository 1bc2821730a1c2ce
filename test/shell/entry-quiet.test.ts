import { quietEntryTests } from './entry-quiet-tests.ts'
import { COMMON_SHELLS, inShells } from './shells.ts'

inShells(COMMON_SHELLS, quietEntryTests)
