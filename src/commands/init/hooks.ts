import { join, relative } from 'node:path'
import { FlowError } from '../../errors.ts'
import { addHookLine, HOOK_NAMES, hookLine } from '../../git/hook-line.ts'
import { findHooksOwner, type OtherOwner } from '../../git/hooks-owner.ts'
import { findHusky, hooksPathOf } from '../../git/husky.ts'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { shellWord } from '../../shell-word.ts'
import type { Change, Plan } from './change.ts'
import { findUp, hookScriptPath, type Project } from './project.ts'
import { checkChangeable, readRepositoryFile } from './repository-file.ts'

/**
 * Plans husky's core.hooksPath and flow's line in the two hooks. Reads only.
 * @throws FlowError E_HOOKS_OWNED, E_HOOK_NOT_SHELL, E_HUSKY_FOLDER, E_HUSKY_MISSING, E_INIT_FILE
 */
export function planHooks(
  ports: Ports,
  repository: Repository,
  project: Project,
  flowFolder: string,
): Plan {
  const script = hookScriptPath(ports.fs, project)
  const owner = findHooksOwner(ports, repository)
  switch (owner.kind) {
    case 'other':
      if (!owner.carriesFlow) throw ownedByOther(owner, repository, script)
      return { changes: [], notes: [`git hooks in ${owner.hookFolder}: they call flow already`] }
    case 'old-husky':
      return { changes: hookFiles(ports, project, owner.huskyFolder, script), notes: [] }
    case 'husky':
    case 'nobody': {
      const before = owner.kind === 'husky' ? hooksPathOf(repository, owner.huskyFolder) : null
      const huskyFolder =
        owner.kind === 'husky' ? owner.huskyFolder : ownHuskyFolder(ports, project)
      const files = hookFiles(ports, project, huskyFolder, script)
      if (owner.kind === 'husky' && owner.isComplete) return { changes: files, notes: [] }
      if (ports.environment.variables.HUSKY === '0') {
        const note = 'HUSKY=0 is set: git hooks stay off until `flow prepare` runs without it'
        return { changes: files, notes: [note] }
      }
      const husky = huskyChange(ports, repository, flowFolder, huskyFolder, before)
      return { changes: [husky, ...files], notes: [] }
    }
    default:
      return owner satisfies never
  }
}

/** The nearest `.husky`, which may serve several packages; else one beside package.json. */
export function ownHuskyFolder({ fs }: Pick<Ports, 'fs'>, { folder, topLevel }: Project): string {
  return join(findUp(fs, folder, topLevel, '.husky') ?? folder, '.husky')
}

function huskyChange(
  { fs, environment }: Ports,
  repository: Repository,
  flowFolder: string,
  huskyFolder: string,
  before: string | null,
): Change {
  const after = hooksPathOf(repository, huskyFolder)
  // husky 9.1.7 refuses two dots wherever they stand; its hooks take the dash for an option of sh.
  if (after.includes('..') || after.startsWith('-')) {
    throw new FlowError({
      code: 'E_HUSKY_FOLDER',
      what: `husky cannot keep its hooks in ${relative(environment.cwd, huskyFolder)}`,
      why: 'it takes no path with two dots in it or a dash in front',
      kept: 'nothing was changed',
      next: 'rename the folder, or run `flow init` at the top of the repository',
    })
  }
  // git writes a new file beside its configuration, husky the folder `_`.
  for (const path of [join(repository.commonGitFolder, 'config'), join(huskyFolder, '_')]) {
    checkChangeable(fs, { path, name: relative(environment.cwd, path), facts: null })
  }
  return {
    kind: 'husky',
    topic: 'hooks',
    script: findHusky(fs, flowFolder),
    huskyFolder,
    before,
    after,
    why: 'git runs the hooks in .husky',
  }
}

function hookFiles(
  ports: Ports,
  { topLevel }: Project,
  huskyFolder: string,
  script: string,
): Change[] {
  return HOOK_NAMES.flatMap((name): Change[] => {
    const file = readRepositoryFile(ports, topLevel, join(huskyFolder, name))
    const edit = addHookLine(file.bytes, script)
    if (edit.kind === 'present') return []
    if (edit.kind === 'not-shell') throw notShell(file.name, edit.shebang)
    const why = 'restores after a killed session'
    return [{ kind: 'file', topic: 'hooks', file, after: edit.bytes, why }]
  })
}

function notShell(name: string, shebang: string): FlowError {
  return new FlowError({
    code: 'E_HOOK_NOT_SHELL',
    what: `cannot add a line to ${name}`,
    why: `it is no shell script: ${shebang}`,
    kept: 'nothing was changed',
    next: `git mv ${shellWord(name)} ${shellWord(`${name}.main`)}   # and start that from a shell script`,
  })
}

/** Setting core.hooksPath would silence these hooks, so the person decides. */
function ownedByOther(
  { hookFolder, setting, hookNames }: OtherOwner,
  { topLevel }: Repository,
  script: string,
): FlowError {
  const files = HOOK_NAMES.map((name) => shellWord(join(hookFolder, name))).join(' and ')
  const byLine = [
    `either add this line near the top of ${files}, then run \`flow init\` again:`,
    `  ${hookLine(script)}`,
  ]
  if (setting === null) {
    const move = hookNames.map((name) => shellWord(join(hookFolder, name))).join(' ')
    return new FlowError({
      code: 'E_HOOKS_OWNED',
      what: 'this repository has git hooks that husky would switch off',
      why: `${hookNames.join(', ')} in ${hookFolder}`,
      kept: 'nothing was changed',
      next: [
        ...byLine,
        'or move them to husky:',
        `  cd ${shellWord(topLevel)} && mkdir -p .husky && mv -n ${move} .husky/ && flow init`,
      ].join('\n'),
    })
  }
  const { value, file } = setting
  return new FlowError({
    code: 'E_HOOKS_OWNED',
    what: 'git hooks belong to another tool here',
    why: `core.hooksPath is ${JSON.stringify(value)}, set ${file === null ? 'on the command line or in the environment (GIT_CONFIG_…)' : `in ${file}`}`,
    kept: 'nothing was changed',
    next: [
      ...byLine,
      'or hand the hooks over to husky:',
      file === null
        ? '  unset GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS; flow init'
        : `  git config --file ${shellWord(file)} --unset-all core.hooksPath && flow init`,
    ].join('\n'),
  })
}
