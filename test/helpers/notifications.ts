/** The Notification hook as a session merges it, called as Claude Code calls it. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printRunId, projectHash } from '../../src/session/layout.ts'
import type { WorkingAgent } from './agent.ts'
import { type Ended, run } from './running.ts'
import { backupRefs, settingsOf, type Team } from './team.ts'

const INPUT = JSON.stringify({ message: 'Claude waits', notification_type: 'idle_prompt' })
export const DESKTOP = { DISPLAY: ':0' }
export const QUIET = { code: 0, signal: null, stdout: '', stderr: '' }

const ENDED_PIPE = 'printf %s "$INPUT" |'
/** The shell holds the other end of this one as long as the hook runs. */
export const PIPE_NEVER_CLOSED =
  'mkfifo ../pipe && exec 3<>../pipe && printf %s "$INPUT" >&3 && <../pipe'

/** Runs the merged hook in the agent's session, its input handed over as Claude Code does. */
export function notify(
  team: Team,
  agent: WorkingAgent,
  variables: NodeJS.ProcessEnv = {},
  input = ENDED_PIPE,
): Promise<Ended> {
  const { hooks } = JSON.parse(settingsOf(team))
  const { command } = hooks.Notification.at(-1).hooks[0]
  const { sessionId } = JSON.parse(readFileSync(backupRefs(team)[0] ?? '', 'utf8'))
  const runId = printRunId({ hash: projectHash(team.cwd), sessionId, stem: `${agent.flow.pid}` })
  const { SSH_CONNECTION: _, SSH_TTY: __, ...env } = team.env
  const own = { FLOW_RUN_ID: runId, CLAUDE_PROJECT_DIR: team.cwd }
  const place = { cwd: team.cwd, env: { ...env, ...own, INPUT, ...variables } }
  return run(['/bin/sh', '-c', `${input} ${command}`], place)
}

/** Puts a program on the team's PATH. */
export function program({ folder }: Team, name: string, body: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${body}\n`)
  chmodSync(join(folder, 'bin', name), 0o755)
}
