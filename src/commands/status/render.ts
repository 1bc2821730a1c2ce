/** `flow status` for people: each session as facts, a line each, as wide as the terminal or 80 columns. */
import type pc from 'picocolors'
import type { Participant } from '../../session/state.ts'
import { padTo, printable, withTilde, wrap } from '../columns.ts'
import { countAgents, type ParticipantRow, participantRows } from '../participants.ts'
import type { NameOf } from '../session-names.ts'
import { age } from '../time.ts'
import type { ProjectView, Recovery, StatusView } from './view.ts'

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
const LABEL_WIDTH = 9
const INDENT = LABEL_WIDTH + 3
const MIN_BAR_WIDTH = 16
const MAX_BAR_WIDTH = 60

/** Lines without their ends. */
export function render({ stateHome, projects }: StatusView, frame: Frame): string[] {
  if (projects.length === 0) {
    const next = '`flow run` starts an agent in one; `flow history` lists those that are over'
    const lines = wrap(frame.typed(next), frame.columns - 'next: '.length)
    return [
      `no session is open (state home: ${stateHome})`,
      ...lines.map((line, at) => (at === 0 ? 'next: ' : '      ') + line),
    ]
  }
  const isInFull = ({ isHere }: ProjectView, at: number) =>
    isHere || at < MAX_IN_FULL || frame.detail === 'verbose'
  const others = projects.filter((project, at) => !isInFull(project, at))
  const blocks = projects.filter(isInFull).map((project) => renderProject(project, frame))
  if (others.length > 0) blocks.push(renderOthers(others, frame))
  return blocks.flatMap((block, at) => (at === 0 ? block : ['', ...block]))
}

function renderProject(project: ProjectView, frame: Frame): string[] {
  const { colors, detail, typed } = frame
  const { isHere, sessionId, damaged, isOrphaned, participants, backupPath, filter } = project
  const { recovery } = project
  const fact = (label: string, text: string, paint = colors.dim) =>
    labelled(paint(label), wrap(text, frame.columns - INDENT))
  const isByHandNeeded = recovery !== null || damaged !== null
  return [
    colors.bold(nameOfProject(project, frame)),
    ...(isHere ? fact('here', 'you are in this project') : []),
    ...(sessionId === null ? [] : fact('session', describeSession(project, sessionId, frame))),
    ...(damaged === null
      ? []
      : fact('damaged', typed(`backup.json: ${printable(damaged)}; ${REPAIR}`), colors.red)),
    ...renderParticipants(participants, frame, fact),
    ...(recovery === null ? [] : renderRecovery(recovery, isOrphaned, frame)),
    ...project.files.flatMap(({ path, merged }) => {
      const events = merged.join(', ')
      return fact('merged', `${printable(path)}: ${inAscii(events, frame)}`)
    }),
    ...(backupPath === null ? [] : fact('backup', short(backupPath, frame))),
    ...(detail === 'verbose' || (isByHandNeeded && detail === 'normal')
      ? renderByHand(project, frame, fact)
      : []),
    ...(detail === 'verbose' && filter !== null && filter.length > 0
      ? fact('git', `does not see flow's hooks, by lines in ${filter.map(printable).join(', ')}`)
      : []),
  ]
}

type Fact = (label: string, text: string) => string[]

const REPAIR = '`flow recover` uses its second copy'

/** A command with a path is whole on its line, to be copied. */
function renderRecovery(
  { kind, command }: Recovery,
  isOrphaned: boolean,
  { columns, colors, typed }: Frame,
): string[] {
  const label = isOrphaned ? colors.red('orphaned') : colors.yellow('unsure')
  const fact = (text: string) => labelled(label, wrap(typed(text), columns - INDENT))
  if (!command.includes('/')) return fact(`${REASONS[kind]}: \`${command}\` puts the files back`)
  return [
    ...fact(`${REASONS[kind]}, this ends it:`),
    ...labelled('', [colors.cyan(printable(typed(command)))]),
  ]
}

const REASONS: Readonly<Record<Recovery['kind'], string>> = {
  killed: 'nobody is alive in it',
  gone: 'its directory is gone; move it back, or, if it is gone for good',
  unsure: 'nobody is known to be alive in it; if it is over',
}

function describeSession(
  { since, isOrphaned }: ProjectView,
  sessionId: string,
  { now, nameOf }: Frame,
): string {
  const span = age(since ?? '', now)
  return `${nameOf(sessionId)}, ${isOrphaned ? `begun ${span} ago` : `open for ${span}`}`
}

/** Where there are several, a bar below each shows since when, as a part of the whole time. */
function renderParticipants(
  participants: readonly Participant[],
  frame: Frame,
  fact: Fact,
): string[] {
  const { now, columns, hasBars, homeFolder } = frame
  const rows = participantRows(participants, now, homeFolder)
  const shown = rows.slice(0, MAX_PARTICIPANTS)
  const starts = shown.flatMap(({ sinceMs }) => sinceMs ?? [])
  const width = Math.min(MAX_BAR_WIDTH, columns - INDENT)
  const isDrawn = hasBars && starts.length > 1 && width >= MIN_BAR_WIDTH
  const lines = shown.flatMap((row) => [
    ...fact('in it', printable(row.text)),
    ...(isDrawn ? labelled('', [bar(row, Math.min(...starts), width, frame)]) : []),
  ])
  const more = rows.slice(MAX_PARTICIPANTS)
  if (more.length === 0) return lines
  const agents = inAscii(printable(countAgents(more)), frame)
  return [...lines, ...fact('', `and ${more.length} more: ${agents}`)]
}

const MARKS = { alive: '━', dead: '┄', foreign: '╍' } as const
const ASCII_MARKS = { alive: '=', dead: '.', foreign: '-' } as const

/** From the start of the row to now; however short, one mark. */
function bar(
  { sinceMs, verdict }: ParticipantRow,
  fromMs: number,
  width: number,
  { now, colors, hasUnicode }: Frame,
): string {
  if (sinceMs === null) return ''
  const wholeMs = Math.max(1, now.getTime() - fromMs)
  const start = Math.round(((sinceMs - fromMs) / wholeMs) * width)
  const blanks = Math.min(Math.max(start, 0), width - 1)
  const paint = { alive: colors.green, dead: colors.red, foreign: colors.yellow }[verdict]
  const mark = (hasUnicode ? MARKS : ASCII_MARKS)[verdict]
  return ' '.repeat(blanks) + paint(mark.repeat(width - blanks))
}

/** A command is whole on its line, to be copied; the terminal folds it. */
function renderByHand({ files }: ProjectView, { colors, typed }: Frame, fact: Fact): string[] {
  const label = colors.dim('by hand')
  return files.flatMap(({ path, byHand }) =>
    byHand.kind === 'command'
      ? labelled(label, [colors.cyan(byHand.command)])
      : fact('by hand', `${printable(path)}: ${typed(printable(byHand.why))}`),
  )
}

function renderOthers(others: readonly ProjectView[], frame: Frame): string[] {
  const { colors, columns, typed, now } = frame
  const lines = others.slice(0, MAX_OTHERS).flatMap((project) => {
    const rows = participantRows(project.participants, now)
    const agents = inAscii(printable(countAgents(rows)), frame)
    const state = project.isOrphaned
      ? colors.red(typed('killed; `flow recover` puts the files back'))
      : `open for ${age(project.since ?? '', now)}, ${rows.length} in it: ${agents}`
    const [first = '', ...rest] = wrap(`${nameOfProject(project, frame)}  ${state}`, columns - 2)
    return [first, ...rest.map((line) => `  ${line}`)]
  })
  const more = others.length - MAX_OTHERS
  if (more > 0) lines.push(typed(`and ${more} more; \`flow status --verbose\` shows all`))
  return lines
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `  ${padTo(at === 0 ? label : '', LABEL_WIDTH)} ${line}`.trimEnd())
}

function inAscii(text: string, { hasUnicode }: Frame): string {
  return hasUnicode ? text : text.replaceAll('×', 'x')
}

function nameOfProject({ projectPath, hash }: ProjectView, frame: Frame): string {
  return projectPath === null ? `project ${hash}` : short(projectPath, frame)
}

function short(path: string, { homeFolder }: Frame): string {
  return printable(withTilde(path, homeFolder))
}
