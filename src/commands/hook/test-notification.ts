import { fileOf, loadConfig } from '../../config/load.ts'
import { defaultConfig } from '../../config/schema.ts'
import { findRepository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { notificationWords } from '../../targets/claude.ts'
import { hook } from './hook.ts'
import { tellNothing } from './tell-test.ts'

/**
 * `flow hook notification --test`, as a person types it: what the hook that a session merges here
 * would do. Outside of a repository, by the defaults.
 * @returns exit code: 0 when a program or this terminal took the notification
 * @throws FlowError E_CONFIG
 */
export async function testNotification(
  ports: Ports,
  { json }: { readonly json: boolean },
): Promise<number> {
  const { environment } = ports
  const sight = findRepository(ports, environment.cwd)
  const { config, projectRoot, ...source } =
    sight.kind === 'repository'
      ? await loadConfig(ports, environment.cwd, sight.repository.topLevel)
      : { config: defaultConfig(), file: null, local: null, projectRoot: environment.cwd }
  const words = notificationWords(config.notifications)
  if (words === null) {
    environment.print(
      tellNothing(`\`notifications\` is false in ${fileOf(source, ['notifications'])}`, json),
    )
    return 1
  }
  const there = { ...ports, environment: { ...environment, cwd: projectRoot } }
  return hook(there, 'notification', ['--test', ...(json ? ['--json'] : []), ...words])
}
