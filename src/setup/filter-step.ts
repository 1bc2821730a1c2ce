/** git's clean filter, which gives git the settings without flow's entries. */
import { join, relative } from 'node:path'
import { FlowError } from '../errors.ts'
import { filterFiles, installFilter, isFilterInstalled, removeFilter } from '../git/clean-filter.ts'
import { stateHome } from '../state-home.ts'
import { DEFAULT_TARGET, targetNamed } from '../targets/target.ts'
import type { SetupContext } from './context.ts'
import { ok } from './finding.ts'
import type { Step } from './step.ts'

export const filterStep: Step = {
  id: 'filter',
  apply(context) {
    const { ports, repository, project } = context
    const { settingsPath } = targetNamed(DEFAULT_TARGET)
    const path = join(project.directory, settingsPath)
    if (isFilterInstalled(ports, repository, path)) return {}
    const edit = {
      kind: 'action',
      topic: 'hooks',
      asks: "install flow's clean filter",
      order: 2,
      rows: [['git clean filter "flow"', 'hides merged hooks from git']],
      preview: `+ git's clean filter "flow", in .git/config, .git/info/attributes and .git/info/exclude\n`,
      run: () => installFilterIn(context, path),
    } as const
    return { edits: [edit] }
  },
  revert({ ports, repository }) {
    const files = filterFiles(ports, repository)
    if (files.length === 0) return {}
    const names = files.map((path) => relative(ports.environment.cwd, path))
    const edit = {
      kind: 'action',
      topic: 'hooks',
      asks: 'remove its clean filter from git',
      order: 2,
      rows: names.map((name) => [name, 'the clean filter'] as const),
      preview: `remove the clean filter "flow" from ${names.join(', ')}\n`,
      run: () => removeFilter(ports, repository),
    } as const
    return { edits: [edit] }
  },
  inspect({ ports, repository }) {
    return filterFiles(ports, repository).length === 0
      ? [ok('filter', "git has no filter of flow's yet: the first session installs it")]
      : [ok('filter', "git has flow's filter, which is idle without a session")]
  },
}

/** @throws FlowError E_INIT_FILE, E_GIT, E_CONFIG_LOCKED */
function installFilterIn({ ports, repository }: SetupContext, path: string): void {
  try {
    installFilter(ports, repository, [path], stateHome(ports.environment))
  } catch (error) {
    if (!(error instanceof FlowError) || error.code !== 'E_WRITE') throw error
    const { what, why = '', kept = '' } = error
    const next = 'fix that, then run the same command again: it goes on where it stopped'
    throw new FlowError({ code: 'E_INIT_FILE', what, why, kept, next, cause: error })
  }
}
