/** `flow status [--watch] [--json] [--verbose]`: who is in a session, where, since when, and what is merged. */
import pc from 'picocolors'
import type { Ending } from '../../ports/ending.ts'
import type { Ports } from '../../ports/ports.ts'
import { terminalWidth } from '../../ports/terminal-width.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped } from '../as-typed.ts'
import { hasColors, hasUnicode } from '../colors.ts'
import { sessionNames } from '../session-names.ts'
import { type Frame, render } from './render.ts'
import { toJson, viewStatus } from './view.ts'

export interface StatusOptions {
  readonly json: boolean
  /** Goes on until the user ends it. */
  readonly watch: boolean
  /** Every project in full, and the commands that restore by hand. */
  readonly verbose: boolean
}

/** Exit code 0, whatever there is to report. @throws FlowError E_STATE_LINK, E_STATE_READ */
export async function status(ports: Ports, options: StatusOptions): Promise<Ending> {
  if (options.watch) {
    const { watchStatus } = await import('./watch.ts')
    return watchStatus(ports, options)
  }
  const { environment } = ports
  const view = viewStatus(ports, stateHome(environment))
  const text = options.json
    ? JSON.stringify(toJson(view), null, 2)
    : render(view, frameFor(ports, options.verbose ? 'verbose' : 'normal')).join('\n')
  environment.print(`${text}\n`)
  return { exitCode: 0 }
}

export function frameFor(ports: Ports, detail: Frame['detail']): Frame {
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
