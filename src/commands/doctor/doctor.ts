/** `flow doctor [--json] [--verbose]`: diagnose problems, and suggest what fixes each. */
import pc from 'picocolors'
import type { Ports } from '../../ports/ports.ts'
import { terminalWidth } from '../../ports/terminal-width.ts'
import { asTyped } from '../as-typed.ts'
import { hasColors } from '../colors.ts'
import { examine } from './checks.ts'
import { readContext } from './context.ts'
import { render, toJson } from './render.ts'

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
  const findings = examine(context).map((finding) => {
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
