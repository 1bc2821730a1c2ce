import { defineCommand, quietIf } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: "Start an agent with your team's hooks",
    description:
      "Starts the agent at the project root, with the team's hooks merged into its settings after yours. When the last agent has ended, your file is restored. flow ends with the agent's exit code.",
    examples: ['flow run claude -- -p "fix it"', 'FLOW=0 flow run    # without the hooks'],
  },
  args: {
    agent: {
      usage: '[AGENT]',
      description: 'One of `agents` in .flowrc (default: what `agent` names there)',
      values: 'agents',
    },
    quiet: { usage: '-q, --quiet', description: 'Print errors only' },
    followSymlinks: {
      usage: '--follow-symlinks',
      description: 'Allow settings that are a link out of the repository',
    },
    dryRun: {
      usage: '--dry-run',
      description: 'Print the settings as they would be merged; start nothing',
    },
    args: {
      usage: '[-- ARGS…]',
      description: 'Passed to the agent unchanged',
      values: 'files',
      purpose: 'to pass % to the agent',
    },
  },
  async run(ports, { agent, args, dryRun, quiet, followSymlinks }, packageFolder) {
    const { run } = await import('./run/run.ts')
    return run(quietIf(quiet, ports), {
      ...(agent !== undefined && { agentName: agent }),
      args,
      dryRun,
      followSymlinks,
      packageFolder,
    })
  },
})
