/** `flow status --watch`: the same in place, or one answer after another where there is no screen. */
import type { Ending } from '../../ports/ending.ts'
import type { Ports } from '../../ports/ports.ts'
import { drawUntilQuit, repeat, type ScreenSize } from '../../ports/screen.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped } from '../as-typed.ts'
import { hasPictures } from '../colors.ts'
import { cutTo } from '../columns.ts'
import { clockTime } from '../time.ts'
import { toJson } from './json.ts'
import { picture } from './picture.ts'
import { toPlain } from './plain.ts'
import { frameFor, type StatusOptions } from './status.ts'
import { viewStatus } from './view.ts'

/**
 * The state home is read anew this often. Ages change all the time, and a watch on every folder of
 * every project would cost more than reading them.
 */
const EVERY_MS = 1_000

/** Ends when the person ends it, or the reader has left. */
export async function watchStatus(ports: Ports, { json }: StatusOptions): Promise<Ending> {
  if (!json && hasPictures(ports.environment)) {
    return drawUntilQuit((size) => drawScreen(ports, size), EVERY_MS)
  }
  let last = ''
  await repeat(() => {
    const view = viewStatus(ports, stateHome(ports.environment))
    const document = JSON.stringify(toJson(view))
    if (document === last) return true
    const space = last === '' ? '' : '\n'
    last = document
    const text = json
      ? `${document}\n`
      : space + toPlain(view, ports.clock.now(), (line) => asTyped(ports, line))
    return ports.environment.print(text) !== false
  }, EVERY_MS)
  return { exitCode: 0 }
}

/** As many lines as there is room for: the last of them says how many are below. */
function drawScreen(ports: Ports, { columns, rows }: ScreenSize): string[] {
  const home = stateHome(ports.environment)
  const view = viewStatus(ports, home)
  const now = ports.clock.now()
  const frame = { ...frameFor(ports, now), columns, withCommands: false }
  const count = view.projects.length
  const sessions = count === 1 ? '1 session' : `${count === 0 ? 'no' : count} sessions`
  const head = cutTo(`flow status  ${sessions}  ${clockTime(now, now)}  q quits`, columns)
  const body =
    count === 0 ? [frame.typed('waiting for `flow run` to start one')] : picture(view, frame)
  const room = Math.max(0, rows - 2)
  if (body.length <= room) return [frame.colors.dim(head), '', ...body]
  const below = body.length - room + 1
  return [
    frame.colors.dim(head),
    '',
    ...body.slice(0, Math.max(0, room - 1)),
    frame.colors.dim(`and ${below} more lines: make the window higher`),
  ]
}
