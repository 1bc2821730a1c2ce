import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'See the whole story in a temporary repository',
    description:
      'Makes a repository in a temporary directory, runs a stand-in agent, kills it, recovers. Nothing of yours is touched.',
    examples: ['flow demo'],
  },
  args: {},
  async run(ports, _, packageFolder) {
    const { demo } = await import('./demo/demo.ts')
    return demo(ports, { packageFolder })
  },
})
