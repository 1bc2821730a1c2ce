/**
 * Finds the configuration, and runs nothing: cosmiconfig searches, one directory at a time, from the
 * current one up to the worktree's top level.
 *
 * Uses cosmiconfig's explorer without its function `cosmiconfig()`, which looks for options of its
 * own first: it runs `.config/config.{js,ts,cjs,mjs}` of the current directory and obeys the key
 * `cosmiconfig` of the package.json there (9.0.2 and 10.0.1). A search by the explorer up to a
 * chosen directory goes on to the user's global one, hence the strategy `none`.
 */
import { basename, dirname, join } from 'node:path'
import { getDefaultSearchPlaces } from 'cosmiconfig/dist/defaults.js'
import { ExplorerSync } from 'cosmiconfig/dist/ExplorerSync.js'
import { explain, isErrno } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { flowIn, PACKAGE, readJson, unreadable } from './read-value.ts'

/** A file with a configuration. */
export interface FoundFile {
  /** Absolute; its directory is a real path, but for a link `.config`. */
  readonly file: string
  /** The directory that has the place: for `.config/flowrc`, the one that holds `.config`. */
  readonly projectRoot: string
  /** Without a byte order mark. */
  readonly text: string
}

/** Name of the file in the project root that one user's own values are in. */
export const LOCAL_NAME = '.flowrc.local'

/** Bytes. */
const MAX_SIZE = 5_000_000

/** In the order of precedence. A package.json need not hold a configuration, so it is the last. */
const PLACES = [...getDefaultSearchPlaces('flow').filter((place) => place !== PACKAGE), PACKAGE]

/**
 * The nearest configuration from the directory `from` up to `topLevel` and not above; null: there
 * is none.
 * @throws FlowError E_CONFIG for a file that cannot be opened, and a package.json that is no JSON
 */
export function findConfig(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): FoundFile | null {
  for (const directory of upward(ports.fs.realPath(from), ports.fs.realPath(topLevel))) {
    const found = searchIn(ports, directory, PLACES)
    if (found === null) continue
    ports.log(
      'config',
      `${found.file}: the nearest configuration, so ${directory} is the project root`,
    )
    return found
  }
  ports.log('config', `no configuration from ${from} up to ${topLevel}: the defaults`)
  return null
}

/** The user's own values for this project root; null: there are none. @throws FlowError E_CONFIG */
export function findLocal(ports: Pick<Ports, 'fs' | 'log'>, projectRoot: string): FoundFile | null {
  const found = searchIn(ports, projectRoot, [LOCAL_NAME])
  if (found !== null) ports.log('config', `${found.file}: its values override the configuration`)
  return found
}

function searchIn(
  ports: Pick<Ports, 'fs' | 'log'>,
  directory: string,
  places: readonly string[],
): FoundFile | null {
  if (!hasPlace(ports, directory, places)) return null
  const explorer = explorerWith(places, (file) =>
    ports.log('config', `${file}: has no "flow", so it is no configuration`),
  )
  const found = explorer.search(directory)
  if (found === null) return null
  return { file: found.filepath, projectRoot: directory, text: found.config?.text ?? '' }
}

/** Undefined when there is no such file. @throws FlowError E_CONFIG if it cannot be read as UTF-8 text */
export function readText(ports: Pick<Ports, 'fs'>, file: string): string | undefined {
  try {
    const { kind, size } = ports.fs.facts(file)
    // Reading a FIFO would wait for its writer.
    if (kind === 'other') throw new Error('it is no ordinary file')
    if (size > MAX_SIZE) throw new Error('it is larger than 5 MB')
    // Fatal, so that UTF-16 is reported and not read as nonsense. Removes a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(ports.fs.readFile(file))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    const why = error instanceof TypeError ? 'it is not UTF-8 text' : explain(error)
    throw unreadable(file, why, 'correct the file, or its permission', error)
  }
}

/**
 * Its loaders hand the text on: the values are read, and programs run, once the search is over. Boxed,
 * since cosmiconfig takes a bare null for absent, and imports what the key `$import` names.
 */
function explorerWith(places: readonly string[], onNoConfig: (file: string) => void): ExplorerSync {
  const text = (_: string, content: string) => ({ text: content.replace(/^\uFEFF/, '') })
  const json = (file: string, content: string) => {
    if (basename(file) !== PACKAGE) return text(file, content)
    const boxed = text(file, content)
    // cosmiconfig takes it out of that key, and goes on where there is none.
    if (flowIn(readJson(file, boxed.text)) !== undefined) return { flow: boxed }
    onNoConfig(file)
    return {}
  }
  return new ExplorerSync({
    moduleName: 'flow',
    searchPlaces: [...places],
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    loaders: { default: text, '.json': json },
    transform: (result) => result,
    cache: false,
    mergeImportArrays: false,
    mergeSearchPlaces: false,
    metaConfigFilePath: null,
  })
}

/**
 * Opens the first place that exists. cosmiconfig takes a file without permission and a directory
 * for absent, and waits at a FIFO.
 */
function hasPlace(ports: Pick<Ports, 'fs'>, directory: string, places: readonly string[]): boolean {
  for (const place of places) {
    const file = join(directory, place)
    const text = readText(ports, file)
    if (text === undefined) continue
    // A blank file reaches no loader: a configuration that changes nothing, but no package.json.
    if (place === PACKAGE && text.trim() === '') readJson(file, text)
    return true
  }
  return false
}

function upward(from: string, top: string): string[] {
  const directories = [from]
  for (let directory = from; directory !== top; ) {
    const parent = dirname(directory)
    // `from` is outside of `top`: the directories above it belong to no repository of ours.
    if (parent === directory) return [top]
    directory = parent
    directories.push(directory)
  }
  return directories
}
