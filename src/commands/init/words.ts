import { shellWord } from '../../shell-word.ts'
import type { Change, FileChange, HuskyChange } from './change.ts'
import { diff } from './diff.ts'

/** What `--dry-run` prints: every change, line by line. */
export function describe(changes: readonly Change[]): string {
  return changes
    .map((change) => (change.kind === 'file' ? describeFile(change) : describeHusky(change)))
    .join('\n')
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

/** What was done, what comes next and how to undo it. `start`: what starts the agent. */
export function report(
  changes: readonly Change[],
  notes: readonly string[],
  start: string,
): string {
  const done = changes.map((change) => [titleOf(change), change.why] as const)
  const width = Math.max(...done.map(([title]) => title.length))
  return [
    'flow is set up:',
    ...done.map(([title, why]) => `  ${title.padEnd(width)}   ${why}`),
    ...notes.map(noteLine),
    ...indented('next: ', nextSteps(changes, start)),
    ...indented('undo: ', undoSteps(changes)),
    '',
  ].join('\n')
}

/** What was kept, or is left to the person. */
export function noteLine(note: string): string {
  return `note: ${note}`
}

function titleOf(change: Change): string {
  if (change.kind === 'husky') return `git config core.hooksPath = ${change.after}`
  return change.file.bytes === null ? `${change.file.name} (new)` : change.file.name
}

function nextSteps(changes: readonly Change[], start: string): string[] {
  const needsInstall = changes.some(({ why }) => why.includes('devDependencies.'))
  return [...(needsInstall ? ['npm install'] : []), start]
}

/** No `git checkout`: it would take edits with it that are not flow's. */
function undoSteps(changes: readonly Change[]): string[] {
  const files = changes.filter((change) => change.kind === 'file')
  const fresh = files
    .filter(({ file }) => file.bytes === null)
    .map(({ file }) => shellWord(file.name))
  const edited = files
    .filter(({ file }) => file.bytes !== null)
    .map(({ file }) => shellWord(file.name))
  const isHuskyNew = changes.some((change) => change.kind === 'husky' && change.before === null)
  return [
    ...(!isHuskyNew ? [] : ['git config --unset core.hooksPath']),
    ...(fresh.length === 0 ? [] : [`rm ${fresh.join(' ')}`]),
    ...(edited.length === 0
      ? []
      : [`git diff ${edited.join(' ')}   # and take out the lines it shows`]),
  ]
}

function indented(label: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => (at === 0 ? label : ' '.repeat(label.length)) + line)
}
