/** `flow status` for people: each session as facts, a line each, as wide as the terminal or 80 columns. */
import type pc from 'picocolors'
import type { Participant } from '../../session/state.ts'
import { hang, layOut, padTo, printable, withTilde } from '../columns.ts'
import { countAgents, type ParticipantRow, participantRows } from '../participants.ts'
import type { NameOf } from '../session-names.ts'
import { age } from '../time.ts'
import type { FileView, ProjectView, Recovery, StatusView } from './view.ts'

export interface Frame {
  readonly now: Date
  readonly columns: number
  readonly colors: ReturnType<typeof pc.createColors>
  /** Letters beyond ASCII can be shown. */
  readonly hasUnicode: boolean
  /** Drawings are of use: a screen reader would spell them. */
  readonly hasBars: boolean
  /** `~` is printed in its place. */
  readonly homeFolder: string
  readonly nameOf: NameOf
  /** Rewrites the commands in a text so that they can be typed here. */
  readonly typed: (text: string) => string
  /** `screen`: without commands, which it would cut off. `verbose`: all there is, of every project. */
  readonly detail: 'screen' | 'normal' | 'verbose'
}

/** This many projects are shown in full, and the one around the current directory. */
const MAX_IN_FULL = 5
const MAX_OTHERS = 20
const MAX_PARTICIPANTS = 10
const INDENT = '  orphaned  '.length
const MIN_BAR_WIDTH = 16
const MAX_BAR_WIDTH = 60

/** Lines without their ends. */
export function render({ stateHome, projects }: StatusView, frame: Frame): string[] {
  const { columns, typed, detail } = frame
  if (projects.length === 0) {
    const next = '`flow run` starts an agent in one; `flow history` lists those that are over'
    return [
      `no session is open (state home: ${stateHome})`,
      ...hang('next: ', typed(next), columns),
    ]
  }
  const isInFull = ({ isHere }: ProjectView, at: number) =>
    isHere || at < MAX_IN_FULL || detail === 'verbose'
  const others = projects.filter((project, at) => !isInFull(project, at))
  const more = others.length - MAX_OTHERS
  const blocks = [
    ...projects.filter(isInFull).map((project) => renderProject(project, frame)),
    [
      ...others.slice(0, MAX_OTHERS).flatMap((project) => summarize(project, frame)),
      ...(more > 0 ? [typed(`and ${more} more; \`flow status --verbose\` shows all`)] : []),
    ],
  ]
  return blocks.flatMap((lines, at) => (at === 0 || lines.length === 0 ? lines : ['', ...lines]))
}

function renderProject(project: ProjectView, frame: Frame): string[] {
  const { colors, detail, typed, now, nameOf } = frame
  const { ref, isHere, isOrphaned, damaged, filter, recovery, files } = project
  const isByHandNeeded = recovery !== null || damaged !== null
  const filtering = filter?.map(printable).join(', ')
  const repair = '`flow recover` uses its second copy'
  const span = age(ref?.createdAt ?? '', now)
  const lasts = isOrphaned ? `begun ${span} ago` : `open for ${span}`
  return [
    colors.bold(nameOfProject(project, frame)),
    ...(isHere ? fact(frame, 'here', 'you are in this project') : []),
    ...(ref === null ? [] : fact(frame, 'session', `${nameOf(ref.sessionId)}, ${lasts}`)),
    ...(damaged === null
      ? []
      : fact(frame, 'damaged', typed(`backup.json: ${printable(damaged)}; ${repair}`), colors.red)),
    ...renderParticipants(project.participants, frame),
    ...(recovery === null ? [] : renderRecovery(recovery, isOrphaned, frame)),
    ...files.flatMap(({ path, merged }) => {
      return fact(frame, 'merged', `${printable(path)}: ${inAscii(merged.join(', '), frame)}`)
    }),
    ...(ref === null ? [] : fact(frame, 'backup', short(ref.backupPath, frame))),
    ...(detail === 'verbose' || (isByHandNeeded && detail === 'normal')
      ? files.flatMap((file) => renderByHand(file, frame))
      : []),
    ...(detail === 'verbose' && filter?.length
      ? fact(frame, 'git', `does not see flow's hooks, by lines in ${filtering}`)
      : []),
  ]
}

function fact(frame: Frame, label: string, text: string, paint = frame.colors.dim): string[] {
  return hang(labelled(paint(label)), text, frame.columns)
}

function labelled(label: string): string {
  return padTo(`  ${label}`, INDENT)
}

/** Where there are several, a bar below each shows since when, as a part of the whole time. */
function renderParticipants(participants: readonly Participant[], frame: Frame): string[] {
  const { now, columns, hasBars, homeFolder } = frame
  const rows = participantRows(participants, now, homeFolder)
  const [shown, more] = [rows.slice(0, MAX_PARTICIPANTS), rows.slice(MAX_PARTICIPANTS)]
  const starts = shown.flatMap(({ sinceMs }) => sinceMs ?? [])
  const width = Math.min(MAX_BAR_WIDTH, columns - INDENT)
  const isDrawn = hasBars && starts.length > 1 && width >= MIN_BAR_WIDTH
  return [
    ...shown.flatMap((row) => [
      ...fact(frame, 'in it', printable(row.text)),
      ...(isDrawn ? bar(row, Math.min(...starts), width, frame) : []),
    ]),
    ...(more.length > 0
      ? fact(frame, '', `and ${more.length} more: ${agentsOf(more, frame)}`)
      : []),
  ]
}

const MARKS = { alive: '━', dead: '┄', foreign: '╍' } as const
const ASCII_MARKS = { alive: '=', dead: '.', foreign: '-' } as const

/** From the start of the row to now; however short, one mark. */
function bar(
  { sinceMs, verdict }: ParticipantRow,
  fromMs: number,
  width: number,
  { now, colors, hasUnicode }: Frame,
): string[] {
  if (sinceMs === null) return []
  const wholeMs = Math.max(1, now.getTime() - fromMs)
  const start = Math.round(((sinceMs - fromMs) / wholeMs) * width)
  const blanks = Math.min(Math.max(start, 0), width - 1)
  const paint = { alive: colors.green, dead: colors.red, foreign: colors.yellow }[verdict]
  const mark = (hasUnicode ? MARKS : ASCII_MARKS)[verdict]
  return [labelled('') + ' '.repeat(blanks) + paint(mark.repeat(width - blanks))]
}

const REASONS: Readonly<Record<Recovery['kind'], string>> = {
  killed: 'nobody is alive in it',
  gone: 'its directory is gone; move it back, or, if it is gone for good',
  unsure: 'nobody is known to be alive in it; if it is over',
}

/** A command with a path is whole on its line, to be copied. */
function renderRecovery({ kind, command }: Recovery, isOrphaned: boolean, frame: Frame): string[] {
  const { colors, typed } = frame
  const [label, paint] = isOrphaned ? ['orphaned', colors.red] : ['unsure', colors.yellow]
  if (!command.includes('/')) {
    const text = typed(`${REASONS[kind]}: \`${command}\` puts the files back`)
    return fact(frame, label, text, paint)
  }
  return [
    ...fact(frame, label, `${REASONS[kind]}, this ends it:`, paint),
    labelled('') + colors.cyan(printable(typed(command))),
  ]
}

/** A command is whole on its line, to be copied; the terminal folds it. */
function renderByHand({ path, byHand }: FileView, frame: Frame): string[] {
  const { colors, typed } = frame
  if (byHand.kind === 'none') {
    return fact(frame, 'by hand', `${printable(path)}: ${typed(printable(byHand.why))}`)
  }
  return [labelled(colors.dim('by hand')) + colors.cyan(byHand.command)]
}

/** A project that is not shown in full. */
function summarize(project: ProjectView, frame: Frame): string[] {
  const { colors, columns, typed, now } = frame
  const rows = participantRows(project.participants, now)
  const state = project.isOrphaned
    ? colors.red(typed('killed; `flow recover` puts the files back'))
    : `open for ${age(project.ref?.createdAt ?? '', now)}, ${rows.length} in it: ${agentsOf(rows, frame)}`
  return layOut([nameOfProject(project, frame), state], columns, 2)
}

function agentsOf(rows: readonly ParticipantRow[], frame: Frame): string {
  return inAscii(printable(countAgents(rows)), frame)
}

function inAscii(text: string, { hasUnicode }: Frame): string {
  return hasUnicode ? text : text.replaceAll('×', 'x')
}

function nameOfProject({ ref, hash }: ProjectView, frame: Frame): string {
  return ref === null ? `project ${hash}` : short(ref.projectPath, frame)
}

function short(path: string, { homeFolder }: Frame): string {
  return printable(withTilde(path, homeFolder))
}
