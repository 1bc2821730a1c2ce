/** Whole sessions, joins, releases and recoveries of two processes, one file operation at a time. */
import { sessionsOfTwoProjects } from './exclude-scene.ts'
import { exploreAll } from './explore-all.ts'
import {
  firstSessions,
  reusedPid,
  sessionAndEditor,
  sessionAndRecovery,
  sessionWithoutFile,
  twoSessions,
} from './scenes.ts'

exploreAll('orders of two', {
  'two sessions': { scene: twoSessions, quick: [0, 1], full: [2, 1], deep: [3, 1] },
  'two sessions, preempted more often': { scene: twoSessions, quick: [1, 0], full: [3, 0] },
  'two sessions that both make the state home': {
    scene: firstSessions,
    quick: [0, 1],
    full: [1, 1],
  },
  'a session and a recovery': { scene: sessionAndRecovery, quick: [1, 1], full: [3, 1] },
  'a session and a recovery, of which both can be killed': {
    scene: sessionAndRecovery,
    quick: [0, 2],
    full: [1, 2],
  },
  'a session and a recovery where there is no settings file': {
    scene: sessionWithoutFile,
    quick: [0, 1],
    full: [1, 1],
  },
  'a session, and a person who saves': { scene: sessionAndEditor, quick: [1, 1], full: [3, 1] },
  'sessions of two projects that hide their settings': {
    scene: sessionsOfTwoProjects,
    quick: [1, 0],
    full: [1, 1],
  },
  'a session, and a later one with its pid': { scene: reusedPid, quick: [0, 1], full: [0, 2] },
})
