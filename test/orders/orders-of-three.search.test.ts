/** Whole sessions, joins, releases and recoveries of three processes, one file operation at a time. */
import { exploreAll } from './explore-all.ts'
import {
  outlivingAgent,
  outlivingAgentAndSession,
  reusedByStranger,
  reusedPidAmongOthers,
  threeSessions,
  twoRecoveries,
  twoSessionsAndBranchSwitch,
  twoSessionsAndEditor,
  twoSessionsAndRecovery,
} from './scenes.ts'

exploreAll('orders of three', {
  'two sessions and a recovery': {
    scene: twoSessionsAndRecovery,
    quick: [0, 1],
    full: [1, 1],
    deep: [2, 1],
  },
  'two sessions and a recovery, preempted twice': {
    scene: twoSessionsAndRecovery,
    quick: [0, 0],
    full: [2, 0],
  },
  'three sessions': { scene: threeSessions, quick: [0, 0], full: [0, 1] },
  'a session and two recoveries': { scene: twoRecoveries, quick: [0, 1], full: [1, 1] },
  'two sessions, and a person who saves': {
    scene: twoSessionsAndEditor,
    quick: [0, 0],
    full: [0, 1],
    deep: [1, 1],
  },
  'two sessions, and a branch switch that takes the entries out': {
    scene: twoSessionsAndBranchSwitch,
    quick: [0, 0],
    full: [0, 1],
    deep: [1, 1],
  },
  'a session whose wrapper dies before its agent, and a recovery': {
    scene: outlivingAgent,
    quick: [0, 1],
    full: [2, 1],
  },
  'a session whose wrapper dies before its agent, and another session': {
    scene: outlivingAgentAndSession,
    quick: [0, 1],
    full: [1, 1],
  },
  'a session, a later one with its pid, and a recovery': {
    scene: reusedPidAmongOthers,
    quick: [0, 1],
    full: [0, 1],
    deep: [1, 1],
  },
  'a session, a stranger who gets its pid, and a recovery': {
    scene: reusedByStranger,
    quick: [0, 1],
    full: [2, 1],
  },
})
