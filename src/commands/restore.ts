import { defineCommand, quietIf } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'Restore the settings as a past session found them',
    description:
      'Shows the difference between your settings now and the backup from the start of that session, and asks. The current settings are backed up too: the command that undoes it is printed.',
    examples: ['flow restore last --dry-run', 'flow history    # names of sessions'],
  },
  args: {
    session: {
      usage: '<SESSION>',
      description: 'As `flow history` names it, or its beginning; or `last`',
      values: 'sessions',
    },
    yes: { usage: '-y, --yes', description: 'Restore without asking' },
    dryRun: { usage: '--dry-run', description: 'Show the difference and change nothing' },
    quiet: { usage: '-q, --quiet', description: 'Print errors only' },
  },
  async run(ports, { quiet, ...options }) {
    const { restore } = await import('./restore/restore.ts')
    return restore(quietIf(quiet, ports), options)
  },
})
