import { inEveryPrompt } from './prompt-shells.ts'
import { rarePromptTests } from './prompt-tests.ts'

inEveryPrompt(rarePromptTests, ['zsh', 'fish'])
