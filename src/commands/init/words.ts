import { sep } from 'node:path'
import { shellWord } from '../../shell-word.ts'
import type { Change, FileChange, HuskyChange } from './change.ts'
import { diff } from './diff.ts'
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
    ...indented('undo: ', undoSteps(changes)),
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
  return change.file.bytes === null ? `${change.file.name} (new)` : change.file.name
}

function nextSteps(changes: readonly Change[], { install, next, start }: SetupPlan): string[] {
  const needsInstall = changes.some(({ why }) => why.includes('devDependencies.'))
  return [...(needsInstall ? [install] : []), ...next, start]
}

/** No `git checkout`: it would take edits with it that are not flow's. */
function undoSteps(changes: readonly Change[]): string[] {
  const files = changes.filter((change) => change.kind === 'file')
  const named = (isMeant: (file: FileChange) => boolean) =>
    files.filter(isMeant).map(({ file }) => shellWord(file.name))
  const fresh = named(({ file }) => file.bytes === null)
  const edited = named((change) => change.file.bytes !== null && !isGits(change))
  const hooks = named((change) => change.file.bytes !== null && isGits(change))
  const isHuskyNew = changes.some((change) => change.kind === 'husky' && change.before === null)
  return [
    ...(!isHuskyNew ? [] : ['git config --unset core.hooksPath']),
    ...(fresh.length === 0 ? [] : [`rm ${fresh.join(' ')}`]),
    ...(edited.length === 0
      ? []
      : [`git diff ${edited.join(' ')}   # and take out the lines it shows`]),
    ...(hooks.length === 0 ? [] : [`in ${hooks.join(' and ')}: take out the line "… # flow"`]),
    ...changes.flatMap((change) => (change.kind === 'command' ? [change.words] : [])),
  ]
}

/** True for a file of which git keeps no versions. */
function isGits({ file }: FileChange): boolean {
  return file.path.split(sep).includes('.git')
}

function indented(label: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => (at === 0 ? label : ' '.repeat(label.length)) + line)
}
