import { didYouMean } from '../config/nearest-name.ts'
import type { FlowConfig, HookFile } from '../config/schema.ts'
import { FlowError } from '../errors.ts'
import type { HookEntry } from '../settings/merge.ts'
import { CLAUDE } from './claude.ts'

/** A family of agent clients: where its settings are and what may stand in them. */
export interface Target {
  readonly name: string
  /** Relative to the project root, with `/`. */
  readonly settingsPath: string
  /** The events that the client knows. */
  readonly events: readonly string[]
  /**
   * The groups to merge, flow's own first.
   * @throws FlowError E_CONFIG for an event or a kind of hook that the client does not know
   */
  hookEntries(sources: HookSources): HookEntry[]
}

export interface HookSources {
  /** Absolute path of the node that hooks run with. */
  readonly nodePath: string
  /** Absolute path of the copy of flow that outlives `node_modules`. */
  readonly residentPath: string
  readonly config: FlowConfig
  /** The team's, in the order in which they are merged. */
  readonly hooks: readonly HookFile[]
}

const TARGETS: readonly Target[] = [CLAUDE]

export const DEFAULT_TARGET = CLAUDE.name

/** @throws FlowError E_TARGET_UNKNOWN */
export function targetNamed(name: string): Target {
  const target = TARGETS.find((one) => one.name === name)
  if (target !== undefined) return target
  const known = TARGETS.map((one) => one.name)
  throw new FlowError({
    code: 'E_TARGET_UNKNOWN',
    what: `there is no target "${name}"${didYouMean(name, known)}`,
    why: "a target is the family of clients whose settings an agent's hooks are merged into",
    kept: 'nothing was started, nothing was changed',
    next: `\`target\` of an agent in the configuration is one of: ${known.join(', ')}`,
  })
}
