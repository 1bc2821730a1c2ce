import { join } from 'node:path'
import { FlowError } from '../../errors.ts'
import { findRepository, type Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
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

function requireRepository(ports: Ports): Repository {
  const { cwd, platform } = ports.environment
  const sight = findRepository(ports, cwd)
  const kept = 'nothing was changed'
  switch (sight.kind) {
    case 'repository':
      return sight.repository
    case 'none':
      throw new FlowError({
        code: 'E_NO_REPOSITORY',
        what: `${cwd} is in no git repository`,
        kept,
        next: 'git init && flow init',
      })
    case 'bare':
      throw new FlowError({
        code: 'E_BARE_REPOSITORY',
        what: `${cwd} is a bare repository`,
        why: 'it has no files to set up',
        kept,
        next: 'git worktree add ../work && cd ../work && flow init',
      })
    case 'no-git':
      throw new FlowError({
        code: 'E_NO_GIT',
        what: 'found no git',
        why: 'there is no program of that name on the PATH',
        kept,
        next: INSTALL_GIT[platform] ?? 'sudo apt install git   # or as your system has it',
      })
    case 'refused':
      throw new FlowError({
        code: 'E_GIT',
        what: `git gave no answer about ${cwd}`,
        why: sight.why,
        kept,
        next: sight.next.length > 0 ? sight.next.join('\n') : 'git rev-parse --show-toplevel',
      })
    default:
      return sight satisfies never
  }
}

const INSTALL_GIT: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'xcode-select --install',
  win32: 'winget install --id Git.Git',
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
