/** `flow status` on a terminal: each session as a small timeline, within the terminal's width. */
import type pc from 'picocolors'
import { cutTo, padBefore, padTo, printable, widthOf } from '../columns.ts'
import { age, clockTime } from '../time.ts'
import { bar } from './bar.ts'
import { countAgents, type Row, rowsOf } from './rows.ts'
import type { ProjectView, StatusView } from './view.ts'

export interface Frame {
  readonly now: Date
  /** Of the terminal. */
  readonly columns: number
  readonly colors: ReturnType<typeof pc.createColors>
  /** Letters beyond ASCII can be shown. */
  readonly hasUnicode: boolean
  /** `~` stands for it. */
  readonly homeFolder: string
  /** Makes the commands in a text such as can be typed. */
  readonly typed: (text: string) => string
  /** Also the commands that restore by hand, which no width cuts off. */
  readonly withCommands: boolean
}

/** So many projects are shown with all there is to say, beside the one round the current folder. */
const MOST_WHOLE = 5
const MOST_LINES = 20
const MOST_ROWS = 10
/** A bar is beside its words where it gets this much room, else below them. */
const LEAST_BAR = 16
const MOST_BAR = 60
const NARROW = 64

/** Lines without their ends. */
export function picture({ projects }: StatusView, frame: Frame): string[] {
  const whole = projects.filter(({ isHere }, at) => isHere || at < MOST_WHOLE)
  const isSomeHere = projects.some(({ isHere }) => isHere)
  const others = projects.filter((project) => !whole.includes(project))
  const lines = whole.flatMap((project) => {
    const isCalm = !project.isOrphaned && project.damaged === null
    // Of others one seldom wants to type their commands; `flow status` there prints them.
    const withCommands = frame.withCommands && !(isSomeHere && isCalm && !project.isHere)
    return [...drawProject(project, { ...frame, withCommands }, frame.withCommands), '']
  })
  if (others.length > 0) lines.push(...drawOthers(others, frame), '')
  return lines.slice(0, -1)
}

function drawOthers(others: readonly ProjectView[], frame: Frame): string[] {
  const { columns, colors, hasUnicode } = frame
  const lines = others.slice(0, MOST_LINES).map((project) => {
    const { since, isOrphaned } = project
    const rows = rowsOf(project)
    const words = isOrphaned
      ? colors.red(frame.typed('killed; `flow recover` puts it right'))
      : `open for ${age(since ?? '', frame.now)}, ${rows.length} in it: ${countAgents(rows)}`
    return cutTo(`${colors.bold(nameOf(project, frame))}  ${words}`, columns, ellipsis(hasUnicode))
  })
  const more = others.length - lines.length
  if (more > 0) lines.push(frame.typed(`and ${more} more; \`flow status --json\` has all`))
  return lines
}

/** @param isWhole what does not fit is folded, not cut off */
function drawProject(project: ProjectView, frame: Frame, isWhole: boolean): string[] {
  const { colors, columns, hasUnicode } = frame
  const rows = rowsOf(project)
  const cut = (line: string) => cutTo(line, columns, ellipsis(hasUnicode))
  const name = colors.bold(nameOf(project, frame))
  const here = project.isHere ? colors.green('you are here') : ''
  const isOneLine = widthOf(name) + widthOf(here) + 2 <= columns
  const head = here === '' ? [name] : isOneLine ? [`${name}  ${here}`] : [name, `  ${here}`]
  return [
    ...[...head, ...sayState(project, rows, frame)].map(cut),
    ...drawRows(project, rows, frame).map(cut),
    ...sayFacts(project, frame, isWhole),
  ]
}

function sayState(project: ProjectView, rows: readonly Row[], frame: Frame): string[] {
  const { colors, now, typed } = frame
  const { since, isOrphaned, damaged } = project
  const lines: string[] = []
  if (isOrphaned) {
    lines.push(colors.red('  killed: nobody is alive in it'))
    lines.push(`  ${colors.cyan(typed('flow recover'))} puts the files back`)
  } else if (since !== null) {
    lines.push(`  open for ${age(since, now)}, ${rows.length} in it`)
  }
  if (damaged !== null) {
    lines.push(`  ${colors.red('damaged')}: backup.json: ${printable(damaged)}`)
    lines.push(`  ${colors.cyan(typed('flow recover'))} uses its twin`)
  }
  return lines
}

function drawRows(project: ProjectView, rows: readonly Row[], frame: Frame): string[] {
  const { colors, now, columns, hasUnicode } = frame
  const shown = rows.slice(0, MOST_ROWS)
  if (shown.length === 0) return []
  const starts = shown.flatMap(({ sinceMs }) => sinceMs ?? [])
  const beginMs = Math.min(...starts, Date.parse(project.since ?? '') || now.getTime())
  const whole = { fromMs: beginMs, toMs: now.getTime() }
  const isNarrow = columns < NARROW
  const labels = labelRows(shown, frame)
  const labelWidth = Math.max(...labels.map(widthOf))
  const room = Math.min(MOST_BAR, columns - labelWidth - 4)
  const isBeside = room >= LEAST_BAR
  const width = isBeside ? room : Math.min(MOST_BAR, columns - 4)
  const lines = shown.flatMap((row, at) => {
    const label = `  ${padTo(labels[at] ?? '', isBeside ? labelWidth : 0)}`
    const drawn = row.sinceMs === null ? '' : drawBar({ ...row, sinceMs: row.sinceMs }, width)
    const note = row.note === '' ? [] : [`    ${colors.dim(printable(row.note))}`]
    return isBeside ? [`${label}  ${drawn}`.trimEnd(), ...note] : [label, `    ${drawn}`, ...note]
  })
  const isAxisUseful = starts.length > 0 && width >= LEAST_BAR
  const indent = ' '.repeat(isBeside ? labelWidth + 4 : 4)
  const [from, to] = [clockTime(new Date(beginMs), now), 'now']
  const axis = `${from}${padBefore(to, Math.max(width - widthOf(from), 4))}`
  if (isAxisUseful && !(isNarrow && width < 24)) lines.push(indent + colors.dim(axis))
  const more = rows.slice(MOST_ROWS)
  if (more.length > 0) lines.push(`  and ${more.length} more: ${printable(countAgents(more))}`)
  return lines

  function drawBar({ tone, sinceMs }: Row & { sinceMs: number }, barWidth: number): string {
    const drawn = bar({ fromMs: sinceMs, toMs: now.getTime() }, whole, barWidth, MARKS[tone])
    const paint = { alive: colors.green, dead: colors.red, foreign: colors.yellow }[tone]
    return drawn.replace(/\S+/, (marks) =>
      paint(hasUnicode ? marks : marks.replace(/./g, ASCII[tone])),
    )
  }
}

const MARKS = { alive: '━', dead: '┄', foreign: '╍' } as const
const ASCII = { alive: '=', dead: '.', foreign: '-' } as const

/** Each with the same columns: agent, age, and where there is room pid and terminal. */
function labelRows(rows: readonly Row[], { now, columns, colors }: Frame): string[] {
  const cells = rows.map(({ agent, sinceMs, pid, tty }) => [
    cutTo(printable(agent), 20),
    sinceMs === null ? '?' : age(new Date(sinceMs).toISOString(), now),
    `pid ${pid}`,
    printable(tty),
  ])
  const widths = [0, 1, 2, 3].map((at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ''))))
  const isWide = columns >= NARROW
  return cells.map(([agent = '', since = '', pid = '', tty = '']) => {
    const first = `${padTo(agent, widths[0] ?? 0)}  ${padBefore(since, widths[1] ?? 0)}`
    const second = [pid, tty].filter(Boolean)
    if (!isWide) return `${first}  ${colors.dim(second.join(' '))}`
    const columnsOfSecond = [padTo(pid, widths[2] ?? 0), padTo(tty, widths[3] ?? 0)].join('  ')
    return `${first}  ${colors.dim(columnsOfSecond)}`
  })
}

function sayFacts(project: ProjectView, frame: Frame, isWhole: boolean): string[] {
  const { colors, columns, hasUnicode, withCommands } = frame
  const { files, backupPath } = project
  const fact = (label: string, text: string) => {
    const line = `  ${colors.dim(padTo(label, 7))} ${text}`
    if (isWhole && widthOf(line) > columns) return [`  ${colors.dim(label)}`, `    ${text}`]
    return [cutTo(line, columns, ellipsis(hasUnicode))]
  }
  const lines = files.flatMap(({ path, merged }) => {
    return fact('merged', `${printable(path)}: ${withTimes(merged.join(', '), hasUnicode)}`)
  })
  if (backupPath !== null) lines.push(...fact('backup', short(backupPath, frame)))
  if (!withCommands) return lines
  const commands = files.map(({ restoreByHand }) => restoreByHand)
  const shown = commands.filter((command) => command !== null)
  // Alone on its line and whole, to be copied; the terminal folds it.
  if (shown.length > 0) lines.push(`  ${colors.dim('by hand')}`, ...shown.map(colors.cyan))
  for (const { path } of files.filter(({ restoreByHand }) => restoreByHand === null)) {
    lines.push(...fact('by hand', `${printable(path)}: its backup is missing`))
  }
  return lines
}

function withTimes(text: string, hasUnicode: boolean): string {
  return hasUnicode ? text : text.replaceAll('×', 'x')
}

function nameOf({ projectPath, hash }: ProjectView, frame: Frame): string {
  return projectPath === null ? `project ${hash}` : short(projectPath, frame)
}

function short(path: string, { homeFolder }: Frame): string {
  const isBelow = homeFolder !== '' && path.startsWith(`${homeFolder}/`)
  return printable(isBelow ? `~${path.slice(homeFolder.length)}` : path)
}

function ellipsis(hasUnicode: boolean): string {
  return hasUnicode ? '…' : '...'
}
