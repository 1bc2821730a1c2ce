/** `flow doctor [--json]`: is all set up as it should be, and does anything stand in the way? */
import pc from 'picocolors'
import type { Ports } from '../../ports/ports.ts'
import type { Finding } from '../../setup/finding.ts'
import { asTyped } from '../as-typed.ts'
import { hasColors } from '../colors.ts'
import { examine } from './checks.ts'
import { readContext } from './context.ts'
import { toJson, toText } from './page.ts'

export interface DoctorOptions {
  readonly json: boolean
  /** flow's own package, absolute. */
  readonly packageFolder: string
}

/**
 * Checks the repository round the current folder and the state home. It changes nothing, but for a
 * file in the state home that is written to try and removed at once. It runs `git`, the agent with
 * `--version`, a configuration in JavaScript, and the person's own init.sh as hooks would.
 * @returns the exit code: 1 when something is broken; warnings do not count
 */
export async function doctor(ports: Ports, options: DoctorOptions): Promise<number> {
  const context = await readContext(ports, options.packageFolder)
  const findings = examine(context).map((finding) => withTyped(ports, finding))
  const { environment } = ports
  const text = options.json
    ? toJson(findings)
    : toText(findings, pc.createColors(hasColors(environment)))
  environment.print(text)
  return findings.some(({ status }) => status === 'broken') ? 1 : 0
}

function withTyped(ports: Ports, { detail, mend, ...finding }: Finding): Finding {
  return {
    ...finding,
    ...(detail !== undefined && { detail: asTyped(ports, detail) }),
    ...(mend !== undefined && { mend: asTyped(ports, mend) }),
  }
}
