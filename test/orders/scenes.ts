/** Who does what in the explored orders. */

import {
  agent,
  branchSwitch,
  editor,
  fullRecovery,
  recovery,
  session,
  sessionAfterSwitch,
  sound,
  soundWithoutFile,
  stranger,
  untouched,
} from './actors.ts'
import type { Actor, Bound, Scene } from './scene.ts'

const twin = (actor: Actor, twinOf: number): Actor => ({ ...actor, twinOf })

export const twoSessions = (bound: Bound): Scene =>
  sound({ actors: [session(1), twin(session(2), 0)], ...bound })

export const sessionAndRecovery = (bound: Bound): Scene =>
  sound({ actors: [session(1), recovery(2)], ...bound })

export const sessionAndEditor = (bound: Bound): Scene =>
  sound({ actors: [session(1), editor(2)], ...bound })

export const sessionWithoutFile = (bound: Bound): Scene =>
  soundWithoutFile({ actors: [session(1), recovery(2)], ...bound })

/** Both make the state home and the gate. */
export const firstSessions = (bound: Bound): Scene => ({
  ...twoSessions(bound),
  tree: untouched(),
})

/** A late one has the pid of the one that is over. */
export const reusedPid = (bound: Bound): Scene =>
  sound({ actors: [session(1), { ...session(1), after: 0 }], ...bound })

/** The pid of the one that is over belongs to somebody who has nothing to do with flow. */
export const reusedByStranger = (bound: Bound): Scene =>
  sound({
    actors: [session(1), { ...stranger(1), after: 0 }, { ...fullRecovery(3), after: 0 }],
    ...bound,
  })

/** The wrapper can be killed as soon as its agent is recorded, and the agent goes on. */
export const outlivingAgent = (bound: Bound): Scene =>
  sound({
    actors: [{ ...session(1), waitsFor: 1 }, agent(21, { pid: 1, actor: 0 }), recovery(3)],
    spares: (actor, [wrapper, itsAgent]) =>
      actor === 0 && wrapper?.errand === 1 && itsAgent?.errand === 0,
    ...bound,
  })

/** The same, and another session that comes in. */
export const outlivingAgentAndSession = (bound: Bound): Scene => ({
  ...outlivingAgent(bound),
  ...sound({
    actors: [{ ...session(1), waitsFor: 1 }, agent(21, { pid: 1, actor: 0 }), session(3)],
    ...bound,
  }),
})

export const twoSessionsAndRecovery = (bound: Bound): Scene =>
  sound({ actors: [session(1), twin(session(2), 0), recovery(3)], ...bound })

export const twoSessionsAndEditor = (bound: Bound): Scene =>
  sound({ actors: [session(1), twin(session(2), 0), editor(3)], ...bound })

/** The second one comes in before it, or after, and puts them back. */
export const twoSessionsAndBranchSwitch = (bound: Bound): Scene =>
  sound({
    actors: [sessionAfterSwitch(1), twin(sessionAfterSwitch(2), 0), branchSwitch(3)],
    ...bound,
  })

export const threeSessions = (bound: Bound): Scene =>
  sound({ actors: [session(1), twin(session(2), 0), twin(session(3), 1)], ...bound })

export const twoRecoveries = (bound: Bound): Scene =>
  sound({ actors: [session(1), recovery(2), twin(recovery(3), 1)], ...bound })

/** The second one has the pid of the first, and comes when that one is over; another is there meanwhile. */
export const reusedPidAmongOthers = (bound: Bound): Scene =>
  sound({ actors: [session(1), { ...session(1), after: 0 }, recovery(3)], ...bound })
