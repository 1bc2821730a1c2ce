import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'Agents at work, and what is merged',
    description:
      'Prints each open session, from the start of its first agent to the end of its last: its agents, what is merged, and where the backup is; of a killed one also the command that restores it without flow.',
    examples: ['flow status --watch', 'flow status --json    # docs/JSON.md'],
  },
  args: {
    json: { usage: '--json', description: 'Print JSON' },
    verbose: {
      usage: '--verbose',
      description: 'Every project in full, and how to restore by hand',
    },
    watch: {
      usage: '-w, --watch',
      description: 'Go on until q or Ctrl-C; with --json a line for each change',
    },
  },
  async run(ports, options) {
    const { status } = await import('./status/status.ts')
    return status(ports, options)
  },
})
