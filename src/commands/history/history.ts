/** `flow history [--all] [--limit N] [--json]`: past sessions, latest first, and how each ended. */
import pc from 'picocolors'
import { FlowError } from '../../errors.ts'
import { findRepository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { terminalWidth } from '../../ports/terminal-width.ts'
import { listPast, type Past } from '../../session/past.ts'
import { stateHome } from '../../state-home.ts'
import { asTyped } from '../as-typed.ts'
import { hasColors } from '../colors.ts'
import { projectsHere } from '../require-repository.ts'
import { sessionNames } from '../session-names.ts'
import { durationMs, endingOf, historyTable } from './render.ts'

export interface HistoryOptions {
  /** Of every project. */
  readonly all: boolean
  readonly json: boolean
  /** As it was typed; absent: 20. */
  readonly limit?: string | undefined
}

const LIMIT = 20

/** Version of the shape that `--json` prints; docs/JSON.md describes it. */
const JSON_VERSION = 1

interface HistoryView {
  readonly stateHome: string
  readonly scope: 'project' | 'all'
  /** How many there are, also beyond the limit. */
  readonly total: number
  readonly sessions: readonly Past[]
}

/** @returns exit code 0 @throws FlowError E_USAGE, E_STATE_* */
export function history(ports: Ports, { all, json, limit }: HistoryOptions): number {
  const { environment } = ports
  const count = parseLimit(limit)
  const home = stateHome(environment)
  const past = listPast(ports, home)
  const { scope, sessions } = all
    ? { scope: 'all' as const, sessions: past }
    : pastHere(ports, past)
  const { length: total } = sessions
  const view = { stateHome: home, scope, total, sessions: sessions.slice(0, count) }
  environment.print(json ? `${JSON.stringify(toJson(view), null, 2)}\n` : toText(ports, view))
  return 0
}

/** Those of the projects around the current directory; outside of any repository, all. */
export function pastHere(
  ports: Ports,
  past: readonly Past[],
): Pick<HistoryView, 'scope' | 'sessions'> {
  const isHere = projectsHere(ports)
  const sessions = past.filter(({ projectPath }) => isHere(projectPath))
  const isOutside =
    sessions.length === 0 && findRepository(ports, ports.environment.cwd).kind === 'none'
  return isOutside ? { scope: 'all', sessions: past } : { scope: 'project', sessions }
}

function toJson({ stateHome, scope, total, sessions }: HistoryView): object {
  return {
    version: JSON_VERSION,
    stateHome,
    scope,
    total,
    sessions: sessions.map((past) => {
      const ending = endingOf(past)
      return {
        sessionId: past.sessionId,
        kind: past.purpose?.kind ?? 'session',
        restored: past.purpose?.kind === 'restore' ? past.purpose.of : null,
        projectPath: past.projectPath,
        target: past.target,
        startedAt: past.createdAt,
        endedAt: past.closedAt,
        durationMs: durationMs(past),
        ending: ending.kind,
        recoveredBy: ending.kind === 'recovered' ? ending.by : null,
        agents: past.agents,
        files: past.files,
        backupPath: past.backupPath,
        canRestore: past.isKept,
      }
    }),
  }
}

function toText(ports: Ports, { stateHome, scope, total, sessions }: HistoryView): string {
  const { environment } = ports
  if (total === 0) {
    const text =
      scope === 'all'
        ? `no past sessions (state home: ${stateHome})\nnext: \`flow run\` starts an agent in a session\n`
        : 'no past sessions of this project\nnext: `flow run` starts one; `flow history --all` lists those of every project\n'
    return asTyped(ports, text)
  }
  const colors = pc.createColors(hasColors(environment))
  const lines = historyTable(sessions, {
    columns: terminalWidth() ?? 80,
    colors,
    homeFolder: environment.homeFolder,
    nameOf: sessionNames(ports, stateHome),
    withProject: scope === 'all' || new Set(sessions.map((past) => past.projectPath)).size > 1,
  })
  const more = total - sessions.length
  const scoped = scope === 'all' ? 'flow history --all' : 'flow history'
  if (more > 0) lines.push(asTyped(ports, `and ${more} more: ${scoped} --limit ${total}`))
  if (environment.stdoutIsTty && sessions.some(({ isKept }) => isKept)) {
    const next = asTyped(ports, '`flow restore SESSION` shows what it would put back, and asks')
    lines.push('', colors.dim(next))
  }
  return `${lines.join('\n')}\n`
}

function parseLimit(typed: string | undefined): number {
  const number = Number(typed ?? LIMIT)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new FlowError({
    code: 'E_USAGE',
    what: `--limit takes a number from 1 on, not "${typed}": flow history --limit ${LIMIT}`,
    exitCode: 2,
  })
}
