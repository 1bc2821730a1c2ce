import { relative } from 'node:path'
import type { Ports } from '../../ports/ports.ts'
import { diff } from '../diff.ts'
import { list } from '../init/ask.ts'
import { OWN_NAME } from '../init/package-json.ts'
import { installCommand, removeCommand } from '../init/package-manager.ts'
import { noteLine } from '../init/words.ts'
import type { UndoPlan } from './plan.ts'
import type { FileUndo, HooksPathUndo, Undo, UndoTopic } from './undo.ts'

type Voice = Pick<Ports, 'environment'>

/** What `--dry-run` prints: every change, line by line. */
export function describe(ports: Voice, { orphans, undos }: UndoPlan): string {
  const first = orphans.map(
    ({ ref, hash }) => `a killed session is put right first: ${ref?.projectPath ?? hash}\n`,
  )
  return [...first, ...undos.map((undo) => describeUndo(ports, undo))].join('\n')
}

function describeUndo(ports: Voice, undo: Undo): string {
  switch (undo.kind) {
    case 'file':
      return describeFile(undo)
    case 'filter':
      return `remove the clean filter "flow" from ${list(undo.files.map((path) => nameOf(ports, path)))}\n`
    case 'hooks-path':
      return describeHooksPath(undo)
    case 'runner':
      return `remove ${nameOf(ports, undo.folder)}, which husky made and git ignores\n`
    case 'folder':
      return `remove the folder ${nameOf(ports, undo.path)}, which is empty then\n`
    case 'state':
      return ['remove from the state home:', ...undo.lines.map((line) => `  ${line}`), ''].join(
        '\n',
      )
    default:
      return undo satisfies never
  }
}

function describeFile({ file, after }: FileUndo): string {
  return diff(file.name, file.bytes?.toString('utf8') ?? null, after?.toString('utf8') ?? null)
}

function describeHooksPath({ value }: HooksPathUndo): string {
  const name = 'git config core.hooksPath'
  return [`--- ${name}`, `+++ ${name}`, `-${value}`, '+(not set)', ''].join('\n')
}

/** The question about one kind of change. */
export function questionFor(undos: readonly Undo[]): string {
  const [first] = undos
  if (first === undefined) return ''
  const files = undos.filter((undo) => undo.kind === 'file')
  const names = files.map(({ file }) => file.name)
  switch (first.topic) {
    case 'configuration':
      return `Remove ${list(names)}, which nobody has changed?`
    case 'package.json':
      return files.map(({ file, why }) => `Take out of ${file.name}: ${why}?`).join('\n')
    case 'hooks': {
      const hooksPath = undos.find((undo) => undo.kind === 'hooks-path')
      const hasFilter = undos.some(({ kind }) => kind === 'filter')
      const parts = [
        ...(names.length === 0 ? [] : [`take flow out of ${list(names)}`]),
        ...(hasFilter ? ['remove its clean filter from git'] : []),
        ...(hooksPath === undefined
          ? []
          : [`let git run the hooks in .husky no longer (core.hooksPath = ${hooksPath.value})`]),
        ...(names.length === 0 && hooksPath === undefined && !hasFilter
          ? ['remove what husky left']
          : []),
      ]
      const sentence = parts.join(', and ')
      return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}?`
    }
    case 'state':
      return `Remove what the state home has of this repository, backups of past sessions${
        undos.some((undo) => undo.kind === 'state' && undo.takesPrompt)
          ? ' and what your prompt reads'
          : ''
      } included?`
    default:
      return first satisfies never
  }
}

/** What was done, what stays, and what comes next. */
export function report(
  ports: Voice,
  undos: readonly Undo[],
  notes: readonly string[],
  next: readonly string[],
): string {
  const done = undos.flatMap((undo) => titlesOf(ports, undo))
  const width = Math.max(...done.map(([title]) => title.length))
  return [
    'flow is taken out:',
    ...done.map(([title, why]) => `  ${title.padEnd(width)}   ${why}`),
    ...notes.map(noteLine),
    ...next.map((line, at) => (at === 0 ? `next: ${line}` : `      ${line}`)),
    '',
  ].join('\n')
}

function titlesOf(ports: Voice, undo: Undo): (readonly [string, string])[] {
  switch (undo.kind) {
    case 'file':
      return [[undo.file.name + (undo.after === null ? ' (removed)' : ''), undo.why]]
    case 'filter':
      return undo.files.map((path) => [nameOf(ports, path), 'the clean filter'])
    case 'hooks-path':
      return [['git config core.hooksPath (unset)', 'nothing uses husky any more']]
    case 'runner':
      return [[`${nameOf(ports, undo.folder)} (removed)`, 'husky made it']]
    case 'folder':
      return [[`${nameOf(ports, undo.path)} (removed)`, 'it was empty']]
    case 'state':
      return [['state home', 'what it had of this repository']]
    default:
      return undo satisfies never
  }
}

/**
 * The package itself is the package manager's to remove. `agreed`: what is done.
 */
export function nextSteps(
  agreed: readonly Undo[],
  { isStillListed, manager }: Pick<UndoPlan, 'isStillListed' | 'manager'>,
): string[] {
  if (isStillListed) return [removeCommand(manager, OWN_NAME)]
  const isUnlisted = agreed.some(({ topic }) => topic === ('package.json' satisfies UndoTopic))
  const why = 'takes flow-agent out of what is installed, and of the lock file'
  return isUnlisted ? [`${installCommand(manager)}   # ${why}`] : []
}

function nameOf({ environment }: Voice, path: string): string {
  return relative(environment.cwd, path)
}
