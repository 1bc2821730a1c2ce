/** What `flow doctor` finds in a team's repository, and the commands that it proposes, run. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject } from 'vitest'
import { doctor } from '../../src/commands/doctor/doctor.ts'
import type { Finding } from '../../src/setup/finding.ts'
import { run } from './running.ts'
import { newTeam, type Team } from './team.ts'
import { FLOW, portsIn, type Setting } from './team-repository.ts'

/** A finding as `--json` prints it. */
export type Told = Omit<Finding, 'fix'> & { readonly mend?: string }

export interface Diagnosis {
  readonly code: number | null
  readonly findings: readonly Told[]
  /** Without those that are ok. */
  readonly troubles: readonly Told[]
}

export function untold({ mend, ...finding }: Told): Finding {
  return { ...finding, ...(mend !== undefined && { fix: mend }) }
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
  const { version, findings } = JSON.parse(stdout) as { version: number; findings: Told[] }
  expect(version).toBe(1)
  expect(code).toBe(findings.some(({ status }) => status === 'broken') ? 1 : 0)
  for (const { status, mend } of findings) if (status === 'ok') expect(mend).toBe(undefined)
  return { code, findings, troubles: findings.filter(({ status }) => status !== 'ok') }
}

/** The same for people. */
export function ask(team: Team, option = '', { before = '', flow = 'flow' }: Asking = {}) {
  return run(['/bin/sh', '-c', `${before}\n${flow} doctor ${option}`], team)
}

/** The same in this process. */
export async function diagnoseIn(cwd: string, setting: Setting = {}): Promise<Told[]> {
  const { ports, printed } = portsIn(cwd, setting)
  await doctor(ports, { json: true, verbose: false, packageFolder: FLOW })
  return (JSON.parse(printed.out) as { findings: Told[] }).findings
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
export async function mend(team: Team, finding: Told | undefined): Promise<void> {
  if (finding?.mend === undefined) throw new Error(`no command: ${JSON.stringify(finding)}`)
  const done = await run(['/bin/sh', '-ec', finding.mend], team)
  expect(`${done.code} ${done.stderr}`).toMatch(/^0 /)
}

/** Something that `flow doctor` finds. */
export interface Case {
  /** Breaks one thing; gives what else the shell needs for the command that mends it. */
  readonly break: (team: Team) => undefined | Readonly<Record<string, string>>
  /** Id and status of the one finding that is not ok. */
  readonly finds: readonly [string, 'warning' | 'broken']
  /** Stands in its title or details. */
  readonly says: string
}

/** An editor that a person would type the right text into. */
export function editorThatWrites(team: Team, text: string): Record<string, string> {
  const path = join(team.folder, 'bin/editor')
  writeFileSync(`${path}.txt`, text)
  writeFileSync(path, `#!/bin/sh\ncat '${path}.txt' >"$1"\n`)
  chmodSync(path, 0o755)
  return { EDITOR: 'editor' }
}

export function openHome(stateHome: string, mode: number): undefined {
  mkdirSync(stateHome)
  chmodSync(stateHome, mode)
}

export const hook = ({ cwd }: Team, name: string) => join(cwd, '.husky', name)

/** What was broken is the one finding, and its command mends it. */
export async function findsAndMends(one: Case): Promise<void> {
  const team = newTeam()
  const env = one.break(team)
  const { troubles } = await diagnose(team)
  expect(troubles.map(({ id, status }) => [id, status])).toEqual([one.finds])
  const [finding] = troubles
  expect(`${finding?.title}\n${finding?.detail}`).toContain(one.says)
  await mend({ ...team, env: { ...team.env, ...env } }, finding)
  expect((await diagnose(team)).troubles).toEqual([])
}

/** That these variables are 0 is found, and `command` mends it. */
export async function findsSwitch(names: readonly string[], command: string): Promise<void> {
  const team = newTeam()
  const before = names.map((name) => `export ${name}=0`).join('\n')
  const { troubles, code } = await diagnose(team, { before })
  expect(troubles.map(({ id, status, mend }) => [id, status, mend])).toEqual([
    ['switches', 'warning', command],
  ])
  expect(code).toBe(0)
  const after = await diagnose(team, { before: `${before}\n${troubles[0]?.mend}` })
  expect(after.troubles).toEqual([])
}
