/** The `.flowrc` that `init` writes, and that `uninstall` removes unless it was changed. */
import { join } from 'node:path'
import { findConfig } from '../config/find.ts'
import { treePath } from '../git/tree-path.ts'
import type { SetupContext } from './context.ts'
import { flowrcText, isFlowrcAsWritten } from './flowrc.ts'
import { findProjectDirectories, packageDirectoryIn } from './project.ts'
import { readRepositoryFile } from './repository-file.ts'
import { joinPlans, type Step } from './step.ts'

export const configurationStep: Step = {
  id: 'configuration',
  apply(context) {
    const { ports, project } = context
    const present = findConfig(ports, ports.environment.cwd, project.topLevel)
    if (present !== null) {
      ports.log('init', `${present.file}: a configuration that is there stays`)
      return {}
    }
    const path = join(project.directory, '.flowrc')
    const file = readRepositoryFile(ports, [project.topLevel], path)
    const [topic, asks] = ['configuration', "write %, flow's configuration"] as const
    const why = 'the configuration: yours to edit'
    const after = Buffer.from(configurationFor(context))
    return { edits: [{ kind: 'file', topic, file, after, asks, why }] }
  },
  revert(context) {
    const { ports, repository } = context
    return joinPlans(
      findProjectDirectories(context).map((directory) => {
        const path = join(directory, '.flowrc')
        const file = readRepositoryFile(ports, [repository.topLevel], path)
        if (file.bytes === null) return {}
        if (!isFlowrcAsWritten(file.bytes)) {
          return { notes: [`${file.name} stays: it has words of your own`] }
        }
        const [topic, asks] = ['configuration', 'remove %, which nobody has changed'] as const
        const why = 'as `init` wrote it'
        return { edits: [{ kind: 'file', topic, file, after: null, asks, why }] }
      }),
    )
  },
}

/** @returns its text, with the path from which an editor reads the schema */
export function configurationFor({
  ports,
  project,
}: Pick<SetupContext, 'ports' | 'project'>): string {
  const packageDirectory = packageDirectoryIn(ports.fs, project)
  return flowrcText(packageDirectory && schemaPath(project.directory, packageDirectory))
}

function schemaPath(from: string, packageDirectory: string): string {
  const path = treePath(from, join(packageDirectory, 'dist/schema.json'))
  return path.startsWith('../') ? path : `./${path}`
}
