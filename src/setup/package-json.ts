/** The text of package.json, with what flow adds to it. Pure. */
import { type ParseError, parseTree } from 'jsonc-parser'
import { isJsonObject } from '../json.ts'
import { removeMember, setMember } from './json-edit.ts'

export const OWN_NAME = 'flow-agent'

export type PackageJson = Readonly<Record<string, unknown>>

/** Reads the text of a package.json as npm does: strict JSON, a byte order mark aside. */
export function readPackageJson(
  text: string,
): { kind: 'object'; value: PackageJson } | { kind: 'invalid'; why: string } {
  const json = text.slice(bomOf(text).length)
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error)
    return { kind: 'invalid', why: `${positionOfError(json)}: ${sentence}` }
  }
  if (!isJsonObject(value)) return { kind: 'invalid', why: 'it is JSON, but not an object' }
  const sections: PackageJson = value
  const odd = [...LISTS, 'scripts'].find((key) => key in sections && !isJsonObject(sections[key]))
  if (odd !== undefined) return { kind: 'invalid', why: `"${odd}" in it is not an object` }
  const scripts = recordAt(sections, 'scripts')
  const badScript = ['agent', ...INSTALL_SCRIPTS].find((name) => !isText(scripts[name]))
  if (badScript !== undefined)
    return { kind: 'invalid', why: `"scripts.${badScript}" in it is not a string` }
  return { kind: 'object', value }
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

const LISTS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

export interface FlowInPackage {
  /** What starts flow in a script: `flow`, `flow-agent`. */
  readonly command: string
  readonly version: string
  /** The script that runs when packages are installed. */
  readonly installScript: 'prepare' | 'postinstall'
}

export interface PackageEdit {
  /** The whole new text; the old one where nothing is missing. */
  readonly text: string
  /** What was added or changed: `scripts.agent`, `devDependencies.flow-agent`. */
  readonly names: readonly string[]
  /** The team has a script `agent` of its own; it is kept. */
  readonly hasOtherAgent: boolean
  /** A `postinstall` would run wherever this package is installed, so there is none. */
  readonly isPublished: boolean
}

/** Adds what flow needs to the text of a valid package.json. */
export function addToPackage(text: string, value: PackageJson, flow: FlowInPackage): PackageEdit {
  const bom = bomOf(text)
  let json = text.slice(bom.length)
  const names: string[] = []
  const add = (section: string, key: string, member: string, isBehind?: typeof isBehindOwnName) => {
    json = setMember(json, { path: [section], key }, member, isBehind)
    names.push(`${section}.${key}`)
  }
  const scripts = recordAt(value, 'scripts')
  if (scripts.agent === undefined) add('scripts', 'agent', agentScript(flow))
  const { installScript } = flow
  const present = scripts[installScript]
  const isCalled = [present, scripts.postinstall].some((script) => CALLS.test(String(script)))
  const isPublished = !isCalled && installScript === 'postinstall' && !isLocal(value)
  if (!isCalled && !isPublished) {
    const before = typeof present === 'string' ? present : null
    add('scripts', installScript, withPrepare(before, flow.command))
  }
  const isListed = LISTS.some((list) => OWN_NAME in recordAt(value, list))
  if (!isListed && value.name !== OWN_NAME) {
    add('devDependencies', OWN_NAME, `^${flow.version}`, isBehindOwnName)
  }
  const agent = scripts.agent ?? agentScript(flow)
  const hasOtherAgent = !/\bflow(-agent)? run\b/.test(String(agent))
  return { text: bom + json, names, hasOtherAgent, isPublished }
}

export function agentScript({ command }: Pick<FlowInPackage, 'command'>): string {
  return `${command} run claude --`
}

/** True when a dependency of this package brings another `flow`: Facebook's type checker. */
export function dependsOnOtherFlow(value: PackageJson): boolean {
  return LISTS.some((list) => 'flow-bin' in recordAt(value, list))
}

/** True when its scripts start and prepare flow. */
export function callsFlow({ scripts }: PackageJson): boolean {
  const all = Object.values(Object(scripts)).map(String)
  return [/flow(-agent)? run/, CALLS].every((call) => all.some((script) => call.test(script)))
}

export interface PackageRemoval {
  /** The whole new text; the old one where nothing is flow's. */
  readonly text: string
  /** What was removed or changed back. */
  readonly names: readonly string[]
  /** Scripts that call flow in the user's own words; they are kept. */
  readonly calling: readonly string[]
  /** flow-agent is still listed, in a form that is not `init`'s: the package manager has to remove it. */
  readonly isStillListed: boolean
}

/** Removes what `addToPackage` adds from the text of a valid package.json. */
export function removeFromPackage(text: string, value: PackageJson): PackageRemoval {
  const bom = bomOf(text)
  let json = text.slice(bom.length)
  const names: string[] = []
  const calling: string[] = []
  const scripts = recordAt(value, 'scripts')
  const remove = (section: string, key: string) => {
    json = removeMember(json, { path: [section], key })
    names.push(`${section}.${key}`)
  }
  // The last one that was added goes first.
  const version = recordAt(value, 'devDependencies')[OWN_NAME]
  const isInits = /^\^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version))
  if (isInits) remove('devDependencies', OWN_NAME)
  for (const script of INSTALL_SCRIPTS) {
    const present = scripts[script]
    if (typeof present !== 'string') continue
    const rest = withoutPrepare(present)
    if (rest === null) remove('scripts', script)
    else if (rest !== present) {
      json = setMember(json, { path: ['scripts'], key: script }, rest)
      names.push(`scripts.${script}`)
    }
    if (CALLS_FLOW.test(rest ?? '')) calling.push(script)
  }
  const agent = String(scripts.agent ?? '')
  if (/^flow(-agent)? run claude --$/.test(agent)) remove('scripts', 'agent')
  else if (CALLS_FLOW.test(agent)) calling.push('agent')
  const isStillListed = LISTS.some((list) => {
    return OWN_NAME in recordAt(value, list) && !(list === 'devDependencies' && isInits)
  })
  return { text: bom + json, names: names.toReversed(), calling, isStillListed }
}

const CALLS = /\bflow(-agent)? prepare\b/
const CALLS_FLOW = /\bflow(-agent)? (run|exec|prepare|recover)\b/
/** Where `init` puts `flow prepare`, by package manager. */
const INSTALL_SCRIPTS = ['postinstall', 'prepare']

/**
 * True when the scripts of this package run in its own repository only: it is never published, or pinst
 * removes the `postinstall` before it is.
 */
function isLocal(value: PackageJson): boolean {
  return value.private === true || LISTS.some((list) => 'pinst' in recordAt(value, list))
}

/**
 * `exit 0` is understood by sh and by cmd; an install must not fail where flow is missing. A script that is
 * there keeps its own failure: the brackets end ours at ours. So they stand around ours, too, where a
 * script was there and blank.
 */
function withPrepare(present: string | null, command: string): string {
  const ours = `${command} prepare || exit 0`
  if (present === null) return ours
  if (present.trim() === '') return `(${ours})${present}`
  // Behind `||`, `;`, `#` or `exit` ours could be skipped, or take what follows with it. In front,
  // where it always succeeds, it changes nothing.
  const isPlain = /^[^#;|&\n]+(&&[^#;|&\n]+)*$/.test(present) && !/\bexit\b/.test(present)
  return isPlain ? `${present} && (${ours})` : `(${ours}) && ${present}`
}

const OURS = String.raw`flow(?:-agent)? prepare \|\| exit 0`

/** The script as it was; null: `withPrepare` made it. */
function withoutPrepare(script: string): string | null {
  if (new RegExp(`^${OURS}$`).test(script)) return null
  const behind = new RegExp(`^([\\s\\S]+) && \\(${OURS}\\)$`).exec(script)
  const front = new RegExp(`^\\(${OURS}\\) && ([\\s\\S]+)$`).exec(script)
  const blank = new RegExp(`^\\(${OURS}\\)(\\s*)$`).exec(script)
  return behind?.[1] ?? front?.[1] ?? blank?.[1] ?? script
}

/** npm keeps dependencies sorted like this. */
function isBehindOwnName(name: string): boolean {
  return name.localeCompare(OWN_NAME, 'en') > 0
}

/** JSON.parse names no line; jsonc-parser's first error does. */
function positionOfError(json: string): string {
  const errors: ParseError[] = []
  parseTree(json, errors, { disallowComments: true })
  const before = json.slice(0, errors[0]?.offset ?? json.length).split('\n')
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
}

function recordAt(value: PackageJson, key: string): PackageJson {
  const found = value[key]
  return isJsonObject(found) ? found : {}
}

function bomOf(text: string): string {
  return text.startsWith('\uFEFF') ? '\uFEFF' : ''
}
