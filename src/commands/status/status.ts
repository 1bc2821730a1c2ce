/** `flow status [--watch] [--json]`: who is in a session, where, since when, what is merged, how to undo it by hand. */
import pc from 'picocolors'
import type { Ending } from '../../ports/ending.ts'
import type { Ports } from '../../ports/ports.ts'
import { terminalWidth } from '../../ports/terminal-width.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped } from '../as-typed.ts'
import { hasColors, hasPictures, hasUnicode } from '../colors.ts'
import { toJson } from './json.ts'
import { type Frame, picture } from './picture.ts'
import { emptyState, toPlain } from './plain.ts'
import { viewStatus } from './view.ts'

export interface StatusOptions {
  readonly json: boolean
  /** Goes on telling until somebody ends it. */
  readonly watch: boolean
}

/** Exit code 0, whatever there is to say. */
export async function status(ports: Ports, options: StatusOptions): Promise<Ending> {
  if (options.watch) {
    const { watchStatus } = await import('./watch.ts')
    return watchStatus(ports, options)
  }
  const { environment } = ports
  const home = stateHome(environment)
  const view = viewStatus(ports, home)
  const now = ports.clock.now()
  const typed = (text: string) => asTyped(ports, text)
  if (options.json) environment.print(`${JSON.stringify(toJson(view), null, 2)}\n`)
  else if (!hasPictures(environment)) environment.print(toPlain(view, now, typed))
  else if (view.projects.length === 0) environment.print(typed(emptyState(home)))
  else environment.print(`${picture(view, frameFor(ports, now)).join('\n')}\n`)
  return { exitCode: 0 }
}

export function frameFor(ports: Ports, now: Date): Frame {
  const { environment } = ports
  return {
    now,
    columns: terminalWidth() ?? 80,
    colors: pc.createColors(hasColors(environment)),
    hasUnicode: hasUnicode(environment),
    homeFolder: environment.homeFolder,
    typed: (text) => asTyped(ports, text),
    withCommands: true,
  }
}
