import { rareFlowShellTests } from '../shell/flow-shell-tests.ts'
import { inEveryPrompt } from '../shell/prompt-shells.ts'

inEveryPrompt(rareFlowShellTests, ['zsh', 'fish'])
