import { $, type ProcessPromise } from 'zx/core'
import { FlowError, isErrno } from '../errors.ts'
import { shellWord } from '../shell-word.ts'

/** Lines for `/bin/sh`, one after the other or side by side. */
export interface Shell {
  /** What is filled in becomes one quoted word, a list several. A failure is in what it resolves to. */
  run(
    pieces: TemplateStringsArray,
    ...words: (string | number | readonly string[])[]
  ): ProcessPromise
  /** Kills whatever still runs, with all that it started. Nothing can be started any more. */
  close(): Promise<void>
}

/**
 * A shell on zx. Each line has a process group of its own and no terminal: a Ctrl-C reaches this process alone.
 * @param env the whole environment
 * @param limitMs after which a line is killed
 */
export function openShell(
  cwd: string,
  env: Readonly<Record<string, string>>,
  limitMs: number,
): Shell {
  const line = $({
    cwd,
    env: { ...env },
    // All of it said here: zx would take its defaults from ZX_* variables and from the bash it finds.
    shell: '/bin/sh',
    prefix: '',
    postfix: '',
    timeout: limitMs,
    timeoutSignal: 'SIGKILL',
    quote: shellWord,
    preferLocal: false,
    verbose: false,
    quiet: true,
    nothrow: true,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const live = new Set<ProcessPromise>()
  let isClosed = false
  return {
    run(pieces, ...words) {
      if (isClosed) throw new FlowError({ code: 'E_SHELL_CLOSED', what: 'the shell is closed' })
      const child = line(pieces, ...words)
      live.add(child)
      void child.then(() => live.delete(child))
      return child
    },
    async close() {
      isClosed = true
      for (const { pid } of live) if (pid !== undefined) killGroup(pid)
      await Promise.all(live)
    },
  }
}

/** All that it has said, as soon as these words are in it. @throws FlowError E_SHELL_SILENT at its end */
export function says(child: ProcessPromise, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Uint8Array) => {
      said += Buffer.from(chunk).toString()
      if (said.includes(words)) resolve(said)
    })
    void child.then(({ stdall }) => {
      const what = `\`${child.cmd}\` ended without having said "${words}"`
      reject(new FlowError({ code: 'E_SHELL_SILENT', what, why: stdall || 'it said nothing' }))
    })
  })
}

/** Its number is nobody else's: somebody of the group holds the output still. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // The last one of the group has just ended.
    if (!isErrno(error, 'ESRCH')) throw error
  }
}
