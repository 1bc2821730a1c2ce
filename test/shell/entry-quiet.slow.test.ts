import { quietEntryTests } from './entry-quiet-tests.ts'
import { inShells, OTHER_SHELLS } from './shells.ts'

inShells(OTHER_SHELLS, quietEntryTests)
