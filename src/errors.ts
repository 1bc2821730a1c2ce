/** What a program can act on: no decision reads the sentences. */
export interface FlowErrorDetails {
  /** Absolute path of the file to correct. */
  readonly path?: string
  /** Absolute path, out of the repository, that a link leads to. */
  readonly leadsTo?: string
}

/** What a person is told when flow cannot do something; `cli.ts` prints the four lines. */
export interface FlowErrorParts {
  /** Stable name for programs, e.g. `E_SETTINGS_INVALID`. */
  readonly code: string
  /** What happened, as a sentence without a full stop: `could not restore .claude/settings.json`. */
  readonly what: string
  /** The cause: an errno, a position, a holder. */
  readonly why?: string
  /** What is safe, and where it lies. */
  readonly kept?: string
  /** What to type or change next; several ways on, one a line. */
  readonly next?: string
  /** 1: flow failed (default). 2: wrong usage. 126, 127: as a shell has it of a command. */
  readonly exitCode?: 1 | 2 | 126 | 127
  readonly details?: FlowErrorDetails
  readonly cause?: unknown
}

/** An error a person can act on. Anything else that reaches `cli.ts` is a bug in flow. */
export class FlowError extends Error {
  readonly code: string
  readonly what: string
  readonly why: string | undefined
  readonly kept: string | undefined
  readonly next: string | undefined
  readonly exitCode: 1 | 2 | 126 | 127
  readonly details: FlowErrorDetails

  constructor(parts: FlowErrorParts) {
    super(parts.why === undefined ? parts.what : `${parts.what}: ${parts.why}`, {
      cause: parts.cause,
    })
    this.name = 'FlowError'
    this.code = parts.code
    this.what = parts.what
    this.why = parts.why
    this.kept = parts.kept
    this.next = parts.next
    this.exitCode = parts.exitCode ?? 1
    this.details = parts.details ?? {}
  }
}

/** An error with a name for programs; a system call's own has the other two. */
export interface ErrnoError extends Error {
  readonly code: string
  readonly syscall?: string
  readonly path?: string
}

/** True when `error` is a system error with one of these names (errno(3)). */
export function isErrno(error: unknown, ...codes: string[]): error is ErrnoError {
  if (!(error instanceof Error) || !('code' in error)) return false
  return typeof error.code === 'string' && codes.includes(error.code)
}

/** True for any error that a system call gave; also for a FlowError that wraps one. */
export function isSystemError(error: unknown): boolean {
  if (error instanceof FlowError) return isSystemError(error.cause)
  return error instanceof Error && 'syscall' in error
}

const ERRNO_SENTENCES: Record<string, string> = {
  E2BIG: 'the arguments are too long',
  EACCES: 'permission denied',
  EBUSY: 'the file is busy',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EFBIG: 'the file would be too large',
  EIO: 'the disk reported an error',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
}

/** `permission denied (EACCES)`; for anything but a known system error, its own message. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const sentence = code === undefined ? undefined : ERRNO_SENTENCES[code]
  return sentence === undefined ? error.message : `${sentence} (${code})`
}
