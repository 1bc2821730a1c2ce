import { quietPromptTests } from './prompt-quiet-tests.ts'
import { inEveryPrompt } from './prompt-shells.ts'

inEveryPrompt(quietPromptTests, ['bash'])
