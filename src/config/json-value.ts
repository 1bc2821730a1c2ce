export type Path = readonly (string | number)[]

export interface Problem {
  readonly path: Path
  /** `expected …, found …`, `unknown key`: follows the path and a colon. */
  readonly sentence: string
}

/** Names through which an assignment would reach JavaScript's own objects. */
const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype']

/** Of a whole configuration, and of one path in it: far more than any has. */
const MAX_VALUES = 100_000
const MAX_DEPTH = 100

/**
 * What is too large to be looked at: a few lines of YAML's aliases can stand for billions of values.
 * Undefined when nothing is.
 */
export function findExcess(value: unknown): Problem | undefined {
  const count = countValues(value, MAX_VALUES, [])
  if (count <= MAX_VALUES) return undefined
  const sentence = `has more than ${MAX_VALUES} values, or more than ${MAX_DEPTH} levels of them`
  return { path: [], sentence }
}

/** Stops at the first value past `limit`. What contains itself is counted once. */
function countValues(value: unknown, limit: number, above: readonly unknown[]): number {
  if (typeof value !== 'object' || value === null || above.includes(value)) return 1
  if (above.length >= MAX_DEPTH) return Number.POSITIVE_INFINITY
  let count = 1
  for (const item of Object.values(value)) {
    count += countValues(item, limit - count, [...above, value])
    if (count > limit) return count
  }
  return count
}

/**
 * Everything in a loaded configuration that JSON cannot say, and so could not be written into an
 * agent's settings: YAML gives dates and aliases that contain themselves, JavaScript anything.
 * A value of undefined in an object counts as absent.
 */
export function findNonJson(
  value: unknown,
  path: Path = [],
  above: readonly unknown[] = [],
): Problem[] {
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return []
  if (typeof value === 'string') {
    // No program argument and no file name can hold it.
    return value.includes('\0') ? [{ path, sentence: 'contains a NUL character' }] : []
  }
  if (above.includes(value)) return [{ path, sentence: 'contains itself' }]
  const chain = [...above, value]
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => findNonJson(item, [...path, at], chain))
  }
  if (!isObject(value)) return [{ path, sentence: `expected plain data, found ${describe(value)}` }]
  return Object.entries(value).flatMap(([key, item]) => {
    if (FORBIDDEN_KEYS.includes(key)) {
      return [{ path: [...path, key], sentence: 'this name cannot be used' }]
    }
    return item === undefined ? [] : findNonJson(item, [...path, key], chain)
  })
}

/** An object of keys and values: no list, no date, no instance of a class. */
export function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // A configuration in JavaScript may come from another realm, where Object is another object.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** `"yes"`, `12`, `a list`: a found value, for a sentence. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return `${value}`
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (value instanceof Date) return 'a date (write it in quotes)'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** `agents.claude.command`, `hooks.Stop[0].timeout`, `agents["my agent"]`. */
export function printPath(path: Path): string {
  if (path.length === 0) return 'the whole'
  return path
    .map((step, at) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[\w$-]+$/.test(step)) return `[${JSON.stringify(step)}]`
      return at === 0 ? step : `.${step}`
    })
    .join('')
}
