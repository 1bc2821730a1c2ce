/** `flow history` for people: a line for each past session, or a few where the window is narrow. */
import type pc from 'picocolors'
import type { Past } from '../../session/past.ts'
import { padBefore, padTo, printable, widthOf } from '../columns.ts'
import type { NameOf } from '../session-names.ts'
import { age, dateTime } from '../time.ts'
import { describeEnding, durationMs, endingOf, whoWasIn } from './words.ts'

export interface TableStyle {
  /** Infinity where it is no terminal. */
  readonly columns: number
  readonly colors: ReturnType<typeof pc.createColors>
  readonly homeFolder: string
  readonly nameOf: NameOf
  /** Also says of which project each is. */
  readonly withProject: boolean
}

/** Below this a session has lines of its own for each part. */
const NARROW = 72

/** Latest first, as given. Nothing is cut off: what is too long goes on below. */
export function historyTable(sessions: readonly Past[], style: TableStyle): string[] {
  const cells = sessions.map((past) => cellsOf(past, style))
  if (style.columns < NARROW) return cells.flatMap((cell) => drawNarrow(cell, style))
  const widest = (pick: (cell: Cells) => string) =>
    Math.max(0, ...cells.map((c) => widthOf(pick(c))))
  const widths = {
    id: widest(({ id }) => id),
    lasted: widest(({ lasted }) => lasted),
    who: Math.min(
      24,
      widest(({ who }) => who),
    ),
  }
  return cells.flatMap((cell) => drawWide(cell, widths, style))
}

interface Cells {
  readonly id: string
  readonly began: string
  readonly lasted: string
  readonly who: string
  readonly ending: string
  readonly isClean: boolean
  readonly isKept: boolean
  readonly project: string
}

function cellsOf(past: Past, style: TableStyle): Cells {
  const { sessionId, createdAt, closedAt, projectPath, isKept } = past
  const { homeFolder, withProject, nameOf } = style
  const lasted = durationMs(past) === null ? '?' : age(createdAt, new Date(closedAt))
  const isBelow = homeFolder !== '' && projectPath.startsWith(`${homeFolder}/`)
  const place = isBelow ? `~${projectPath.slice(homeFolder.length)}` : projectPath
  return {
    id: nameOf(sessionId),
    began: dateTime(createdAt),
    lasted,
    who: printable(whoWasIn(past)),
    ending: printable(describeEnding(past, nameOf)),
    isClean: endingOf(past).kind === 'clean',
    isKept,
    project: withProject ? printable(place) : '',
  }
}

function drawWide(
  { id, began, lasted, who, ending, isClean, isKept, project }: Cells,
  widths: { readonly id: number; readonly lasted: number; readonly who: number },
  { colors, columns }: TableStyle,
): string[] {
  const paintedId = isKept ? colors.yellow(id) : colors.dim(id)
  const head = [
    padTo(paintedId, widths.id),
    colors.dim(began),
    padBefore(lasted, widths.lasted),
    padTo(who, widths.who),
  ].join('  ')
  const paint = isClean ? (text: string) => text : colors.red
  const words = [ending, ...lost(isKept)].join('; ')
  const indent = ' '.repeat(widths.id + 2)
  const below = project === '' ? [] : [`${indent}${colors.dim(project)}`]
  if (widthOf(head) + 2 + widthOf(words) <= columns) return [`${head}  ${paint(words)}`, ...below]
  return [
    head.trimEnd(),
    ...fold(words, columns - indent.length).map((line) => indent + paint(line)),
    ...below,
  ]
}

function drawNarrow(cells: Cells, { colors, columns }: TableStyle): string[] {
  const { id, began, lasted, who, ending, isClean, isKept, project } = cells
  const paint = isClean ? (text: string) => text : colors.red
  const room = columns - 2
  return [
    `${isKept ? colors.yellow(id) : colors.dim(id)}  ${colors.dim(began)}`,
    ...fold(`${who}${lasted === '?' ? '' : `, ${lasted}`}`, room).map((line) => `  ${line}`),
    ...fold([ending, ...lost(isKept)].join('; '), room).map((line) => `  ${paint(line)}`),
    ...(project === '' ? [] : [`  ${colors.dim(project)}`]),
  ]
}

function lost(isKept: boolean): string[] {
  return isKept ? [] : ['no backup left']
}

/** Between words; a word that is wider than the room stays whole, and the terminal folds it. */
function fold(text: string, room: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= room) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}
