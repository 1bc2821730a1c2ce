import { FlowError } from '../errors.ts'
import { installFilter } from '../git/clean-filter.ts'
import { installHusky } from '../git/husky.ts'
import type { Repository } from '../git/repository.ts'
import { withoutRepository } from '../git/run-git.ts'
import type { Ports } from '../ports/ports.ts'
import { repositoryLock } from '../session/repository-lock.ts'
import { ensureHome } from '../session/state-file.ts'
import { stateHome } from '../state-home.ts'
import { asTyped } from './as-typed.ts'
import { type Ask, askOnTerminal, requirePerson } from './ask.ts'
import { refreshHookScripts } from './hook-scripts.ts'
import { askAbout } from './init/ask.ts'
import type { Change, CommandChange, FilterChange } from './init/change.ts'
import { planSetup, type SetupPlan } from './init/plan.ts'
import { recordChanges, recordGitFiles } from './init/record.ts'
import { writeRepositoryFile } from './init/repository-file.ts'
import { describe, noteLine, report, titleOf } from './init/words.ts'

export interface InitOptions {
  /** Makes every change without asking. */
  readonly yes: boolean
  /** Prints the changes and makes none. */
  readonly dryRun: boolean
  /** flow's own package, absolute: the one with `.flowrc.example` and husky. */
  readonly packageFolder: string
}

/**
 * Sets the repository round the current folder up for flow, keeping all that is there. Each file
 * changes in one step, one after the other; whatever stops it, running it again goes on from there.
 * @returns the exit code: 0, or 1 after a cancel
 * @throws FlowError before anything is changed, if the repository cannot be set up; E_INIT_FILE and
 * E_HUSKY, if a change failed; exit code 2 where there is nobody to ask
 */
export async function init(
  ports: Ports,
  options: InitOptions,
  ask: Ask = askOnTerminal,
): Promise<number> {
  const { environment } = ports
  const tell = (text: string) => environment.isQuiet || environment.print(text)
  const plan = planSetup(ports, options.packageFolder)
  if (plan.changes.length === 0) {
    if (!options.dryRun) refreshHookScripts(ports, options.packageFolder)
    tell(['flow is set up already: nothing to change', ...plan.notes.map(noteLine), ''].join('\n'))
    return 0
  }
  if (options.dryRun) {
    environment.print(describe(plan.changes))
    for (const note of plan.notes) environment.print(`${noteLine(note)}\n`)
    for (const command of plan.next) environment.print(`left to you: ${command}\n`)
    const end = 'nothing was changed: without --dry-run, `flow init` makes these changes\n'
    environment.print(asTyped(ports, end))
    return 0
  }
  const changes = options.yes ? plan.changes : await askPerson(ports, plan, ask)
  if (changes === null) {
    environment.print('cancelled: nothing was changed\n')
    return 1
  }
  if (changes.length === 0) {
    tell('nothing was changed\n')
    return 0
  }
  makeChanges(ports, plan, changes)
  refreshHookScripts(ports, options.packageFolder)
  tell(report(changes, plan))
  return 0
}

async function askPerson({ environment }: Ports, { changes }: SetupPlan, ask: Ask) {
  requirePerson(environment, 'flow init')
  return askAbout(changes, ask)
}

function makeChanges(ports: Ports, { repository }: SetupPlan, changes: readonly Change[]): void {
  const before = recordChanges(ports, repository, changes)
  for (const change of changes) {
    make(ports, repository, change)
    if (change.kind === 'husky' || change.kind === 'command') {
      recordGitFiles(ports, repository, before)
    }
    ports.log('init', `${titleOf(change)}: ${change.why}`)
  }
}

function make(ports: Ports, repository: Repository, change: Change): void {
  switch (change.kind) {
    case 'husky':
      installHusky(ports, repository, change.script, change.huskyFolder)
      return
    case 'filter':
      makeFilter(ports, repository, change)
      return
    case 'command':
      runManager(ports, change)
      return
    case 'file': {
      // New hooks must be executable where git runs them itself.
      const mode = change.topic === 'hooks' ? 0o755 : 0o644
      writeRepositoryFile(ports, change.file, change.after, mode)
      return
    }
    default:
      change satisfies never
  }
}

/** Without a state directory the first session installs the filter. @throws FlowError E_INIT_FILE, E_GIT, E_CONFIG_LOCKED */
function makeFilter(ports: Ports, repository: Repository, { paths }: FilterChange): void {
  const home = stateHome(ports.environment)
  try {
    ensureHome(ports, home)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    ports.log('init', `the clean filter is not installed: ${error.message}`)
    return
  }
  try {
    const lock = repositoryLock(ports, home, repository.commonGitFolder)
    installFilter(ports, repository, paths, home, lock)
  } catch (error) {
    if (!(error instanceof FlowError) || error.code !== 'E_WRITE') throw error
    throw new FlowError({
      code: 'E_INIT_FILE',
      what: error.what,
      why: error.why ?? '',
      kept: 'the file as it is',
      next: 'fix that, then run the same command again: it goes on where it stopped',
      cause: error,
    })
  }
}

/** Another hook manager's installation, which sees the repository as at a prompt. */
function runManager({ commands, environment }: Ports, change: CommandChange): void {
  const { program, args, cwd, words } = change
  const env = withoutRepository(environment.variables)
  const { status, stdout, stderr, errno } = commands.run(program, args, { cwd, env })
  // simple-git-hooks says what went wrong on stdout and exits 0 (2.14).
  const [complaint] = /^\[ERROR\].*$/m.exec(stdout) ?? []
  if (status === 0 && complaint === undefined) return
  throw new FlowError({
    code: 'E_HOOK_MANAGER',
    what: `\`${words}\` failed`,
    why: complaint ?? (stderr.trim() || (errno ?? `it ended with ${status}`)),
    kept: 'what flow has written stands',
    next: `mend that, then run \`${words}\` in ${cwd}`,
  })
}
