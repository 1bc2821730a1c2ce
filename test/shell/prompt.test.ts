import { inEveryPrompt } from './prompt-shells.ts'
import { promptTests, rarePromptTests } from './prompt-tests.ts'

inEveryPrompt(promptTests)

inEveryPrompt(rarePromptTests, ['bash'])
