import { defineCommand } from './define-command.ts'

/** Only what a user types comes here: cli.ts passes a hook that an agent waits for by the parser. */
export const command = defineCommand({
  meta: {
    summary: 'What merged hooks call',
    description:
      "session-start prints the project's memory for the agent, notification shows you the agent's message. In an agent that flow did not start they do nothing. The exit code is always 0, but for --test.",
    examples: ['flow hook notification --test'],
    isHidden: true,
  },
  args: {
    event: {
      usage: '<EVENT>',
      description: 'The event that occurred',
      values: ['session-start', 'notification'],
    },
    test: { usage: '--test', description: 'With notification: send one to try it out' },
    json: { usage: '--json', description: 'With --test: print the outcome as JSON' },
  },
  async run(ports, { json }) {
    const { testNotification } = await import('./hook/test-notification.ts')
    return testNotification(ports, { json })
  },
})
