/** What `flow doctor` finds in a team's repository, and the commands that it proposes, run. */
import { join } from 'node:path'
import { expect, inject } from 'vitest'
import type { Finding } from '../../src/commands/doctor/finding.ts'
import { run } from './running.ts'
import type { Team } from './team.ts'

export interface Diagnosis {
  readonly code: number | null
  readonly findings: readonly Finding[]
  /** Without those that are ok. */
  readonly troubles: readonly Finding[]
}

/** A flow that stays where the team's own is taken away. */
const CLI = () => join(inject('installed'), 'node_modules/flow-agent/dist/cli.cjs')

interface Asking {
  /** Lines of the same shell. */
  readonly before?: string
  /** The command's first words. */
  readonly flow?: string
}

export async function diagnose(team: Team, asking: Asking = {}): Promise<Diagnosis> {
  const { code, stdout, stderr } = await ask(team, '--json', asking)
  expect(stderr).toBe('')
  const { version, findings } = JSON.parse(stdout) as { version: number; findings: Finding[] }
  expect(version).toBe(1)
  expect(code).toBe(findings.some(({ status }) => status === 'broken') ? 1 : 0)
  for (const { status, mend } of findings) if (status === 'ok') expect(mend).toBe(undefined)
  return { code, findings, troubles: findings.filter(({ status }) => status !== 'ok') }
}

/** The same for people. */
export function ask(team: Team, option = '', { before = '', flow = 'flow' }: Asking = {}) {
  return run(['/bin/sh', '-c', `${before}\n${flow} doctor ${option}`], team)
}

/** The title of a finding that is ok, or of one that is not. */
export function titleOf({ findings }: Diagnosis, id: string): string | undefined {
  return findings.find((finding) => finding.id === id)?.title
}

/** A node and a flow by their whole paths: nothing of the team's and nothing on PATH is needed. */
export function foreignFlow(): string {
  return `${process.execPath} ${CLI()}`
}

/** Runs exactly the command that a finding proposes. */
export async function mend(team: Team, finding: Finding | undefined): Promise<void> {
  if (finding?.mend === undefined) throw new Error(`no command: ${JSON.stringify(finding)}`)
  const done = await run(['/bin/sh', '-ec', finding.mend], team)
  expect(`${done.code} ${done.stderr}`).toMatch(/^0 /)
}
