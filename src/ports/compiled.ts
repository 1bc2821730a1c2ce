/**
 * Runs flow's own bundles from code that V8 has compiled before: that saves a third of what `flow run`
 * costs. Node has such a cache itself from version 22.1 on, `module.enableCompileCache`; this is for
 * 20 as well, and it keeps it in flow's own place.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { constants, Script } from 'node:vm'

/**
 * Loads `path`, a CommonJS module that the build has written as one function, and what it requires
 * beside it, and keeps what was compiled of them when this process exits. Whatever is wrong with the cache, the file is compiled as ever.
 * @param cacheFolder is not used where it is null or absent, or where others could plant code in it
 * @param keepFor the commands that are waited for; others use what is there, and change nothing
 */
export function loadCompiled(
  path: string,
  cacheFolder: string | null,
  keepFor: readonly string[],
): void {
  const folder = cacheFolder !== null && isOwn(cacheFolder) ? cacheFolder : null
  const fresh = new Map<string, { readonly file: string; readonly script: Script }>()
  const loaded = new Map<string, { exports: unknown }>()
  const load = (file: string): unknown => {
    const known = loaded.get(file)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    loaded.set(file, module)
    const { script, cachePath } = compile(file, folder)
    if (cachePath !== null) fresh.set(cachePath, { file, script })
    // Our own `require`: node:module, which could make one for each file, takes 2 ms to load.
    const requireFrom = (id: string): unknown =>
      id.startsWith('.') ? load(resolve(dirname(file), id)) : require(id)
    script.runInThisContext()(module.exports, requireFrom, module, file, dirname(file))
    return module.exports
  }
  load(path)
  if (!keepFor.includes(commandWord())) return
  process.once('exit', () => {
    // By now the functions that were called are compiled too.
    for (const [cachePath, { file, script }] of fresh) {
      keep(cachePath, script.createCachedData())
      prune(dirname(cachePath), basename(file))
    }
  })
}

/** The command that was asked for, e.g. `hook`; '' for none. */
export function commandWord(): string {
  return process.argv[2] ?? ''
}

/**
 * `<state home>/bin/<version>`, as `state-home.ts` finds it. Null where that would lie in the current
 * folder, whose code we would run: FLOW_HOME is relative, which is refused later, or HOME is unset.
 */
export function binFolder(version: string): string | null {
  const { FLOW_HOME, HOME = '' } = process.env
  const home = FLOW_HOME || join(HOME, '.sylphx-flow')
  return isAbsolute(home) ? join(home, 'bin', version) : null
}

function isOwn(folder: string): boolean {
  try {
    const { uid, mode } = statSync(folder)
    return uid === process.geteuid?.() && (mode & 0o022) === 0
  } catch {
    // No session was ever held with this state home.
    return false
  }
}

interface Compiled {
  readonly script: Script
  /** Where it is to be kept; null: it came from there, or there is no place. */
  readonly cachePath: string | null
}

function compile(file: string, cacheFolder: string | null): Compiled {
  const { text, key } = readSource(file)
  const name = `${basename(file)}-${key}-${process.version}-${process.arch}${ENDING}`
  const cachePath = cacheFolder === null ? null : join(cacheFolder, name)
  const cachedData = cachePath === null ? null : readKept(cachePath)
  const script = new Script(text, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData !== null && { cachedData }),
  })
  const isKept = cachedData !== null && script.cachedDataRejected === false
  return { script, cachePath: isKept ? null : cachePath }
}

/** In the middle of an `npm ci` the package is there in part. */
function endWithoutFile(file: string, error: unknown): never {
  const why = error instanceof Error ? error.message : String(error)
  writeSync(
    2,
    `flow: could not read flow's own file ${file}
  why:  ${why}
  kept: nothing was changed, and nothing was started
  next: install the packages again (\`npm ci\`; wait for one that is under way), then try again
`,
  )
  process.exit(1)
}

/** The bundles are ASCII. `key` is another when the content is: V8 itself only compares the length. */
function readSource(file: string): { readonly text: string; readonly key: string } {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch (error) {
    return endWithoutFile(file, error)
  }
  try {
    const { size, mtimeMs } = fstatSync(fd)
    return { text: readFileSync(fd, 'latin1'), key: `${size}-${Math.floor(mtimeMs)}` }
  } finally {
    closeSync(fd)
  }
}

/** Behind the code stand its length and its sum: V8 would run what a full disk or a power cut left. */
const TAIL_BYTES = 8
/** Ending of the names in the cache: `flow uninstall` goes by it. */
const ENDING = '.code'

function readKept(path: string): Buffer | null {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    // Not there yet, or not ours to read: it is compiled.
    return null
  }
  const length = bytes.length - TAIL_BYTES
  if (length <= 0 || bytes.readUInt32LE(length) !== length) return null
  const code = bytes.subarray(0, length)
  return bytes.readUInt32LE(length + 4) === sum(code) ? code : null
}

function keep(path: string, code: Buffer): void {
  const draft = `${path}.${process.pid}`
  try {
    const tail = Buffer.alloc(TAIL_BYTES)
    tail.writeUInt32LE(code.length)
    tail.writeUInt32LE(sum(code), 4)
    const fd = openSync(draft, 'wx', 0o600)
    try {
      writeSync(fd, Buffer.concat([code, tail]))
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(draft, path)
  } catch {
    // A full disk, a read-only one: a cache can be done without.
    removeIfThere(draft)
  }
}

/** A file that is installed anew has another age, and so another name here. */
const MOST_KEPT = 4

function prune(folder: string, bundle: string): void {
  try {
    const kept = readdirSync(folder)
      .filter((name) => name.startsWith(`${bundle}-`) && name.endsWith(ENDING))
      .map((name) => ({ name, age: statSync(join(folder, name)).mtimeMs }))
    const old = kept.sort((one, other) => other.age - one.age).slice(MOST_KEPT)
    for (const { name } of old) removeIfThere(join(folder, name))
  } catch {
    // Another process prunes as well, and what it leaves is enough.
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody was faster, or it never came to be.
  }
}

/** Of one byte in 256: what is torn lacks whole blocks of the disk, which are larger. */
function sum(bytes: Buffer): number {
  let total = bytes.length
  for (let at = 0; at < bytes.length; at += 256) total = (total * 31 + (bytes[at] ?? 0)) >>> 0
  return total
}
