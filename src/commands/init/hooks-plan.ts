import type { Plan } from './change.ts'
import type { HookEntry } from './lefthook.ts'

export interface HooksPlan extends Plan {
  /** For simple-git-hooks in the project's own package.json, which changes in one step. */
  readonly inPackageJson: readonly HookEntry[]
  /** Commands that are left to type, in this order. */
  readonly next: readonly string[]
}

export function joinPlans(plans: readonly (Plan & Partial<HooksPlan>)[]): HooksPlan {
  return {
    changes: plans.flatMap(({ changes }) => changes),
    notes: plans.flatMap(({ notes }) => notes),
    inPackageJson: plans.flatMap(({ inPackageJson = [] }) => inPackageJson),
    next: plans.flatMap(({ next = [] }) => next),
  }
}
