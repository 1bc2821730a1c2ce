/** `flow status` for pipes, logs and screen readers: every fact in words, a line each, nothing cut off. */

import { describeParticipants } from '../participants.ts'
import { age } from '../time.ts'
import type { ProjectView, StatusView } from './view.ts'

/** Makes the commands in a text such as can be typed. */
export type Typed = (text: string) => string

export function toPlain({ stateHome, projects }: StatusView, now: Date, typed: Typed): string {
  if (projects.length === 0) return typed(emptyState(stateHome))
  return projects.map((project) => describe(project, now, typed)).join('\n')
}

export function emptyState(stateHome: string): string {
  return [
    `no session is open (state home: ${stateHome})`,
    'next: `flow run` starts an agent in one; `flow history` lists those that are over',
    '',
  ].join('\n')
}

function describe(project: ProjectView, now: Date, typed: Typed): string {
  const { projectPath, hash, sessionId, since, damaged, backupPath, files, filter } = project
  const lines = [projectPath ?? `project ${hash}`]
  const add = (label: string, text: string) => lines.push(`  ${label.padEnd(9)} ${text}`)
  if (project.isHere) add('here', 'you are in this project')
  if (sessionId !== null) add('session', `${sessionId}, open for ${age(since ?? '', now)}`)
  if (damaged !== null)
    add('damaged', `backup.json: ${damaged}; ${typed('`flow recover`')} uses its twin`)
  for (const line of describeParticipants(project.participants, now)) add('in it', line)
  if (project.isOrphaned) {
    add('orphaned', typed('nobody is alive in it: `flow recover` puts the files back'))
  }
  for (const { path, merged } of files) add('merged', `${path}: ${merged.join(', ')}`)
  if (backupPath !== null) add('backup', backupPath)
  for (const { path, restoreByHand } of files) {
    const lost = `${path}: its backup is missing; ${typed('`flow recover`')} says what is left`
    add('by hand', restoreByHand ?? lost)
  }
  if (filter !== null && filter.length > 0) {
    add('git', `sees the settings without flow's hooks, by lines in ${filter.join(', ')}`)
  }
  return `${lines.join('\n')}\n`
}
