import { FlowError } from '../errors.ts'
import { isInside } from '../git/tree-path.ts'
import type { Ports } from '../ports/ports.ts'
import { configurationStep } from './configuration.ts'
import type { SetupContext } from './context.ts'
import { filterStep } from './filter-step.ts'
import type { Finding } from './finding.ts'
import { findHuskyDirectory, hookFiles } from './hook-files.ts'
import { localHookLines } from './hook-lines.ts'
import { managerFiles } from './manager-files.ts'
import { packageStep } from './package-step.ts'
import { checkChangeable } from './repository-file.ts'
import { type Edit, joinPlans, makeEdits, type Plan, type Step } from './step.ts'

/** In the order in which they are applied: husky, the likeliest to fail, comes first. */
export const STEPS: readonly Step[] = [
  hookFiles,
  managerFiles,
  filterStep,
  packageStep,
  configurationStep,
]

/** What is right and what is missing, each with what fixes it. Reads only. */
export function inspect(context: SetupContext): Finding[] {
  return STEPS.flatMap((step) => step.inspect?.(context) ?? [])
}

/** What is missing. Reads only: an error means that nothing was or will be changed. @throws FlowError */
export function planApply(context: SetupContext): Plan {
  const plan = joinPlans(STEPS.map((step) => step.apply(context)))
  // What a hook manager installs, it reads from files that are changed here.
  const isInstall = (edit: Edit) => edit.kind === 'action' && edit.order === 3
  const edits = [...plan.edits.filter((edit) => !isInstall(edit)), ...plan.edits.filter(isInstall)]
  return checked(context.ports, { ...plan, edits: [...edits, ...localLines(context, edits)] })
}

/** Lines that are missing in hooks which git does not commit. What a program is to write here comes first. */
function localLines(context: SetupContext, edits: readonly Edit[]): Edit[] {
  const isWritten = edits.some((edit) => edit.kind === 'action' && edit.order !== 2)
  const planned = edits.flatMap((edit) => (edit.kind === 'file' ? [edit.file.path] : []))
  return isWritten ? [] : localHookLines(context).filter(({ file }) => !planned.includes(file.path))
}

/** What is flow's, the last step first. Reads only. @throws FlowError */
export function planRevert(context: SetupContext): Plan {
  return checked(context.ports, joinPlans(STEPS.toReversed().map((step) => step.revert(context))))
}

function checked({ fs }: Ports, plan: Plan): Plan {
  for (const edit of plan.edits) if (edit.kind === 'file') checkChangeable(fs, edit.file)
  return plan
}

/**
 * At an install: applies what git does not track. What is committed is for `init` to change.
 * @throws FlowError
 */
export function renew(context: SetupContext): void {
  const { ports, repository } = context
  try {
    makeEdits(ports, filterStep.apply(context).edits ?? [])
  } catch (error) {
    // The first session reports what git shows.
    if (!(error instanceof FlowError)) throw error
    ports.log('prepare', `the clean filter is not installed: ${error.message}`)
  }
  // Where the team has no hooks of husky's, there is nothing to switch on.
  const isMeant = findHuskyDirectory(context) !== null
  const isLocal = (edit: Edit) =>
    edit.kind === 'file' ? isInside(repository.commonGitFolder, edit.file.path) : isMeant
  const { edits = [] } = hookFiles.apply(context)
  makeEdits(ports, edits.filter(isLocal))
}
