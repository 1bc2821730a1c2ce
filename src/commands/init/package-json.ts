import { type ParseError, parseTree } from 'jsonc-parser'
import { setMember } from './members.ts'
import { type PackageManager, programCommand, scriptCommand } from './package-manager.ts'

export const OWN_NAME = 'flow-agent'

export type PackageJson = Readonly<Record<string, unknown>>

export interface PackageEdit {
  /** The whole new text; the old one where nothing is missing. */
  readonly text: string
  /** What was added or changed: `scripts.agent`, `devDependencies.flow-agent`. */
  readonly names: readonly string[]
  /** What was kept although flow would have it otherwise, with the command that adds it. */
  readonly kept: readonly string[]
  /** What starts the agent from now on. */
  readonly start: string
}

/** Reads the text of a package.json as npm does: strict JSON, a byte order mark aside. */
export function readPackageJson(
  text: string,
): { kind: 'object'; value: PackageJson } | { kind: 'invalid'; why: string } {
  const json = withoutBom(text)
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error)
    return { kind: 'invalid', why: `${positionOfError(json)}: ${sentence}` }
  }
  if (!isRecord(value)) return { kind: 'invalid', why: 'it is JSON, but not an object' }
  const odd = [...LISTS, 'scripts'].find((key) => key in value && !isRecord(value[key]))
  if (odd !== undefined) return { kind: 'invalid', why: `"${odd}" in it is not an object` }
  return { kind: 'object', value }
}

export interface FlowInPackage {
  /** What starts flow in a script: `flow`, `flow-agent`. */
  readonly command: string
  readonly version: string
  readonly manager: Pick<PackageManager, 'name'>
  /** The script that runs when a person installs. */
  readonly installScript: 'prepare' | 'postinstall'
}

/** Adds what flow needs to the text of a valid package.json; see `readPackageJson`. */
export function editPackageJson(
  text: string,
  value: PackageJson,
  flow: FlowInPackage,
): PackageEdit {
  const bom = text.slice(0, text.length - withoutBom(text).length)
  let json = withoutBom(text)
  const names: string[] = []
  const kept: string[] = []
  const scripts = recordAt(value, 'scripts')

  const agent = `${flow.command} run claude --`
  let start = scriptCommand(flow.manager, 'agent')
  if (scripts.agent === undefined) {
    json = setMember(json, 'scripts', 'agent', agent)
    names.push('scripts.agent')
  } else if (!/\bflow(-agent)? run\b/.test(String(scripts.agent))) {
    start = programCommand(flow.manager, [flow.command, 'run', 'claude'])
    const byHand = setByHand(agent, flow.manager)
    kept.push(`script "agent" is your own; the same under another name: ${byHand}`)
  }
  const { installScript } = flow
  const present = String(scripts[installScript] ?? '')
  const isCalled = [present, scripts.postinstall].some((script) => CALLS.test(String(script)))
  if (!isCalled && installScript === 'postinstall' && !staysHome(value)) {
    const byHand = programCommand(flow.manager, [flow.command, 'prepare'])
    kept.push(
      `this package is not private, and a "postinstall" would also run wherever it is installed, so there is none: type \`${byHand}\` once in each clone`,
    )
  } else if (!isCalled) {
    json = setMember(json, 'scripts', installScript, withFlowPrepare(present, flow.command))
    names.push(`scripts.${installScript}`)
  }
  const isListed = LISTS.some((list) => OWN_NAME in recordAt(value, list))
  if (!isListed && value.name !== OWN_NAME) {
    json = setMember(json, 'devDependencies', OWN_NAME, `^${flow.version}`, isBehindOwnName)
    names.push(`devDependencies.${OWN_NAME}`)
  }
  return { text: bom + json, names, kept, start }
}

/** True when a dependency of this package brings a `flow` of its own: Facebook's type checker. */
export function dependsOnOtherFlow(value: PackageJson): boolean {
  return LISTS.some((list) => 'flow-bin' in recordAt(value, list))
}

const CALLS = /\bflow(-agent)? prepare\b/

/**
 * True when the scripts of this package run at home only: it is never published, or pinst takes the
 * `postinstall` out before it is.
 */
function staysHome(value: PackageJson): boolean {
  return value.private === true || LISTS.some((list) => 'pinst' in recordAt(value, list))
}

const LISTS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/**
 * `exit 0` is understood by sh and by cmd; an install must not fail where flow is missing. A
 * script that is there keeps its own failure: the brackets end ours at ours.
 */
function withFlowPrepare(present: string, command: string): string {
  const ours = `${command} prepare || exit 0`
  if (present.trim() === '') return ours
  // Behind `||`, `;`, `#` or `exit` ours could be skipped, or take what follows with it. In front,
  // where it always succeeds, it changes nothing.
  const isPlain = /^[^#;|&\n]+(&&[^#;|&\n]+)*$/.test(present) && !/\bexit\b/.test(present)
  return isPlain ? `${present} && (${ours})` : `(${ours}) && ${present}`
}

/** npm keeps dependencies sorted like this. */
function isBehindOwnName(name: string): boolean {
  return name.localeCompare(OWN_NAME, 'en') > 0
}

function setByHand(script: string, { name }: FlowInPackage['manager']): string {
  if (name === 'npm') return `npm pkg set "scripts.agent:flow=${script}"`
  return `"agent:flow": "${script}"`
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
  return isRecord(found) ? found : {}
}

function isRecord(value: unknown): value is PackageJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
