import { COMMON_SHELLS, inShells } from './shells.ts'
import { withNodeTests } from './with-node-tests.ts'

inShells(COMMON_SHELLS, withNodeTests)
