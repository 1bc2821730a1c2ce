import { pipeTests } from './pipe-tests.ts'
import { inShells, OTHER_SHELLS } from './shells.ts'

inShells(OTHER_SHELLS, pipeTests)
