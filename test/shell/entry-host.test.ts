import { HABITS, habitTests, nothingLeftTest } from './entry-host-tests.ts'
import { COMMON_SHELLS, inShells } from './shells.ts'

inShells(COMMON_SHELLS, (shell) => {
  habitTests(shell, HABITS)
  nothingLeftTest(shell)
})
