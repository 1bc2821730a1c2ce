import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { explain, FlowError } from '../errors.ts'

/** A text, a program's text, or where a symbolic link leads. */
export type ScratchFile = string | { readonly program: string } | { readonly link: string }

/**
 * Makes a folder in the system's temporary one that nobody else can enter, and returns its real path.
 * @throws FlowError E_SCRATCH
 */
export function makeScratch(name: string): string {
  const parent = tmpdir()
  if (parent.includes(delimiter)) {
    throw noScratch(parent, `with a "${delimiter}" in its path no program in it could be on PATH`)
  }
  try {
    return mkdtempSync(join(realpathSync(parent), `${name}-`))
  } catch (error) {
    throw noScratch(parent, explain(error), error)
  }
}

/**
 * Writes files by their paths in `folder`, with the folders that they need.
 * @throws FlowError E_SCRATCH: some of them may stand
 */
export function fillScratch(folder: string, files: Readonly<Record<string, ScratchFile>>): void {
  try {
    for (const [name, file] of Object.entries(files)) writeScratch(join(folder, name), file)
  } catch (error) {
    throw noScratch(folder, explain(error), error)
  }
}

/** Removes the folder with all that is in it; links are removed, not followed. @throws FlowError E_SCRATCH_LEFT */
export function removeScratch(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    throw new FlowError({
      code: 'E_SCRATCH_LEFT',
      what: `could not remove ${folder}`,
      why: explain(error),
      next: 'remove that directory by hand',
      cause: error,
    })
  }
}

function writeScratch(path: string, file: ScratchFile): void {
  mkdirSync(dirname(path), { recursive: true })
  if (typeof file === 'string') writeFileSync(path, file)
  else if ('link' in file) symlinkSync(file.link, path)
  else {
    writeFileSync(path, file.program)
    chmodSync(path, 0o755)
  }
}

function noScratch(folder: string, why: string, cause?: unknown): FlowError {
  return new FlowError({
    code: 'E_SCRATCH',
    what: `could not write in ${folder}`,
    why,
    next: 'set TMPDIR to a directory that you may write to, e.g. TMPDIR=/tmp',
    cause,
  })
}
