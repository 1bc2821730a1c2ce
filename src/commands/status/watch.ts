/** `flow status --watch`: the same in place, or one answer after another where there is no screen. */
import type { Ending } from '../../ports/ending.ts'
import type { Ports } from '../../ports/ports.ts'
import { drawUntilQuit, repeat, type ScreenSize } from '../../ports/screen.ts'
import { stateHome } from '../../state-home.ts'
import { hasScreen } from '../colors.ts'
import { cutTo } from '../columns.ts'
import { clockTime } from '../time.ts'
import { render } from './render.ts'
import { frameFor, type StatusOptions } from './status.ts'
import { toJson, viewStatus } from './view.ts'

/**
 * The state directory is read again this often. Ages change all the time, and a watch on every directory
 * of every project would cost more than reading them.
 */
const EVERY_MS = 1_000

/** Ends when the user ends it, or the reader has left. */
export async function watchStatus(ports: Ports, { json, verbose }: StatusOptions): Promise<Ending> {
  if (!json && hasScreen(ports.environment)) {
    return drawUntilQuit((size) => drawScreen(ports, size), EVERY_MS)
  }
  let last = ''
  await repeat(() => {
    const view = viewStatus(ports, stateHome(ports.environment))
    const document = JSON.stringify(toJson(view))
    if (document === last) return true
    const space = last === '' ? '' : '\n'
    last = document
    const frame = frameFor(ports, verbose ? 'verbose' : 'normal')
    const text = json ? document : space + render(view, frame).join('\n')
    return ports.environment.print(`${text}\n`) !== false
  }, EVERY_MS)
  return { exitCode: 0 }
}

/** As many lines as there is room for: the last of them says how many are below. */
function drawScreen(ports: Ports, { columns, rows }: ScreenSize): string[] {
  const view = viewStatus(ports, stateHome(ports.environment))
  const frame = { ...frameFor(ports, 'screen'), columns }
  const count = view.projects.length
  const sessions = count === 1 ? '1 session' : `${count === 0 ? 'no' : count} sessions`
  const head = `flow status  ${sessions}  ${clockTime(frame.now, frame.now)}  q quits`
  const body =
    count === 0 ? [frame.typed('waiting for `flow run` to start one')] : render(view, frame)
  const room = Math.max(0, rows - 2)
  const below = body.length > room ? body.length - room + 1 : 0
  const shown = below === 0 ? body : body.slice(0, Math.max(0, room - 1))
  return [
    frame.colors.dim(cutTo(head, columns)),
    '',
    ...shown.map((line) => cutTo(line, columns, frame.hasUnicode ? '…' : '...')),
    ...(below === 0 ? [] : [frame.colors.dim(`and ${below} more lines: make the window higher`)]),
  ]
}
