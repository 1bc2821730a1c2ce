/**
 * The project's own manner of using valibot: objects that are objects (to valibot a list is one
 * too), every unknown key with the name that was meant, and messages that read as
 * `path: expected …, found …`. A schema's message is therefore the phrase after "expected".
 */
import * as v from 'valibot'
import { FlowError } from '../errors.ts'
import {
  describe,
  findExcess,
  findNonJson,
  isObject,
  type Problem,
  printPath,
} from './json-value.ts'
import { didYouMean, nearestName } from './nearest-name.ts'

/**
 * @param file the file that the value is from
 * @param what first line of the error
 * @throws FlowError E_CONFIG with every problem, one a line
 */
export function check<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  file: string,
  what: string,
) {
  const excess = findExcess(value)
  if (excess !== undefined) throw unusable([excess], file, what)
  const result = v.safeParse(schema, value)
  const problems = (result.issues ?? []).flatMap(nearest).map(toProblem)
  const named = problems.map(({ path }) => printPath(path))
  problems.push(...findNonJson(value).filter(({ path }) => !named.includes(printPath(path))))
  if (result.success && problems.length === 0) return result.output
  throw unusable(problems, file, what)
}

function unusable(problems: readonly Problem[], file: string, what: string): FlowError {
  return new FlowError({
    code: 'E_CONFIG',
    what,
    why: problems.map(({ path, sentence }) => `${printPath(path)}: ${sentence}`).join('\n'),
    kept: 'nothing was started, nothing was changed',
    next: 'correct the file; .flowrc.example in the package flow-agent shows every key',
    details: { path: file },
  })
}

/** Where an object or a list is one of several things allowed, what is wrong inside it, rather than that it is none. */
function nearest(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown>[] {
  const kindOfKey = isObject(issue.input) ? 'string' : 'number'
  const inside = (issue.issues ?? []).filter(({ path }) => typeof path?.[0].key === kindOfKey)
  if (issue.type !== 'union' || inside.length === 0) return [issue]
  const above = issue.path ?? []
  return inside.flatMap((one) => {
    return nearest({ ...one, path: [...above, ...(one.path ?? [])] } as typeof issue)
  })
}

function toProblem(issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
  // The schema's own complaint about a key that has to be there names no message of ours.
  if (issue.type === 'loose_object') {
    const last = issue.path?.at(-1)
    const written = nearestName(String(last?.key), Object.keys(Object(last?.input)))
    return { path, sentence: written === undefined ? 'missing' : `missing (is it "${written}"?)` }
  }
  if (issue.type === 'raw_check') return { path, sentence: issue.message }
  return { path, sentence: `expected ${issue.message}, found ${describe(issue.input)}` }
}

/** These keys and no others. */
export function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries)
  return v.pipe(
    v.custom<object>(isObject, 'an object'),
    v.looseObject(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value as Record<string, unknown>
      for (const [key, value] of Object.entries(input)) {
        if (known.includes(key)) continue
        addIssue({
          message: `unknown key${didYouMean(key, known)}`,
          path: [{ type: 'object', origin: 'key', input, key, value }],
        })
      }
    }),
    v.metadata({ additionalProperties: false }),
  )
}

/** Any names, values of one kind. */
export function record<Key extends v.GenericSchema<string, string>, Value extends v.GenericSchema>(
  key: Key,
  value: Value,
) {
  return v.pipe(v.custom<object>(isObject, 'an object'), v.record(key, value))
}

/** The same, with schemas of their own for some names. `expected`: what a name has to be. */
export function recordWith<const Entries extends v.ObjectEntries, Value extends v.GenericSchema>(
  entries: Entries,
  pattern: RegExp,
  expected: string,
  value: Value,
) {
  return v.pipe(
    v.custom<object>(isObject, 'an object'),
    v.objectWithRest(entries, value),
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value as Record<string, unknown>
      for (const key of Object.keys(input).filter((name) => !pattern.test(name))) {
        addIssue({
          message: `expected ${expected}, found ${describe(key)}`,
          path: [{ type: 'object', origin: 'key', input, key, value: input[key] }],
        })
      }
    }),
    v.metadata({ propertyNames: { type: 'string', pattern: pattern.source } }),
  )
}

/** With a sentence for the JSON Schema, and values that an editor can propose. */
export function described<S extends v.GenericSchema>(
  schema: S,
  description: string,
  examples: v.InferInput<S>[] = [],
) {
  return v.pipe(schema, v.metadata({ description, ...(examples.length > 0 && { examples }) }))
}
