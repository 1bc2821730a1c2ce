import { HOOK_NAMES } from '../../git/hook-line.ts'
import { removeMember, setMember } from '../init/members.ts'
import { OWN_NAME, type PackageJson } from '../init/package-json.ts'
import { SECTION } from '../init/simple-git-hooks.ts'
import { withoutHookLine } from './manager-file.ts'

export interface PackageUndo {
  /** The whole new text; the old one where nothing is flow's. */
  readonly text: string
  /** What was taken out or changed back: `scripts.agent`, `devDependencies.flow-agent`. */
  readonly names: readonly string[]
  /** What calls flow and stays, as a sentence each. */
  readonly kept: readonly string[]
  /** flow-agent stays among the dependencies: the package manager has to take it out. */
  readonly isStillListed: boolean
}

/**
 * Takes what `init` adds out of the text of a valid package.json. `first`: the package.json before
 * `init`, where that is known; what it had already is the person's own, and stays.
 */
export function undoPackageJson(
  text: string,
  value: PackageJson,
  first: PackageJson | null,
): PackageUndo {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  let json = text.slice(bom.length)
  const names: string[] = []
  const kept: string[] = []
  const take = (section: string, key: string) => {
    const keepsEmpty = first !== null && section in first
    json = removeMember(json, section, key, { keepsEmpty })
    names.push(`${section}.${key}`)
  }
  const own = (section: string, key: string) => {
    const present = textAt(value, section, key)
    const isOwn = first !== null && textAt(first, section, key) === present
    return isOwn ? undefined : present
  }

  const agent = own('scripts', 'agent')
  if (agent !== undefined && /^flow(-agent)? run claude --$/.test(agent)) take('scripts', 'agent')
  else if (agent !== undefined && CALLS_FLOW.test(agent)) kept.push(callsFlow('agent'))

  for (const script of INSTALL_SCRIPTS) {
    const present = own('scripts', script)
    const rest = present === undefined ? undefined : withoutFlowPrepare(present)
    if (rest !== undefined) {
      const former = first === null ? undefined : textAt(first, 'scripts', script)
      const back = rest === '' ? former : rest
      if (back === undefined || back.trim() !== rest.trim()) take('scripts', script)
      else {
        json = setMember(json, 'scripts', script, back)
        names.push(`scripts.${script}`)
      }
    }
    if (CALLS_FLOW.test(rest ?? present ?? '')) kept.push(callsFlow(script))
  }

  for (const hook of HOOK_NAMES) {
    const present = own(SECTION, hook)
    const rest = present === undefined ? undefined : withoutHookLine(present)
    if (present === undefined || rest === present) continue
    if (rest === undefined) take(SECTION, hook)
    else {
      json = setMember(json, SECTION, hook, rest)
      names.push(`${SECTION}.${hook}`)
    }
  }

  const version = own('devDependencies', OWN_NAME)
  const isInitsOwn = version !== undefined && /^\^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)
  if (isInitsOwn) take('devDependencies', OWN_NAME)
  const isStillListed = LISTS.some(
    (list) =>
      textAt(value, list, OWN_NAME) !== undefined && !(list === 'devDependencies' && isInitsOwn),
  )
  return { text: bom + json, names, kept, isStillListed }
}

const LISTS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
/** Where `init` puts `flow prepare`, by package manager. */
const INSTALL_SCRIPTS = ['prepare', 'postinstall']
const CALLS_FLOW = /\bflow(-agent)? (run|exec|prepare|recover)\b/
const OURS = String.raw`flow(?:-agent)? prepare \|\| exit 0`

/** The script as it was before `init` added to it, `''` where it made it; undefined: nothing is ours. */
function withoutFlowPrepare(script: string): string | undefined {
  if (new RegExp(`^${OURS}$`).test(script)) return ''
  const behind = new RegExp(`^([\\s\\S]+) && \\(${OURS}\\)$`).exec(script)
  const front = new RegExp(`^\\(${OURS}\\) && ([\\s\\S]+)$`).exec(script)
  return behind?.[1] ?? front?.[1]
}

function callsFlow(script: string): string {
  return `script "${script}" calls flow in words of your own: npm pkg delete scripts.${script}`
}

function textAt(value: PackageJson, section: string, key: string): string | undefined {
  const found = (value[section] as PackageJson | undefined)?.[key]
  return typeof found === 'string' ? found : undefined
}
