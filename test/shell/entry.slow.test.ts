import { entryTests } from './entry-tests.ts'
import { inShells, OTHER_SHELLS } from './shells.ts'

inShells(OTHER_SHELLS, entryTests)
