import { defineCommand, quietIf } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'Set up this repository; safe to repeat',
    description:
      "Writes .flowrc, a guarded line in three git hooks, git's clean filter, and the scripts `agent` and `prepare` where there is a package.json. Keeps what is there, and asks before each kind of change.",
    examples: ['flow init --dry-run', 'flow init --yes', 'flow uninstall    # undoes it'],
  },
  args: {
    yes: { usage: '-y, --yes', description: 'Make every change without asking' },
    dryRun: { usage: '--dry-run', description: 'Print the changes and make none' },
    quiet: { usage: '-q, --quiet', description: 'Print errors only' },
  },
  async run(ports, { yes, dryRun, quiet }, packageFolder) {
    const { init } = await import('./init/init.ts')
    return init(quietIf(quiet, ports), { yes, dryRun, packageFolder })
  },
})
