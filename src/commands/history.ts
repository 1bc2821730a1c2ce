import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'Past sessions, and how each ended',
    description:
      'Prints the past sessions of this project, the latest first: when, how long, which agents, how each ended, what was restored, and whether `flow restore` still has its backup.',
    examples: ['flow history --limit 5', 'flow history --all --json    # docs/JSON.md'],
  },
  args: {
    all: { usage: '--all', description: 'Of every project' },
    limit: { usage: '--limit <N>', description: 'How many (default: 20)' },
    json: { usage: '--json', description: 'Print JSON' },
  },
  async run(ports, options) {
    const { history } = await import('./history/history.ts')
    return history(ports, options)
  },
})
