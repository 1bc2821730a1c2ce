/** `flow history` for people: a line for each past session, and more where it does not fit. */
import type pc from 'picocolors'
import type { Past } from '../../session/past.ts'
import { layOut, padBefore, padTo, printable, widthOf, withTilde } from '../columns.ts'
import type { NameOf } from '../session-names.ts'
import { age, dateTime } from '../time.ts'
import { describeEnding, durationMs, endingOf, whoWasIn } from './ending.ts'

export interface TableStyle {
  readonly columns: number
  readonly colors: ReturnType<typeof pc.createColors>
  readonly homeFolder: string
  readonly nameOf: NameOf
  /** Names the project of each session. */
  readonly withProject: boolean
}

const MAX_WHO_WIDTH = 24

/** Latest first, as given. Nothing is cut off: what is too long goes on below. */
export function historyTable(sessions: readonly Past[], style: TableStyle): string[] {
  const { columns, colors, homeFolder, nameOf, withProject } = style
  const rows = sessions.map((past) => ({
    past,
    name: nameOf(past.sessionId),
    lasted: durationMs(past) === null ? '?' : age(past.createdAt, new Date(past.closedAt)),
    who: printable(whoWasIn(past)),
  }))
  const widest = (key: 'name' | 'lasted' | 'who') =>
    Math.max(0, ...rows.map((row) => widthOf(row[key])))
  const whoWidth = Math.min(MAX_WHO_WIDTH, widest('who'))
  const indent = widest('name') + 2
  return rows.flatMap(({ past, name, lasted, who }) => {
    const { createdAt, isKept, projectPath } = past
    const ending = printable(describeEnding(past, nameOf)) + (isKept ? '' : '; no backup left')
    const cells = [
      padTo(isKept ? colors.yellow(name) : colors.dim(name), indent - 2),
      colors.dim(dateTime(createdAt)),
      padBefore(lasted, widest('lasted')),
      padTo(who, whoWidth),
      endingOf(past).kind === 'clean' ? ending : colors.red(ending),
    ]
    const project = colors.dim(printable(withTilde(projectPath, homeFolder)))
    return [
      ...layOut(cells, columns, indent),
      ...(withProject ? [' '.repeat(indent) + project] : []),
    ]
  })
}
