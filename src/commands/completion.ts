import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: 'Print the script that completes words on Tab',
    description:
      'The script completes commands, options, and the names of agents and sessions. docs/COMPLETION.md says where each shell finds it.',
    examples: [
      'flow completion bash > ~/.flow-completion.bash',
      'flow completion fish | source    # to try it',
    ],
  },
  args: {
    shell: { usage: '<SHELL>', description: 'Your shell', values: ['bash', 'zsh', 'fish'] },
  },
  async run(ports, { shell }, packageDirectory) {
    const { completion } = await import('./completion/completion.ts')
    return completion(ports, shell, packageDirectory)
  },
})
