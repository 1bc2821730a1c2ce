import { join } from 'node:path'
import { findConfig } from '../../config/find.ts'
import { isFilterInstalled } from '../../git/clean-filter.ts'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { DEFAULT_TARGET, targetNamed } from '../../targets/target.ts'
import { asTyped } from '../as-typed.ts'
import { requireRepository } from '../require-repository.ts'
import type { Change, Plan } from './change.ts'
import { configurationFor } from './configuration.ts'
import { planHooks } from './hooks.ts'
import type { HookEntry } from './lefthook.ts'
import { editPackageJson, type PackageEdit, readPackageJson } from './package-json.ts'
import { installCommand, installScript, programCommand } from './package-manager.ts'
import { commandName, type Project, readProject } from './project.ts'
import { checkChangeable, readRepositoryFile } from './repository-file.ts'
import { editSimpleGitHooks, SECTION } from './simple-git-hooks.ts'

export interface SetupPlan extends Plan {
  readonly repository: Repository
  /** The command that installs what package.json lists. */
  readonly install: string
  /** Commands of other hook managers that are left to the person. */
  readonly next: readonly string[]
  /** What starts the agent from now on. */
  readonly start: string
  /** What takes all of it back. */
  readonly undo: string
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
  const { manager } = project
  ports.log('init', `${project.folder}: the package; ${manager.name} installs at ${manager.root}`)
  const hooks = planHooks(ports, repository, project, flowFolder)
  const packageJson = planPackageJson(ports, project, flowFolder, hooks.inPackageJson)
  const parts = [hooks, planConfiguration(ports, project, flowFolder), packageJson]
  const all = parts.flatMap((part) => part.changes)
  // What another manager installs, it reads from files that are changed here.
  const isCommand = (change: Change) => change.kind === 'command'
  const changes = [
    ...all.filter((change) => !isCommand(change)),
    ...all.filter(isCommand),
    ...planFilter(ports, repository, project),
  ]
  for (const change of changes) {
    if (change.kind === 'file') checkChangeable(ports.fs, change.file)
  }
  const notes = parts.flatMap((part) => part.notes)
  const typed = (text: string) => asTyped(ports, text)
  const undo = programCommand(manager, [commandName(ports.fs, project), 'uninstall'])
  const { start } = packageJson
  return {
    repository,
    changes,
    notes: notes.map(typed),
    install: installCommand(manager),
    next: hooks.next.map(typed),
    start,
    undo,
  }
}

function planFilter(ports: Ports, repository: Repository, project: Project): Change[] {
  const path = join(project.folder, targetNamed(DEFAULT_TARGET).settingsPath)
  if (isFilterInstalled(ports, repository, path)) return []
  const why = 'git never sees merged hooks; idle without a session'
  return [{ kind: 'filter', topic: 'hooks', paths: [path], why }]
}

function planConfiguration(ports: Ports, project: Project, flowFolder: string): Plan {
  const present = findConfig(ports, ports.environment.cwd, project.topLevel)
  if (present !== null) {
    ports.log('init', `${present.file}: a configuration that is there stays`)
    return { changes: [], notes: [] }
  }
  const file = readRepositoryFile(ports, project.topLevel, join(project.folder, '.flowrc'))
  const example = ports.fs.readFile(join(flowFolder, '.flowrc.example'))
  const after = configurationFor(ports.fs, project, example)
  const why = 'what applies while an agent runs: yours to edit'
  return { changes: [{ kind: 'file', topic: 'configuration', file, after, why }], notes: [] }
}

function planPackageJson(
  ports: Ports,
  project: Project,
  flowFolder: string,
  hooks: readonly HookEntry[],
): Plan & Pick<PackageEdit, 'start'> {
  const command = commandName(ports.fs, project)
  const version = ownVersion(ports, flowFolder)
  const edit = editPackageJson(project.text, project.value, {
    command,
    version,
    manager: project.manager,
    installScript: installScript(project.manager, project.folder),
  })
  const { kept: notes, start } = edit
  // Only what can be edited is handed on to here.
  const after = hooks.length === 0 ? edit.text : editSimpleGitHooks(edit.text, true, hooks)
  const names = [...edit.names, ...hooks.map(({ name }) => `${SECTION}.${name}`)]
  if (after === null || names.length === 0) return { changes: [], notes, start }
  const change: Change = {
    kind: 'file',
    topic: 'package.json',
    file: project.file,
    after: Buffer.from(after),
    why: names.join(', '),
  }
  return { changes: [change], notes, start }
}

function ownVersion({ fs }: Ports, flowFolder: string): string {
  const read = readPackageJson(fs.readFile(join(flowFolder, 'package.json')).toString('utf8'))
  if (read.kind === 'invalid') throw new TypeError(`flow's own package.json: ${read.why}`)
  return String(read.value.version)
}
