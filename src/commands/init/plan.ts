import { join } from 'node:path'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { requireRepository } from '../require-repository.ts'
import type { Change, Plan } from './change.ts'
import { planHooks } from './hooks.ts'
import { editPackageJson, type PackageEdit, readPackageJson } from './package-json.ts'
import { commandName, findConfiguration, type Project, readProject } from './project.ts'
import { checkChangeable, readRepositoryFile } from './repository-file.ts'

export interface SetupPlan extends Plan {
  readonly repository: Repository
  /** What starts the agent from now on. */
  readonly start: string
}

/**
 * Everything that is missing in the repository round the current folder, in the order in which it
 * is made: husky first, which is the likeliest to fail. Reads only; an error means that nothing was
 * or will be changed. `flowFolder`: flow's own package.
 * @throws FlowError
 */
export function planSetup(ports: Ports, flowFolder: string): SetupPlan {
  const repository = requireRepository(ports)
  const project = readProject(ports, repository.topLevel)
  const packageJson = planPackageJson(ports, project, flowFolder)
  const parts = [
    planHooks(ports, repository, project, flowFolder),
    planConfiguration(ports, project, flowFolder),
    packageJson,
  ]
  const changes = parts.flatMap((part) => part.changes)
  for (const change of changes) {
    if (change.kind === 'file') checkChangeable(ports.fs, change.file)
  }
  const notes = parts.flatMap((part) => part.notes)
  return { repository, changes, notes, start: packageJson.start }
}

function planConfiguration(ports: Ports, project: Project, flowFolder: string): Plan {
  const present = findConfiguration(ports, project)
  if (present !== null) return { changes: [], notes: [] }
  const file = readRepositoryFile(ports, project.topLevel, join(project.folder, '.flowrc'))
  const after = ports.fs.readFile(join(flowFolder, '.flowrc.example'))
  const why = 'what applies while an agent runs: yours to edit'
  return { changes: [{ kind: 'file', topic: 'configuration', file, after, why }], notes: [] }
}

function planPackageJson(
  ports: Ports,
  project: Project,
  flowFolder: string,
): Plan & Pick<PackageEdit, 'start'> {
  const command = commandName(ports.fs, project)
  const version = ownVersion(ports, flowFolder)
  const edit = editPackageJson(project.text, project.value, { command, version })
  const { kept: notes, start } = edit
  if (edit.names.length === 0) return { changes: [], notes, start }
  const change: Change = {
    kind: 'file',
    topic: 'package.json',
    file: project.file,
    after: Buffer.from(edit.text),
    why: edit.names.join(', '),
  }
  return { changes: [change], notes, start }
}

function ownVersion({ fs }: Ports, flowFolder: string): string {
  const read = readPackageJson(fs.readFile(join(flowFolder, 'package.json')).toString('utf8'))
  if (read.kind === 'invalid') throw new TypeError(`flow's own package.json: ${read.why}`)
  return String(read.value.version)
}
