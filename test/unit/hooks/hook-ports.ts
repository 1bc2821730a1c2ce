import { systemCommands } from '../../../src/ports/commands.ts'
import type { Environment } from '../../../src/ports/environment.ts'
import { systemFiles } from '../../../src/ports/file-system.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { systemProcesses } from '../../../src/ports/processes.ts'

export interface HookPorts extends Ports {
  /** What was written where, in order: `out`, `err`, `log`. */
  readonly written: { readonly to: 'out' | 'err' | 'log'; readonly text: string }[]
}

/** The real file system and programs round a chosen environment, at noon of 2026-03-01. */
export function hookPorts(
  { stdin = '', ...environment }: Partial<Environment> & { readonly stdin?: string },
  changes: Partial<Ports> = {},
): HookPorts {
  const written: HookPorts['written'] = []
  return {
    written,
    fs: systemFiles,
    processes: systemProcesses(),
    commands: systemCommands,
    clock: {
      now: () => new Date(2026, 2, 1, 12),
      monotonicMs: () => 0,
      sleepMs: () => undefined,
      randomHex: () => '',
    },
    log: (_scope, text) => written.push({ to: 'log', text }),
    environment: {
      cwd: '/nowhere',
      args: [],
      variables: { FLOW_RUN_ID: 'run-1' },
      platform: 'linux',
      nodePath: process.execPath,
      scriptPath: '/state/runtime/1.0.0/runtime.cjs',
      userId: 0,
      homeFolder: '/nowhere',
      stdinIsTty: false,
      stdoutIsTty: false,
      stderrIsTty: false,
      print: (text) => {
        written.push({ to: 'out', text: String(text) })
      },
      printError: (text) => written.push({ to: 'err', text }),
      readStdin: () => Buffer.from(stdin),
      readStdinFor: async () => Buffer.from(stdin),
      ...environment,
    },
    ...changes,
  }
}
