import { basename, dirname, join } from 'node:path'
import { type HookName, hookLine, scriptWord } from '../../git/hook-line.ts'
import { treePath } from '../../git/tree-path.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Change, CommandChange } from './change.ts'
import type { HookManager } from './hook-managers.ts'
import { type HooksPlan, joinPlans } from './hooks-plan.ts'
import { editLefthook, type HookEntry, lefthookByHand } from './lefthook.ts'
import { readTextOr } from './look.ts'
import { programCommand } from './package-manager.ts'
import { findUp, type Project } from './project.ts'
import { type RepositoryFile, readRepositoryFile } from './repository-file.ts'
import { editSimpleGitHooks, simpleGitHooksByHand } from './simple-git-hooks.ts'

/** git's own hooks folder. */
export interface HookFolder {
  readonly folder: string
  /** True when all that git runs there was made by this manager. */
  readonly isAlone: boolean
}

/**
 * Plans commands of flow's for these hooks in the configuration of lefthook or simple-git-hooks, and
 * that manager's own installation, which brings them into force. What cannot be edited is printed.
 * @throws FlowError E_INIT_FILE
 */
export function planManager(
  ports: Ports,
  project: Project,
  manager: HookManager,
  names: readonly HookName[],
  hooks: HookFolder,
): HooksPlan {
  if (names.length === 0) return joinPlans([])
  const entries = names.map((name) => ({ name, line: hookLine(name) }))
  const file = readRepositoryFile(ports, project.topLevel, manager.path)
  const text = file.bytes?.toString('utf8') ?? ''
  const edited = edit(manager, text, entries)
  const isWritten = edited === text
  if (isWritten && isInForce(ports, manager, entries, hooks)) return joinPlans([])
  const install = installOf(ports, project, manager, hooks)
  const next = install.program === null || edited === null ? [install.words] : []
  if (edited === null) return { ...joinPlans([]), notes: [byHand(manager, file, entries)], next }

  const isInPackage = file.path === project.file.path && !isWritten
  const why = `${names.join(', ')}: run by ${manager.name}`
  const after = Buffer.from(edited)
  const change: Change = { kind: 'file', topic: 'hooks', file, after, why }
  return {
    changes: [
      ...(isWritten || isInPackage ? [] : [change]),
      ...(install.program === null
        ? []
        : [
            {
              ...install,
              program: install.program,
              topic: isInPackage ? 'package.json' : 'hooks',
            } as const,
          ]),
    ],
    notes: [],
    inPackageJson: isInPackage ? entries : [],
    next,
  }
}

/** The new text, the same where nothing is missing, or null where a person has to add it. */
function edit({ name, path }: HookManager, text: string, entries: readonly HookEntry[]) {
  const edited =
    name === 'lefthook'
      ? editLefthook(path, text, entries)
      : path.endsWith('.json')
        ? editSimpleGitHooks(text, basename(path) === 'package.json', entries)
        : null
  if (edited !== null) return edited
  return entries.every((entry) => text.includes(scriptWord(entry.name))) ? text : null
}

/** True when git runs these hooks by what the manager has installed. */
function isInForce(
  { fs }: Ports,
  { name }: HookManager,
  entries: readonly HookEntry[],
  { folder }: HookFolder,
): boolean {
  return entries.every((entry) => {
    const hook = readTextOr(fs, join(folder, entry.name), '')
    return hook.includes(name === 'lefthook' ? 'call_lefthook' : entry.line)
  })
}

function byHand({ name, path }: HookManager, file: RepositoryFile, entries: readonly HookEntry[]) {
  const text = name === 'lefthook' ? lefthookByHand(path, entries) : simpleGitHooksByHand(entries)
  const lines = text.trimEnd().replace(/^/gm, '  ')
  return `${file.name} is for you to edit; add this for ${name}, in front of what a hook does:\n${lines}`
}

/** The manager's own installation; no program where it is not to be had or would do harm. */
function installOf(
  { fs, environment }: Ports,
  { folder, topLevel, manager: packages }: Project,
  { name, path }: HookManager,
  { isAlone }: HookFolder,
): Omit<CommandChange, 'program' | 'topic'> & { readonly program: string | null } {
  const args = name === 'lefthook' ? ['install'] : []
  const cwd = name === 'lefthook' ? topLevel : dirname(path)
  const home = findUp(fs, folder, topLevel, `node_modules/.bin/${name}`)
  const installed = home === null ? null : join(home, 'node_modules/.bin', name)
  const program = installed ?? findExecutable(name, cwd, environment.variables.PATH)
  const isGlobal = installed === null && program !== null
  return {
    kind: 'command',
    program: isAlone ? program : null,
    args,
    cwd,
    words: isGlobal ? [name, ...args].join(' ') : programCommand(packages, [name, ...args]),
    why: `brings ${treePath(topLevel, path)} into force`,
  }
}
