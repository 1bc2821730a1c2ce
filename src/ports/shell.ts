import { $, type ProcessPromise } from 'zx/core'
import { FlowError, isErrno } from '../errors.ts'
import { shellWord } from '../shell-word.ts'
import { within } from './wait.ts'

/** A line for `/bin/sh`; what is filled into it becomes one quoted word, a list several. */
type Line<Result> = (pieces: TemplateStringsArray, ...words: Word[]) => Result
type Word = string | number | readonly string[]

/** Lines typed in one folder and one environment, one after the other or side by side. */
export interface Shell {
  /**
   * Runs a line to its end, whatever its exit code.
   * @throws FlowError E_SHELL_LATE, E_SHELL_CLOSED
   */
  readonly run: Line<Promise<Ended>>
  /** Starts a line. @throws FlowError E_SHELL_CLOSED */
  readonly start: Line<Running>
  /** Kills whatever still runs, with all that it started; nothing can be started any more. */
  kill(): void
  /** Resolves when nothing runs. @throws FlowError E_SHELL_LATE */
  isOver(): Promise<void>
}

export interface Ended {
  /** The line, as the shell read it. */
  readonly line: string
  /** Null: it died of a signal. */
  readonly exitCode: number | null
  /** Its standard output and standard error, as they came. */
  readonly said: string
}

export interface Running {
  readonly line: string
  /** What it has said so far, as soon as these words are in it. @throws FlowError E_SHELL_LATE, E_SHELL_SILENT */
  says(words: string): Promise<string>
  /** Its end, and that of all who hold its output. @throws FlowError E_SHELL_LATE */
  ends(): Promise<Ended>
}

export interface ShellPlace {
  readonly cwd: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** Longest wait for one thing. */
  readonly limitMs: number
}

/**
 * A shell to tell a story with, on zx. Each line has a process group of its own and no terminal:
 * a Ctrl-C reaches this process alone, which then kills them.
 */
export function openShell({ cwd, env, limitMs }: ShellPlace): Shell {
  const zx = $({
    cwd,
    env: { ...env },
    // All of it said here: zx would take its defaults from ZX_* variables and from the bash it finds.
    shell: '/bin/sh',
    prefix: '',
    postfix: '',
    timeout: 0,
    quote: shellWord,
    preferLocal: false,
    verbose: false,
    quiet: true,
    nothrow: true,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const live = new Map<number, Promise<Ended>>()
  let isClosed = false

  const start: Line<Running> = (pieces, ...words) => {
    if (isClosed) throw closed()
    const child = zx(pieces, ...words)
    const { ended, ...running } = follow(child, limitMs)
    const { pid } = child
    if (pid !== undefined) {
      live.set(pid, ended)
      // When it settles nobody of the group holds the output any more. It never rejects (nothrow).
      void ended.then(() => live.delete(pid))
    }
    return running
  }

  return {
    start,
    run: async (pieces, ...words) => start(pieces, ...words).ends(),
    kill() {
      isClosed = true
      for (const pid of live.keys()) killGroup(pid)
    },
    async isOver() {
      const all = Promise.all(live.values())
      await within(limitMs, all, () => late(limitMs, 'kill -9', 'to take effect', ''))
    },
  }
}

function follow(child: ProcessPromise, limitMs: number): Running & { ended: Promise<Ended> } {
  const line = child.cmd
  const streams = [child.stdout, child.stderr]
  const chunks: Uint8Array[] = []
  const said = () => Buffer.concat(chunks).toString('utf8')
  for (const stream of streams) stream.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  const ended = (async () => {
    const { exitCode } = await child
    return { line, exitCode, said: said() }
  })()
  return {
    line,
    ended,
    ends: () => within(limitMs, ended, () => late(limitMs, line, 'to end', said())),
    says(words) {
      const heard = new Promise<string>((resolve, reject) => {
        const listen = () => said().includes(words) && resolve(said())
        for (const stream of streams) stream.on('data', listen)
        listen()
        void ended.then(() => reject(silent(line, words, said())))
      })
      return within(limitMs, heard, () => late(limitMs, line, `to say "${words}"`, said()))
    },
  }
}

/** Somebody of it holds the output still, so the number is nobody else's. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // The last one of the group has just ended.
    if (!isErrno(error, 'ESRCH')) throw error
  }
}

function late(limitMs: number, line: string, what: string, said: string): FlowError {
  return new FlowError({
    code: 'E_SHELL_LATE',
    what: `waited ${limitMs / 1000} s in vain for \`${line}\` ${what}`,
    why: lastWords(said),
  })
}

function silent(line: string, wanted: string, said: string): FlowError {
  return new FlowError({
    code: 'E_SHELL_SILENT',
    what: `\`${line}\` ended without having said "${wanted}"`,
    why: lastWords(said),
  })
}

function lastWords(said: string): string {
  return said === '' ? 'it said nothing' : `it said:\n${said.trimEnd()}`
}

function closed(): FlowError {
  return new FlowError({ code: 'E_SHELL_CLOSED', what: 'the shell is closed' })
}
