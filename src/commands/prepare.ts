import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'What the prepare script calls',
    description: 'Sets up the git hooks of a fresh clone. Never fails an install.',
    examples: ['flow prepare'],
    isHidden: true,
  },
  args: {},
  async run(ports, _, packageFolder) {
    const { prepare } = await import('./prepare/prepare.ts')
    return prepare(ports, { packageFolder })
  },
})
