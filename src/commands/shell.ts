import { defineCommand } from './define-command.ts'

export const command = defineCommand({
  meta: {
    summary: "Print the line for a shell's rc file",
    description:
      'With that line in the rc file, the next prompt in any directory recovers what a killed session left. Where nothing is pending, no process is started.',
    examples: ['flow shell bash >> ~/.bashrc', 'flow shell          # names your shell'],
  },
  args: {
    // Optional: without it the error names the user's own shell.
    shell: {
      usage: '[SHELL]',
      description: 'Your shell',
      values: ['bash', 'zsh', 'fish'],
    },
  },
  async run(ports, { shell: name }, packageFolder) {
    const { shell } = await import('./shell/shell.ts')
    return shell(ports, { name, packageFolder })
  },
})
