/**
 * Faults to be sown into the protocol's own source, each of which the explorer has to find. They are
 * the classical ones: a change that brings one of them back goes red in the same way.
 */

import { heldByDead, session, sound } from './actors.ts'
import { sessionsOfTwoProjects } from './exclude-scene.ts'
import { oldListing, slowProcess } from './gate-scenes.ts'
import type { Scene } from './scene.ts'
import {
  outlivingAgent,
  outlivingAgentAndSession,
  reusedByStranger,
  sessionAndRecovery,
  twoSessions,
} from './scenes.ts'

export interface Fault {
  /** Below `src/session/`. */
  readonly file: string
  /** What stands there exactly once now, and what takes its place. */
  readonly edits: readonly (readonly [now: string, sown: string])[]
  readonly scene: Scene
  /** What the explorer says. */
  readonly says: RegExp
}

const NO_BREAK = { preemptions: 0, kills: 0 }

export const faults: Record<string, Fault> = {
  'the workspace is changed before backup.json stands': {
    file: 'open.ts',
    edits: [
      [
        `    writeState(ports, paths.backupRefPath, printState(ref))
    const present = writeFiles(ports, paths, ref, prepared, request)
`,
        `    const present = writeFiles(ports, paths, ref, prepared, request)
    writeState(ports, paths.backupRefPath, printState(ref))
`,
      ],
    ],
    scene: twoSessions(NO_BREAK),
    says: /^the entries are in, and backup.json does not stand/,
  },

  "a dead holder's claim is unlinked and made anew": {
    file: 'claim.ts',
    edits: [
      [
        `(\${verdict.reason})\`)
    return open`,
        `(\${verdict.reason})\`)
    remove(ports, join(folder, String(number)))
    return { ...open, number: number - 1 }`,
      ],
      [
        'isOurs = isTop && readText(ports, join(folder, String(number - 1))) === judgedText',
        'isOurs = isTop',
      ],
    ],
    scene: { ...twoSessions({ preemptions: 2, kills: 0 }), tree: heldByDead() },
    says: /^two hold the gate/,
  },

  'the folder of a starting session is deleted': {
    file: 'recover.ts',
    edits: [
      [
        "import { absentAs } from './state-file.ts'",
        "import { absentAs, listState, removeState } from './state-file.ts'",
      ],
      [
        '      return isWorthALook(',
        `      if (getBackupRef(ports, paths).kind === 'absent') {
        for (const name of listState(ports, paths.pidsFolder)) {
          removeState(ports, paths.pidsFolder + '/' + name)
        }
        sweepSessionFolder(ports, paths)
      }
      return isWorthALook(`,
      ],
    ],
    scene: sessionAndRecovery({ preemptions: 1, kills: 0 }),
    says: /^(process 0 failed|the entries are out while somebody is in)/,
  },

  'the last one out takes no gate': {
    file: 'session.ts',
    edits: [
      [
        "  return withGate(ports, paths, lock, { purpose: 'release' }, () => {",
        '  return ((body: () => ReleaseResult) => body())(() => {',
      ],
    ],
    scene: twoSessions({ preemptions: 1, kills: 0 }),
    says: /^(process \d failed|the entries are out while somebody is in|the entries are in, and backup|backup.json stands)/,
  },

  'backup.json goes before the workspace is restored': {
    file: 'close.ts',
    edits: [
      [
        '  const { project, files } = restoreFiles(ports, ref, closing)',
        '  removeState(ports, paths.backupRefPath)\n  const { project, files } = restoreFiles(ports, ref, closing)',
      ],
    ],
    scene: twoSessions(NO_BREAK),
    says: /^the entries are in, and backup.json does not stand/,
  },

  'the session is closed before the workspace is restored': {
    file: 'close.ts',
    edits: [
      [
        '  const { project, files } = restoreFiles(ports, ref, closing)',
        `  finalizeSessionCleanup(ports, paths, ref, { by: closing.by, files: [] })
  const { project, files } = restoreFiles(ports, ref, closing)`,
      ],
    ],
    scene: sound({ actors: [session(1)], preemptions: 0, kills: 1 }),
    says: /^the entries are in a closed session/,
  },

  'a starting process decides by what it saw before the gate': {
    file: 'session.ts',
    edits: [
      [
        `  return withGate(ports, paths, self, gate, () => {
    const state = dropDead(ports, paths, readFolder(ports, paths))`,
        `  const early = readFolder(ports, paths)
  return withGate(ports, paths, self, gate, () => {
    const state = dropDead(ports, paths, early)`,
      ],
    ],
    scene: twoSessions({ preemptions: 1, kills: 0 }),
    says: /./,
  },

  'sessions of two projects change info/exclude without a lock': {
    file: 'repository-lock.ts',
    edits: [['      withGate(ports, paths, ownRecord(ports), gate, edit)', '      edit()']],
    scene: sessionsOfTwoProjects({ preemptions: 1, kills: 0 }),
    says: /^a session is open, and git sees the settings/,
  },

  'a later process with the same pid counts as the first one': {
    file: 'pid-lock.ts',
    edits: [['if (record.startTime !== null && differ(', 'if (record.startTime === "" && differ(']],
    scene: reusedByStranger({ preemptions: 0, kills: 1 }),
    says: /^process 2 failed: Error: it leaves the entries in/,
  },

  "an agent's record does not keep its session open": {
    file: 'state.ts',
    edits: [
      [
        '  return [...agents, ...wrappers]',
        `  const dead = agents.map((agent) => ({ ...agent, verdict: { kind: 'dead', reason: '' } }))
  return [...dead, ...wrappers]`,
      ],
    ],
    scene: outlivingAgent({ preemptions: 0, kills: 1 }),
    says: /^the entries are out while somebody is in/,
  },

  'an agent that records itself meanwhile is not seen': {
    file: 'state.ts',
    edits: [["participants.every(({ verdict }) => verdict.kind !== 'dead') ||", 'true ||']],
    scene: outlivingAgentAndSession({ preemptions: 1, kills: 1 }),
    says: /^the entries are out while somebody is in/,
  },

  'claims are swept downwards, and the judged one is not read again': {
    file: 'claim.ts',
    edits: [
      ['lower.sort((a, b) => a - b)', 'lower.sort((a, b) => b - a)'],
      [
        'isOurs = isTop && readText(ports, join(folder, String(number - 1))) === judgedText',
        'isOurs = isTop',
      ],
    ],
    scene: slowProcess({ preemptions: 2, kills: 0 }),
    says: /^two processes (hold the gate|are inside)/,
  },

  'the judged claim is not read again': {
    file: 'claim.ts',
    edits: [
      [
        'isOurs = isTop && readText(ports, join(folder, String(number - 1))) === judgedText',
        'isOurs = isTop',
      ],
    ],
    scene: slowProcess({ preemptions: 1, kills: 0 }),
    says: /^two processes (hold the gate|are inside)/,
  },

  'a claim counts without a look at the top': {
    file: 'claim.ts',
    edits: [['isOurs = isTop && readText(', 'isOurs = readText(']],
    scene: oldListing({ preemptions: 0, kills: 1 }),
    says: /^two processes (hold the gate|are inside)/,
  },
}
