import { defineCommand, quietIf } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'Undo init, and keep what you wrote',
    description:
      "Removes flow's lines from the repository, and the backups of its ended sessions from the state directory. Refuses while a session is open.",
    examples: ['flow uninstall --dry-run'],
  },
  args: {
    yes: { usage: '-y, --yes', description: 'Make every change without asking' },
    dryRun: { usage: '--dry-run', description: 'Print the changes and make none' },
    quiet: { usage: '-q, --quiet', description: 'Print errors only' },
  },
  async run(ports, { yes, dryRun, quiet }, packageFolder) {
    const { uninstall } = await import('./uninstall/uninstall.ts')
    return uninstall(quietIf(quiet, ports), { yes, dryRun, packageFolder })
  },
})
