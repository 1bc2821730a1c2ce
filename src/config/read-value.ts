/** Reads the values of a configuration that was found; one that is a program is run. */
import { basename, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { explain, FlowError, isErrno } from '../errors.ts'
import { firstCommentLine, parseJson } from './json-text.ts'
import { isObject } from './json-value.ts'

export const PACKAGE = 'package.json'

/** True for a configuration that is run to be read. */
export function isProgram(file: string): boolean {
  return /\.(js|mjs|cjs|ts)$/.test(file)
}

/**
 * The value of a configuration, for package.json that of its key `flow`.
 *
 * By cosmiconfig's loaders, but for JSON, whose errors have no line there, and for JavaScript: a
 * second attempt by `require` runs the file again and hides what was wrong with the first. Most
 * sessions need none of them, so they are imported on demand.
 * @throws FlowError E_CONFIG with line and column, or what a program has thrown
 */
export async function readValue(file: string, text: string): Promise<unknown> {
  if (basename(file) === PACKAGE) return flowIn(readJson(file, text))?.flow
  if (text.trim() === '') return {}
  switch (extname(file)) {
    case '.json':
      return readJson(file, text)
    case '.yaml':
    case '.yml':
      return readYaml(file, text)
    case '.ts':
      return readTypeScript(file, text)
    case '':
    case '.local':
      return readJsonOrYaml(file, text)
    default:
      return readJavaScript(file)
  }
}

/** A package.json that has a configuration; undefined: it has none. */
export function flowIn(value: unknown): { readonly flow: unknown } | undefined {
  return isObject(value) && Object.hasOwn(value, 'flow') ? { flow: value.flow } : undefined
}

/** @throws FlowError E_CONFIG with line and column */
export function readJson(file: string, text: string): unknown {
  const parsed = parseJson(text)
  if (parsed.kind === 'value') return parsed.value
  throw unreadable(file, parsed.why)
}

async function readJsonOrYaml(file: string, text: string): Promise<unknown> {
  const parsed = parseJson(text)
  if (parsed.kind === 'value') return parsed.value
  const line = firstCommentLine(text)
  if (line === undefined) return readYaml(file, text)
  const isLocal = extname(file) === '.local'
  const others = isLocal ? '' : `, or write it in ${basename(file)}.yaml or ${basename(file)}.mjs`
  throw unreadable(
    file,
    `line ${line}: a comment of JavaScript's; this file is YAML or plain JSON`,
    `remove the comments, or begin them with #${others}`,
  )
}

async function readYaml(file: string, text: string): Promise<unknown> {
  const { loadYaml } = await import('cosmiconfig/dist/loaders.js')
  try {
    // Nothing but comments is null.
    return loadYaml(file, text) ?? {}
  } catch (error) {
    throw unreadable(file, yamlReason(error))
  }
}

/** js-yaml's errors carry where they are, counted from 0. */
function yamlReason(error: unknown): string {
  const { reason, mark } = error as {
    reason?: string
    mark?: { line: number; column: number } | null
  }
  if (reason === undefined || !mark) return explain(error)
  return `line ${mark.line + 1}, column ${mark.column + 1}: ${reason}`
}

async function readJavaScript(file: string): Promise<unknown> {
  try {
    return exported(file, (await import(pathToFileURL(file).href)).default)
  } catch (error) {
    throw failed(file, error)
  }
}

/** Node runs it where it can (22.18 and later), else the TypeScript beside flow translates it. */
async function readTypeScript(file: string, text: string): Promise<unknown> {
  try {
    return await readJavaScript(file)
  } catch (error) {
    const { cause } = error as FlowError
    if (!isErrno(cause, 'ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')) {
      throw error
    }
  }
  await checkTranslator(file)
  const { loadTs } = await import('cosmiconfig/dist/loaders.js')
  try {
    return exported(file, await loadTs(file, text))
  } catch (error) {
    throw failed(file, error)
  }
}

/** TypeScript 7 is a compiler without a `transpileModule` to call. */
async function checkTranslator(file: string): Promise<void> {
  const found: unknown = await import('typescript').then(
    (module) => module.default,
    (error: unknown) => error,
  )
  if (typeof found === 'object' && found !== null && 'transpileModule' in found) return
  throw unreadable(
    file,
    isErrno(found, 'ERR_MODULE_NOT_FOUND')
      ? 'this Node cannot run it by itself, and no package typescript is installed alongside flow'
      : 'this Node cannot run it by itself, and the installed typescript has no transpileModule',
    `use Node 22.18 or later, or \`npm install --save-dev typescript@5\`, or name it ${basename(file, '.ts')}.mjs`,
  )
}

function exported(file: string, value: unknown): unknown {
  if (value !== undefined) return value
  throw unreadable(file, 'it exports nothing', 'write `export default { … }`')
}

/** What a configuration that was run has thrown; its frame in the stack has the line. */
function failed(file: string, error: unknown): FlowError {
  if (error instanceof FlowError) return error
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [, line] = stack.split(basename(file))[1]?.match(/^:(\d+)/) ?? []
  const why = line === undefined ? explain(error) : `line ${line}: ${explain(error)}`
  const next = error instanceof SyntaxError ? `\`node --check "${file}"\` shows where` : undefined
  return unreadable(file, why, next, error)
}

/** A configuration file that cannot be opened, parsed or run. */
export function unreadable(
  file: string,
  why: string,
  next = 'correct the file',
  cause?: unknown,
): FlowError {
  return new FlowError({
    code: 'E_CONFIG',
    what: `could not read ${file}`,
    why,
    kept: 'nothing was started, nothing was changed',
    next,
    details: { path: file },
    cause,
  })
}
