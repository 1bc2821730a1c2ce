import { inShells, OTHER_SHELLS } from './shells.ts'
import { withNodeTests } from './with-node-tests.ts'

inShells(OTHER_SHELLS, withNodeTests)
