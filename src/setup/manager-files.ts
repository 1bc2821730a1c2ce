/** flow's entries in the configuration of a hook manager, and the command that brings them into force. */
import { join } from 'node:path'
import { FlowError } from '../errors.ts'
import { HOOK_NAMES, hookLine, removeHookLines, scriptWord } from '../git/hook-line.ts'
import { otherHooks, readHook } from '../git/hooks-directory.ts'
import { withoutRepository } from '../git/run-git.ts'
import { treePath } from '../git/tree-path.ts'
import { findExecutable } from '../ports/find-executable.ts'
import type { SetupContext } from './context.ts'
import { keeperOf } from './hook-files.ts'
import { authorOf, type FoundManager, findHookManagers, type HookEntry } from './hook-managers.ts'
import { programCommand } from './package-manager.ts'
import { findProjectDirectories, findUp } from './project.ts'
import { readRepositoryFile } from './repository-file.ts'
import { type ActionEdit, type Edit, joinPlans, type Part, type Step } from './step.ts'

export const managerFiles: Step = {
  id: 'hook-managers',
  apply: (context) => joinPlans(context.managers.map((manager) => applyOne(context, manager))),
  revert(context) {
    const { ports, repository } = context
    const directories = [...findProjectDirectories(context), repository.topLevel]
    const found = directories.flatMap((directory) =>
      findHookManagers(ports.fs, directory, repository.topLevel),
    )
    const managers = new Map(found.map((manager) => [manager.path, manager]))
    return joinPlans([...managers.values()].map((manager) => revertOne(context, manager)))
  },
}

/** flow's entries for the file at `path`, which one step changes as a whole: a package.json. */
export function entriesIn(context: SetupContext, path: string): readonly HookEntry[] {
  return context.managers.flatMap((manager) => {
    return manager.path === path ? entriesFor(context, manager) : []
  })
}

function entriesFor(context: SetupContext, { name }: FoundManager): HookEntry[] {
  const names = HOOK_NAMES.filter((hook) => keeperOf(context, hook)?.name === name)
  return names.map((hook) => ({ name: hook, line: hookLine(hook) }))
}

function applyOne(context: SetupContext, manager: FoundManager): Part {
  const { ports, repository, project } = context
  const { configuration } = manager
  const entries = entriesFor(context, manager)
  if (configuration === null || entries.length === 0) return {}
  const file = readRepositoryFile(ports, [repository.topLevel], manager.path)
  const text = file.bytes?.toString('utf8') ?? ''
  const edited = configuration.add(manager.path, text, entries)
  const carries = entries.every(({ name }) => text.includes(scriptWord(name)))
  const isWritten = edited === text || (edited === null && carries)
  if (isWritten && isInForce(context, manager, entries)) return {}
  const install = installOf(context, manager)
  if (edited === null && !isWritten) {
    const lines = configuration.byHand(manager.path, entries).trimEnd().replace(/^/gm, '  ')
    const note = `${file.name} is for you to edit; add this for ${manager.name}, in front of what a hook does:\n${lines}`
    return { notes: [note], next: [install.command] }
  }
  // The step of the package changes that file.
  const isPackage = file.path === project.package?.file.path
  const why = `${entries.map(({ name }) => name).join(', ')}: run by ${manager.name}`
  const change: Edit = {
    kind: 'file',
    topic: 'hooks',
    file,
    after: Buffer.from(edited ?? text),
    asks: "add flow's line to %",
    why,
  }
  const topic = isPackage && !isWritten ? 'package.json' : 'hooks'
  return {
    edits: [
      ...(isWritten || isPackage ? [] : [change]),
      ...(install.program === null ? [] : madeFiles(context, entries)),
      ...(install.program === null ? [] : [{ ...install.edit, topic } as const]),
    ],
    notes: [],
    next: install.program === null ? [install.command] : [],
  }
}

/** Hooks with flow's line alone, which a manager would put aside. */
function madeFiles(
  { ports, hooks, repository }: SetupContext,
  entries: readonly HookEntry[],
): Edit[] {
  return entries.flatMap(({ name }) => {
    const boundaries = [repository.commonGitFolder]
    const file = readRepositoryFile(ports, boundaries, join(hooks.path, name))
    if (file.bytes === null || !removeHookLines(file.bytes).isMade) return []
    const why = 'the hook manager writes its own'
    return [{ kind: 'file', topic: 'hooks', file, after: null, asks: '', why }]
  })
}

/** True when git runs these hooks by what the manager has installed. */
function isInForce(
  { ports, hooks }: SetupContext,
  { configuration }: FoundManager,
  entries: readonly HookEntry[],
): boolean {
  return entries.every((entry) => {
    const hook = readHook(ports.fs, join(hooks.path, entry.name))?.toString('latin1') ?? ''
    return configuration?.isInForce(hook, entry) ?? false
  })
}

interface Installation {
  /** As the user types it. */
  readonly command: string
  /** Absolute; null where it is not to be had, or would do harm. */
  readonly program: string | null
  readonly edit: Omit<ActionEdit, 'topic'>
}

function installOf(context: SetupContext, manager: FoundManager): Installation {
  const { ports, hooks, project, repository } = context
  const { fs, environment } = ports
  const { name, path, configuration } = manager
  const args = configuration?.installArgs ?? []
  const { topLevel } = repository
  const cwd = configuration?.directoryOf(path, topLevel) ?? topLevel
  const home = findUp(fs, project.directory, topLevel, `node_modules/.bin/${name}`)
  const installed = home === null ? null : join(home, 'node_modules/.bin', name)
  const found = installed ?? findExecutable(name, cwd, environment.variables.PATH)
  const isGlobal = installed === null && (found !== null || project.package === null)
  const command = isGlobal
    ? [name, ...args].join(' ')
    : programCommand(project.manager, [name, ...args])
  // It puts aside (lefthook) or deletes (simple-git-hooks) the hooks that are not its own.
  const isAlone = otherHooks(ports, hooks.path).every((hook) => {
    return authorOf(readHook(fs, join(hooks.path, hook)) ?? Buffer.alloc(0))?.name === name
  })
  const program = isAlone ? found : null
  const why = `brings ${treePath(topLevel, path)} into force`
  const edit = {
    kind: 'action',
    asks: `run \`${command}\``,
    order: 3,
    rows: [[`$ ${command}`, why]],
    preview: `$ ${command}\nin ${cwd}: it ${why}; flow adds its line to the hooks that it writes\n`,
    run: () => {
      if (program !== null) install(context, { program, args, cwd, command })
    },
  } as const
  return { command, program, edit }
}

/** Runs the manager, which sees the repository as at a prompt. @throws FlowError E_HOOK_MANAGER */
function install(
  { ports: { commands, environment } }: SetupContext,
  call: { program: string; args: readonly string[]; cwd: string; command: string },
): void {
  const { program, args, cwd, command } = call
  const env = withoutRepository(environment.variables)
  const { status, stdout, stderr, errno } = commands.run(program, args, { cwd, env })
  // simple-git-hooks says what went wrong on stdout and exits 0 (2.14).
  const [complaint] = /^\[ERROR\].*$/m.exec(stdout) ?? []
  if (status === 0 && complaint === undefined) return
  throw new FlowError({
    code: 'E_HOOK_MANAGER',
    what: `\`${command}\` failed`,
    why: complaint ?? (stderr.trim() || (errno ?? `it ended with ${status}`)),
    kept: 'what flow has written stays',
    next: `mend that, then run \`${command}\` in ${cwd}`,
  })
}

function revertOne(context: SetupContext, manager: FoundManager): Part {
  const { ports, repository } = context
  const { configuration, path, name } = manager
  if (configuration === null) return {}
  const file = readRepositoryFile(ports, [repository.topLevel], path)
  const text = file.bytes?.toString('utf8') ?? ''
  const edited = configuration.remove(path, text)
  const { command } = installOf(context, manager)
  const isLeft = HOOK_NAMES.some((hook) => (edited ?? text).includes(scriptWord(hook)))
  const notes = isLeft
    ? [`${file.name} calls flow: take that out by hand, then ${command}`]
    : [`for ${name} to follow: ${command}`]
  if (edited === null || edited === text) return isLeft ? { notes } : {}
  // The step of the package changes that file.
  if (path.endsWith('/package.json')) return { notes }
  const [after, asks, why] = [Buffer.from(edited), 'take flow out of %', "flow's commands come out"]
  return { edits: [{ kind: 'file', topic: 'hooks', file, after, asks, why }], notes }
}
