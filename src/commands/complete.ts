import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'What the completion of a shell calls',
    description:
      'Prints what the last of the words can be completed to: a line each, with a tab and a description; or `:command` or `:files`, which the shell completes itself. Reads data only, and runs nothing of the current directory.',
    examples: ['flow complete -- run --q'],
    isHidden: true,
  },
  args: {
    words: {
      usage: '[-- WORDS…]',
      description: 'The command line after `flow`, up to the cursor',
    },
  },
  async run(ports, { words }) {
    const { complete } = await import('./complete/complete.ts')
    return complete(ports, words)
  },
})
