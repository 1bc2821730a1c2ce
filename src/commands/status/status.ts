/** `flow status [--watch] [--json] [--verbose]`: who is in a session, where, since when, and what is merged. */
import pc from 'picocolors'
import type { Ending } from '../../ports/ending.ts'
import type { Ports } from '../../ports/ports.ts'
import { drawUntilQuit, repeat, type ScreenSize } from '../../ports/screen.ts'
import { terminalWidth } from '../../ports/terminal-width.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped } from '../as-typed.ts'
import { hasColors, hasScreen, hasUnicode } from '../colors.ts'
import { truncateTo } from '../columns.ts'
import { sessionNames } from '../session-names.ts'
import { clockTime } from '../time.ts'
import { type Frame, render } from './render.ts'
import { toJson, viewStatus } from './view.ts'

/**
 * The state directory is read again this often. Ages change all the time, and a watch on every directory
 * of every project would cost more than reading them.
 */
const EVERY_MS = 1_000

/** Exit code 0, whatever there is to report; `watch` ends by the user, or when the reader has left. @throws FlowError E_STATE_LINK, E_STATE_READ */
export async function status(
  ports: Ports,
  { json, watch, verbose }: Record<'json' | 'watch' | 'verbose', boolean>,
): Promise<Ending> {
  const { environment } = ports
  if (watch && !json && hasScreen(environment)) {
    return drawUntilQuit((size) => drawScreen(ports, size), EVERY_MS)
  }
  let last = ''
  await repeat(() => {
    const view = viewStatus(ports, stateHome(environment))
    const document = JSON.stringify(toJson(view), null, watch ? 0 : 2)
    if (document === last) return true
    const space = last === '' ? '' : '\n'
    last = document
    const frame = frameFor(ports, verbose ? 'verbose' : 'normal')
    const text = json ? document : space + render(view, frame).join('\n')
    return environment.print(`${text}\n`) !== false && watch
  }, EVERY_MS)
  return { exitCode: 0 }
}

function frameFor(ports: Ports, detail: Frame['detail']): Frame {
  const { environment } = ports
  return {
    now: ports.clock.now(),
    columns: terminalWidth() ?? 80,
    colors: pc.createColors(hasColors(environment)),
    hasUnicode: hasUnicode(environment),
    hasBars: environment.variables.TERM !== 'dumb',
    homeFolder: environment.homeFolder,
    nameOf: sessionNames(ports, stateHome(environment)),
    typed: (text) => asTyped(ports, text),
    detail,
  }
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
  const room = Math.max(1, rows - 2)
  const shown = body.length > room ? body.slice(0, room - 1) : body
  const below = body.length - shown.length
  return [
    frame.colors.dim(truncateTo(head, columns)),
    '',
    ...shown.map((line) => truncateTo(line, columns, frame.hasUnicode ? '…' : '...')),
    ...(below === 0 ? [] : [frame.colors.dim(`and ${below} more lines: make the window higher`)]),
  ]
}
