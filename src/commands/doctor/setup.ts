/** The steps of set-up, inspected. */
import { setupContext } from '../../setup/context.ts'
import type { Finding } from '../../setup/finding.ts'
import { inspect } from '../../setup/steps.ts'
import type { DoctorContext } from './context.ts'

export function setupFindings({
  ports,
  repository,
  packageFolder,
  configuration,
}: DoctorContext): Finding[] {
  // A configuration that cannot be opened is the configuration's finding.
  if (repository === null || configuration.kind === 'unknown') return []
  return inspect(setupContext(ports, packageFolder, repository))
}
