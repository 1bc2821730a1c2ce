/** What is switched off for this shell, by variables that are easily forgotten. */
import { isSwitchedOff } from '../../flow-switch.ts'
import { type Finding, ok, warning } from '../../setup/finding.ts'
import type { DoctorContext } from './context.ts'

const ID = 'switches'

const SWITCHES: Readonly<Record<string, string>> = {
  FLOW: "no hooks are merged, and flow's git hooks do nothing",
  HUSKY: 'husky runs no git hooks, so nothing is mended after a checkout or a pull',
}

export function switchesFinding({ ports }: DoctorContext): Finding {
  const { variables } = ports.environment
  const isOff = (name: string) =>
    name === 'FLOW' ? isSwitchedOff(variables) : variables[name] === '0'
  const off = Object.keys(SWITCHES).filter(isOff)
  if (off.length === 0) return ok(ID, 'nothing is switched off by FLOW=0 or HUSKY=0')
  const detail = off.map((name) => `${name}=${variables[name]}: ${SWITCHES[name]}`).join('\n')
  const title = `switched off in this shell: ${off.map((name) => `${name}=${variables[name]}`).join(', ')}`
  return warning(ID, title, { detail, mend: `unset ${off.join(' ')}` })
}
