/** `flow doctor [--json] [--verbose]`: diagnose problems, and suggest what fixes each. */
import pc from 'picocolors'
import type { Ports } from '../../ports/ports.ts'
import { terminalWidth } from '../../ports/terminal-width.ts'
import type { Finding } from '../../setup/finding.ts'
import { inspect } from '../../setup/steps.ts'
import { asTyped } from '../as-typed.ts'
import { hasColors } from '../colors.ts'
import { agentFinding, configurationFinding, firedFinding, settingsFinding } from './agent.ts'
import { type DoctorContext, failure, readContext } from './context.ts'
import {
  flowFinding,
  gitFinding,
  otherFlowFinding,
  repositoryFinding,
  switchesFinding,
} from './environment.ts'
import { nodeFinding } from './node.ts'
import { render, toJson } from './render.ts'
import { leftoverFindings, sessionFindings } from './sessions.ts'
import { shellFindings } from './shell.ts'

export interface DoctorOptions {
  readonly json: boolean
  /** Also lists what is fine. */
  readonly verbose: boolean
  /** flow's own package, absolute. */
  readonly packageFolder: string
}

/**
 * Checks the repository around the current directory and the state directory. It changes nothing, but for
 * a file in the state directory that is written to try and removed at once. It runs `git`, the agent with
 * `--version`, a configuration in JavaScript, and the user's own init.sh as hooks would.
 * @returns the exit code: 1 when something is broken; warnings do not count
 */
export async function doctor(ports: Ports, options: DoctorOptions): Promise<number> {
  const { environment } = ports
  const context = await readContext(ports, options.packageFolder)
  const typed = (text: string | undefined) => text && asTyped(ports, text)
  const findings = [...context.failures, ...examine(context)].map((finding) => {
    return { ...finding, detail: typed(finding.detail), fix: typed(finding.fix) }
  })
  const style = {
    columns: terminalWidth() ?? 80,
    colors: pc.createColors(hasColors(environment)),
    isVerbose: options.verbose,
  }
  environment.print(options.json ? toJson(findings) : render(findings, style))
  return findings.some(({ status }) => status === 'broken') ? 1 : 0
}

export interface Check {
  /** Of its finding, or of the one that says that it failed. */
  readonly id: string
  /** Null, or none: there is nothing to check; what is missing is another check's finding. */
  look(context: DoctorContext): Finding | readonly Finding[] | null
}

/** In the order in which they are reported. A new one is a line here. */
export const CHECKS: readonly Check[] = [
  { id: 'flow', look: flowFinding },
  { id: 'git', look: gitFinding },
  { id: 'repository', look: repositoryFinding },
  { id: 'other-flow', look: otherFlowFinding },
  { id: 'configuration', look: configurationFinding },
  { id: 'agent', look: agentFinding },
  { id: 'settings', look: settingsFinding },
  { id: 'setup', look: ({ setup }) => setup && inspect(setup) },
  { id: 'node', look: nodeFinding },
  { id: 'fired', look: firedFinding },
  { id: 'state-home', look: ({ state }) => state?.finding ?? null },
  { id: 'shell', look: shellFindings },
  { id: 'sessions', look: sessionFindings },
  { id: 'leftovers', look: leftoverFindings },
  { id: 'switches', look: switchesFinding },
]

/** What each check found; one that fails is a finding too, and the others go on. */
export function examine(context: DoctorContext, checks: readonly Check[] = CHECKS): Finding[] {
  return checks.flatMap(({ id, look }) => {
    try {
      return look(context) ?? []
    } catch (error) {
      return [failure(context, id, error)]
    }
  })
}
