import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: "What git's clean filter calls",
    description: 'Reads a file from standard input, and prints what git is to store.',
    examples: ['flow clean ~/.sylphx-flow .claude/settings.json < FILE'],
    isHidden: true,
  },
  args: {
    stateDirectory: { usage: '<STATE-DIRECTORY>', description: 'Where the sessions are' },
    path: { usage: '<PATH>', description: 'Of the file, from the top of the working tree' },
  },
  async run(ports, { stateDirectory, path }) {
    const { cleanForGit } = await import('../session/clean.ts')
    const { environment } = ports
    environment.print(cleanForGit(ports, stateDirectory, path, environment.readStdin()))
    return 0
  },
})
