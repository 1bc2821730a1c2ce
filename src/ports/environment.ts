import { existsSync, fstatSync, readFileSync, realpathSync, writeSync } from 'node:fs'
import { explain, FlowError, isErrno } from '../errors.ts'
import type { Bytes } from './file-system.ts'

/** The process around us, read once: what a command may know without asking `process`. */
export interface Environment {
  readonly cwd: string
  /** What was typed behind the script's name. */
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly platform: string
  /** Absolute path of the node that runs flow. */
  readonly nodePath: string
  /** Absolute path of the script that node was given, links resolved. */
  readonly scriptPath: string
  readonly homeFolder: string
  /** Whose files this process makes; null where users have no numbers. */
  readonly userId: number | null
  readonly stdinIsTty: boolean
  readonly stdoutIsTty: boolean
  readonly stderrIsTty: boolean
  /** Under `--quiet`: flow says nothing of its own but errors. Absent: no. */
  readonly isQuiet?: boolean
  /** The answer to what was asked. False: its reader has left. */
  print(text: string | Uint8Array): boolean | undefined
  /** flow's own words. */
  printError(text: string): void
  /** All of standard input; empty when it is a terminal or /dev/null. */
  readStdin(): Bytes
  /** What comes on standard input until it ends, for at most `timeoutMs` and about a megabyte; empty as above. */
  readStdinFor(timeoutMs: number): Promise<Bytes>
}

export interface EnvironmentOptions {
  /** Absolute. */
  readonly cwd: string
  readonly isQuiet: boolean
}

/** @param options of a library's call; absent: the process's own directory, where messages are printed */
export function systemEnvironment(options?: EnvironmentOptions): Environment {
  return {
    cwd: options?.cwd ?? workingFolder(),
    isQuiet: options?.isQuiet ?? false,
    args: process.argv.slice(2),
    variables: process.env,
    platform: process.platform,
    nodePath: process.execPath,
    userId: process.geteuid?.() ?? null,
    scriptPath: scriptPath(),
    // Getters: process.stdin.isTTY opens the stream, and few commands ask.
    get homeFolder() {
      // As node:os has it.
      return process.env.HOME || process.getBuiltinModule('node:os').homedir()
    },
    get stdinIsTty() {
      return isTerminal(0)
    },
    get stdoutIsTty() {
      return isTerminal(1)
    },
    get stderrIsTty() {
      return isTerminal(2)
    },
    print: (text) => writeAll(1, text),
    printError,
    readStdin,
    readStdinFor,
  }
}

/** isatty(3). Loads node:tty, which takes 3 ms, with the first question. */
export function isTerminal(fd: number): boolean {
  return process.getBuiltinModule('node:tty').isatty(fd)
}

/** Nobody is at the other end of a device: a terminal would wait for its person, /dev/null has nothing. */
function readStdin(): Buffer {
  return fstatSync(0).isCharacterDevice() ? Buffer.alloc(0) : readFileSync(0)
}

/** A client's message has a few hundred. */
const MAX_STDIN_BYTES = 1_000_000

function readStdinFor(timeoutMs: number): Promise<Buffer> {
  if (fstatSync(0).isCharacterDevice()) return Promise.resolve(Buffer.alloc(0))
  const { stdin } = process
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      // An open pipe would keep the process from ending.
      stdin.destroy()
      resolve(Buffer.concat(chunks))
    }
    const timer = setTimeout(end, timeoutMs)
    let size = 0
    stdin.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_STDIN_BYTES) end()
    })
    stdin.once('end', end).once('error', reject)
  })
}

/** flow's own words, also before there is an environment. */
export function printError(text: string): void {
  writeAll(2, text)
}

/** `-` where node reads the program of a library's user from standard input. */
function scriptPath(): string {
  const path = process.argv[1] ?? process.execPath
  return existsSync(path) ? realpathSync(path) : path
}

function workingFolder(): string {
  try {
    return process.cwd()
  } catch (error) {
    throw new FlowError({
      code: 'E_CWD',
      what: 'could not find the directory that this runs in',
      why: explain(error),
      kept: 'nothing was changed',
      next: '`cd` to a directory that exists, then try again',
      cause: error,
    })
  }
}

/** Synchronous, so that nothing is cut off when the process ends. False: the reader left, which is no error. */
export function writeAll(fd: 1 | 2, text: string | Uint8Array): boolean {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written)
    } catch (error) {
      if (isErrno(error, 'EPIPE')) return false
      // A full pipe that somebody made non-blocking: its reader will come (write(2)).
      if (!isErrno(error, 'EAGAIN')) throw error
    }
  }
  return true
}
