import { HABITS, habitTests, MORE_HABITS, nothingLeftTest } from './entry-host-tests.ts'
import { COMMON_SHELLS, inShells, OTHER_SHELLS } from './shells.ts'

inShells(COMMON_SHELLS, (shell) => habitTests(shell, MORE_HABITS))

inShells(OTHER_SHELLS, (shell) => {
  habitTests(shell, { ...HABITS, ...MORE_HABITS })
  nothingLeftTest(shell)
})
