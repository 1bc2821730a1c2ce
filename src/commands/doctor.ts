import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'Diagnose problems and suggest fixes',
    description:
      'Checks set-up and state, and prints each problem with the command that fixes it. The exit code is 1 when something is broken.',
    examples: ['flow doctor', 'flow doctor --json    # docs/JSON.md'],
  },
  args: {
    json: { usage: '--json', description: 'Print JSON' },
    verbose: { usage: '--verbose', description: 'Also list what is fine' },
  },
  async run(ports, { json, verbose }, packageFolder) {
    const { doctor } = await import('./doctor/doctor.ts')
    return doctor(ports, { json, verbose, packageFolder })
  },
})
