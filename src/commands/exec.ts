import { defineCommand, quietIf } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: "Run any command with your team's hooks, here",
    description:
      "Runs CMD in the current directory, with the team's hooks merged meanwhile, and ends with its exit code: 127 when CMD is not found, 126 when it is not executable.",
    examples: ['flow exec -- npm test', 'flow exec -- sh -c "claude -p hi | tee log"'],
  },
  args: {
    quiet: { usage: '-q, --quiet', description: 'Print errors only' },
    followSymlinks: {
      usage: '--follow-symlinks',
      description: 'Allow settings that are a link out of the repository',
    },
    command: {
      usage: '-- CMD [ARGS…]',
      description: 'What to run',
      values: 'command',
      purpose: 'to run %',
    },
  },
  async run(ports, { command, quiet, followSymlinks }, packageFolder) {
    const { exec } = await import('./run/run.ts')
    return exec(quietIf(quiet, ports), { command, followSymlinks, packageFolder })
  },
})
