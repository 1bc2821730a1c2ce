import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'The resolved configuration, and where it is from',
    description:
      'Prints each value with the file and line that it comes from, or "default", and each hook that a session merges. Errors in a configuration are reported as `flow run` reports them.',
    examples: ['flow config', 'flow config --json    # docs/JSON.md'],
  },
  args: {
    json: { usage: '--json', description: 'Print JSON' },
    schema: { usage: '--schema', description: 'Print the JSON Schema of a configuration instead' },
  },
  async run(ports, options, packageFolder) {
    const { config } = await import('./config/config.ts')
    return config(ports, { ...options, packageFolder })
  },
})
