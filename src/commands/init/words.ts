import { diff } from '../diff.ts'
import type { Change, FileChange, HuskyChange } from './change.ts'
import type { SetupPlan } from './plan.ts'

/** What `--dry-run` prints: every change, line by line. */
export function describe(changes: readonly Change[]): string {
  return changes.map(describeOne).join('\n')
}

function describeOne(change: Change): string {
  switch (change.kind) {
    case 'file':
      return describeFile(change)
    case 'husky':
      return describeHusky(change)
    case 'filter':
      return `+ git's clean filter "flow", in .git/config, .git/info/attributes and .git/info/exclude\n`
    case 'command':
      return `$ ${change.words}\nin ${change.cwd}: it ${change.why}\n`
    default:
      return change satisfies never
  }
}

function describeFile({ file, after }: FileChange): string {
  return diff(file.name, file.bytes?.toString('utf8') ?? null, after.toString('utf8'))
}

function describeHusky({ before, after, huskyFolder }: HuskyChange): string {
  return [
    `--- git config core.hooksPath`,
    `+++ git config core.hooksPath`,
    ...(before === after ? [` ${after}`] : [`-${before ?? '(not set)'}`, `+${after}`]),
    `and husky writes ${huskyFolder}/_, which git ignores`,
    '',
  ].join('\n')
}

/** What was done, what comes next and how to undo it. `changes`: those of the plan that were made. */
export function report(changes: readonly Change[], plan: SetupPlan): string {
  const done = changes.map((change) => [titleOf(change), change.why] as const)
  const width = Math.max(...done.map(([title]) => title.length))
  return [
    'flow is set up:',
    ...done.map(([title, why]) => `  ${title.padEnd(width)}   ${why}`),
    ...plan.notes.map(noteLine),
    ...indented('next: ', nextSteps(changes, plan)),
    `undo: ${plan.undo}`,
    '',
  ].join('\n')
}

/** What was kept, or is left to the person. */
export function noteLine(note: string): string {
  return `note: ${note}`
}

/** One change, in a few words. */
export function titleOf(change: Change): string {
  if (change.kind === 'husky') return `git config core.hooksPath = ${change.after}`
  if (change.kind === 'command') return `$ ${change.words}`
  if (change.kind === 'filter') return 'git clean filter "flow"'
  return change.file.bytes === null ? `${change.file.name} (new)` : change.file.name
}

function nextSteps(changes: readonly Change[], { install, next, start }: SetupPlan): string[] {
  const needsInstall = changes.some(({ why }) => why.includes('devDependencies.'))
  return [...(needsInstall ? [install] : []), ...next, start]
}

function indented(label: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => (at === 0 ? label : ' '.repeat(label.length)) + line)
}
