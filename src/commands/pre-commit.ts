import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'What the pre-commit hook calls',
    description: "Takes flow's entries out of the commit that git is about to make.",
    examples: ['flow pre-commit'],
    isHidden: true,
  },
  args: {},
  async run(ports) {
    const { preCommit } = await import('./pre-commit/pre-commit.ts')
    return preCommit(ports)
  },
})
