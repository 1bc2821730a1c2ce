/** Every command by its name, loaded on demand, in the order of `flow --help`. */
import type { Commands } from '../command-line/parse.ts'
import type { Command } from './define-command.ts'

export const COMMANDS = {
  run: async () => (await import('./run.ts')).command,
  exec: async () => (await import('./exec.ts')).command,
  status: async () => (await import('./status.ts')).command,
  history: async () => (await import('./history.ts')).command,
  restore: async () => (await import('./restore.ts')).command,
  recover: async () => (await import('./recover.ts')).command,
  doctor: async () => (await import('./doctor.ts')).command,
  config: async () => (await import('./config.ts')).command,
  init: async () => (await import('./init.ts')).command,
  uninstall: async () => (await import('./uninstall.ts')).command,
  shell: async () => (await import('./shell.ts')).command,
  completion: async () => (await import('./completion.ts')).command,
  demo: async () => (await import('./demo.ts')).command,
  hook: async () => (await import('./hook.ts')).command,
  prepare: async () => (await import('./prepare.ts')).command,
  'pre-commit': async () => (await import('./pre-commit.ts')).command,
  clean: async () => (await import('./clean.ts')).command,
  complete: async () => (await import('./complete.ts')).command,
} satisfies Commands<Command>
