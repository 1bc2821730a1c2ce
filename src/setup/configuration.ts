/** The `.flowrc` that `init` writes, and that `uninstall` removes as long as nobody has changed it. */
import { join } from 'node:path'
import { findConfig } from '../config/find.ts'
import { treePath } from '../git/tree-path.ts'
import type { Ports } from '../ports/ports.ts'
import type { SetupContext } from './context.ts'
import { findProjectDirectories, packageDirectoryIn } from './project.ts'
import { readRepositoryFile } from './repository-file.ts'
import { joinPlans, NOTHING, type Step } from './step.ts'

const SCHEMA_LINE = /^# yaml-language-server: \$schema=.*\r?\n/

export const configurationStep: Step = {
  id: 'configuration',
  apply(context) {
    const { ports, project } = context
    const present = findConfig(ports, ports.environment.cwd, project.topLevel)
    if (present !== null) {
      ports.log('init', `${present.file}: a configuration that is there stays`)
      return NOTHING
    }
    const path = join(project.directory, '.flowrc')
    const file = readRepositoryFile(ports, [project.topLevel], path)
    const [topic, asks] = ['configuration', "write %, flow's configuration"] as const
    const why = 'what applies while an agent runs: yours to edit'
    const after = Buffer.from(configurationFor(context))
    return { ...NOTHING, edits: [{ kind: 'file', topic, file, after, asks, why }] }
  },
  revert(context) {
    const { ports, repository } = context
    const example = exampleIn(ports, context.packageDirectory)
    return joinPlans(
      findProjectDirectories(context).map((directory) => {
        const path = join(directory, '.flowrc')
        const file = readRepositoryFile(ports, [repository.topLevel], path)
        if (file.bytes === null) return NOTHING
        if (!isExample(file.bytes, Buffer.from(example))) {
          return { ...NOTHING, notes: [`${file.name} stays: it has words of your own`] }
        }
        const [topic, asks] = ['configuration', 'remove %, which nobody has changed'] as const
        const why = 'as `init` wrote it'
        return { ...NOTHING, edits: [{ kind: 'file', topic, file, after: null, asks, why }] }
      }),
    )
  },
  // Whether it is valid concerns every command, and so more than set-up.
  inspect: () => [],
}

/** The example, whose first line leads editors to the schema, relative to the file. */
export function configurationFor({
  ports,
  project,
  packageDirectory,
}: Pick<SetupContext, 'ports' | 'project' | 'packageDirectory'>): string {
  const directory = packageDirectoryIn(ports.fs, project)
  const line =
    directory === null
      ? ''
      : `# yaml-language-server: $schema=${schemaPath(project.directory, directory)}\n`
  // As a function: `$` means something in a replacement.
  return exampleIn(ports, packageDirectory).replace(SCHEMA_LINE, () => line)
}

function exampleIn({ fs }: Pick<Ports, 'fs'>, packageDirectory: string): string {
  return fs.readFile(join(packageDirectory, '.flowrc.example')).toString('utf8')
}

function schemaPath(from: string, packageDirectory: string): string {
  const path = treePath(from, join(packageDirectory, 'dist/schema.json'))
  return path.startsWith('../') ? path : `./${path}`
}

/** True when nobody has changed it: the path of the schema depends on where flow was installed. */
export function isExample(bytes: Buffer, example: Buffer): boolean {
  const withoutLine = (text: Buffer) => text.toString('latin1').replace(SCHEMA_LINE, '')
  return withoutLine(bytes) === withoutLine(example)
}
