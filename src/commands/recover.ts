import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'Restore what killed sessions left, everywhere',
    description:
      'Restores the settings of each session of which no process is alive, in every project or the one of PATH. Edits made since are kept. With --force, in a project, it is for that one alone.',
    examples: [
      'flow recover',
      'flow status --verbose    # the cp or rm that does it by hand',
      'ls ~/.sylphx-flow/snapshots/*/*    # the backups',
    ],
  },
  args: {
    path: {
      usage: '[PATH]',
      description: 'The directory of one project; it may be gone',
      values: 'files',
    },
    quiet: {
      usage: '-q, --quiet',
      description: 'For hooks: print only what was restored, or cannot be',
    },
    force: {
      usage: '--force',
      description: 'Also sessions that cannot be judged from here, or lost a backup',
    },
  },
  async run(ports, { path, quiet, force }) {
    const { recover } = await import('./recover/recover.ts')
    return recover(ports, { path, quiet, force })
  },
})
