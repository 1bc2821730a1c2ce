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

const LIMIT = 20

interface Scoped {
  readonly scope: 'project' | 'all'
  readonly sessions: readonly Past[]
}

/** @param limit as it was typed @returns exit code 0 @throws FlowError E_USAGE, E_STATE_* */
export function history(
  ports: Ports,
  { all, json, limit }: { all: boolean; json: boolean; limit?: string | undefined },
): number {
  const { environment } = ports
  const count = parseLimit(limit)
  const home = stateHome(environment)
  const past = listPast(ports, home)
  const scoped: Scoped = all ? { scope: 'all', sessions: past } : pastHere(ports, past)
  const { scope, sessions } = scoped
  const shown = sessions.slice(0, count).map(toJson)
  const document = { version: 1, stateHome: home, scope, total: sessions.length, sessions: shown }
  environment.print(
    json ? `${JSON.stringify(document, null, 2)}\n` : toText(ports, home, scoped, count),
  )
  return 0
}

/** Those of the projects around the current directory; outside of any repository, all. */
export function pastHere(ports: Ports, past: readonly Past[]): Scoped {
  const isHere = projectsHere(ports)
  const sessions = past.filter(({ projectPath }) => isHere(projectPath))
  const isOutside =
    sessions.length === 0 && findRepository(ports, ports.environment.cwd).kind === 'none'
  return isOutside ? { scope: 'all', sessions: past } : { scope: 'project', sessions }
}

/** docs/JSON.md describes it. */
function toJson(past: Past): object {
  const { purpose } = past
  return {
    sessionId: past.sessionId,
    kind: purpose?.kind ?? 'session',
    restored: purpose?.kind === 'restore' ? purpose.of : null,
    projectPath: past.projectPath,
    target: past.target,
    startedAt: past.createdAt,
    endedAt: past.closedAt,
    durationMs: durationMs(past),
    ...endingOf(past),
    agents: past.agents,
    files: past.files,
    backupPath: past.backupPath,
    canRestore: past.isKept,
  }
}

function toText(ports: Ports, home: string, { scope, sessions }: Scoped, count: number): string {
  const { environment } = ports
  const isAll = scope === 'all'
  if (sessions.length === 0) {
    const text = isAll
      ? `no past sessions (state home: ${home})\nnext: \`flow run\` starts an agent in a session\n`
      : 'no past sessions of this project\nnext: `flow run` starts one; `flow history --all` lists those of every project\n'
    return asTyped(ports, text)
  }
  const colors = pc.createColors(hasColors(environment))
  const shown = sessions.slice(0, count)
  const lines = historyTable(shown, {
    columns: terminalWidth() ?? 80,
    colors,
    homeFolder: environment.homeFolder,
    nameOf: sessionNames(ports, home),
    withProject: isAll || new Set(shown.map((past) => past.projectPath)).size > 1,
  })
  const more = sessions.length - shown.length
  const listing = `flow history${isAll ? ' --all' : ''} --limit ${sessions.length}`
  if (more > 0) lines.push(asTyped(ports, `and ${more} more: ${listing}`))
  if (environment.stdoutIsTty && shown.some(({ isKept }) => isKept)) {
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
