/** `flow hook notification`: shows what the client wants its person to know. */
import { basename } from 'node:path'
import { explain } from '../../errors.ts'
import { type Delivery, deliver } from '../../hooks/deliver.ts'
import { type Notification, notificationOf, parseNotification } from '../../hooks/notification.ts'
import { terminalSequence, throughTmux } from '../../hooks/terminal-sequence.ts'
import { type Facts, type Way, waysOf } from '../../hooks/ways.ts'
import type { Ports } from '../../ports/ports.ts'
import type { OwnSession } from '../../session/own-session.ts'
import { mayShow } from '../../session/shown-lately.ts'
import { gatherFacts } from './facts.ts'
import { showBy } from './show.ts'
import { tellTest, testAsJson } from './tell-test.ts'
import { givenValue, readWords } from './words.ts'

/** A client that never ends its input must not hold the hook. */
const STDIN_TIMEOUT_MS = 1_000

/**
 * Says nothing on its own account: standard output is the client's, and what went wrong is in the log.
 * @param args as `notificationWords` makes them
 * @param own where the session keeps what was shown lately; null: nothing is kept
 */
export async function onNotification(
  ports: Ports,
  args: readonly string[],
  own: OwnSession | null,
): Promise<void> {
  const { command, repeatAfterMs } = parseWords(args)
  const { environment } = ports
  const { variables } = environment
  const input = (await environment.readStdinFor(STDIN_TIMEOUT_MS)).toString('utf8')
  const notification = parseNotification(input, variables.CLAUDE_PROJECT_DIR)
  if (notification === undefined) {
    ports.log('hook', 'notification: no message was given')
    return
  }
  if (own !== null && isRepeated(ports, own, notification, repeatAfterMs)) {
    const seconds = repeatAfterMs / 1000
    ports.log('hook', `notification: nothing is shown: the same was, less than ${seconds} s ago`)
    return
  }
  const terminal = variables.CLAUDECODE === '1' ? 'client' : 'mute-client'
  const { facts, ways } = lookRound(ports, command, terminal)
  const delivery = await send(ports, ways, facts, notification, (text) =>
    environment.print(`${JSON.stringify({ terminalSequence: text })}\n`),
  )
  if (delivery.kind === 'lost') ports.log('hook', 'notification: no way was left, it is lost')
}

/** `--test`: which ways there are, which one took it and why, and what came of it. Exit code 1: none did. */
export async function tryNotification(ports: Ports, args: readonly string[]): Promise<number> {
  const { command, isJson } = parseWords(args)
  const { environment } = ports
  const { facts, ways } = lookRound(ports, command, environment.stdoutIsTty ? 'ours' : 'none')
  const notification = notificationOf(basename(folderOf(ports)), 'Notifications work here.', 'test')
  const delivery = await send(ports, ways, facts, notification, (text) =>
    environment.print(environment.variables.TMUX ? throughTmux(text) : text),
  )
  const tell = isJson ? testAsJson : tellTest
  environment.print(tell(ways, delivery, notification))
  return delivery.kind === 'sent' ? 0 : 1
}

/** Words from the first `--` on are those of a command of the person's own. */
function parseWords(args: readonly string[]) {
  const end = endOf(args)
  const words = readWords(args.slice(0, end), { values: ['repeat-after'], flags: ['test', 'json'] })
  const seconds = Number(givenValue(words, 'repeat-after') ?? 0)
  return {
    command: args.slice(end + 1),
    repeatAfterMs: seconds > 0 ? seconds * 1000 : 0,
    isJson: words.json === true,
  }
}

function endOf(args: readonly string[]): number {
  const at = args.indexOf('--')
  return at === -1 ? args.length : at
}

/** A mark that cannot be made is no reason to be silent. */
function isRepeated(
  ports: Ports,
  own: OwnSession,
  { title, message }: Notification,
  repeatAfterMs: number,
): boolean {
  try {
    return !mayShow(ports, own, `${title}\0${message}`, repeatAfterMs)
  } catch (error) {
    ports.log('hook', `notification: not known whether it was shown lately: ${explain(error)}`)
    return false
  }
}

function folderOf({ environment }: Ports): string {
  return environment.variables.CLAUDE_PROJECT_DIR || environment.cwd
}

function lookRound(
  ports: Ports,
  command: readonly string[],
  terminal: Facts['terminal'],
): { facts: Facts; ways: Way[] } {
  const facts = gatherFacts(ports, { command, terminal, folder: folderOf(ports) })
  const ways = waysOf(facts)
  for (const { name, kind, why } of ways)
    ports.log('hook', `notification: ${name}: ${kind}: ${why}`)
  return { facts, ways }
}

async function send(
  ports: Ports,
  ways: readonly Way[],
  facts: Facts,
  notification: Notification,
  writeSequence: (text: string) => void,
): Promise<Delivery> {
  const showing = { notification, facts, folder: folderOf(ports) }
  const delivery = await deliver(
    ways,
    async (way, timeoutMs) => {
      if (way.name !== 'terminal') return showBy(ports, way, showing, timeoutMs)
      writeSequence(terminalSequence(notification, facts.variables))
      return null
    },
    () => ports.clock.monotonicMs(),
  )
  for (const { way, why } of delivery.failed)
    ports.log('hook', `notification: ${way} failed: ${why}`)
  if (delivery.kind === 'sent') ports.log('hook', `notification: sent by ${delivery.way}`)
  return delivery
}
