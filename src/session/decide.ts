import type { BackupRef } from './backup-ref.ts'
import type { Verdict } from './pid-lock.ts'

/** What stands in a project's state folder, as seen inside the gate. */
export interface FolderSnapshot {
  /** backup.json, or its twin in the snapshot when backup.json is lost; null: the workspace is untouched. */
  readonly ref: BackupRef | null
  /** Everybody but the asking process. */
  readonly others: readonly Verdict[]
  /** This very process holds a lock here already. */
  readonly selfIsIn: boolean
}

export type AcquireDecision =
  | { readonly kind: 'start'; readonly reason: string }
  | { readonly kind: 'join'; readonly ref: BackupRef; readonly reason: string }
  | { readonly kind: 'recover'; readonly ref: BackupRef; readonly reason: string }
  | { readonly kind: 'refuse'; readonly reason: string }

export type ReleaseDecision =
  | { readonly kind: 'leave'; readonly othersCount: number; readonly reason: string }
  | { readonly kind: 'restore'; readonly ref: BackupRef; readonly reason: string }
  | { readonly kind: 'nothing'; readonly reason: string }

export type RecoverDecision =
  | { readonly kind: 'restore'; readonly ref: BackupRef; readonly reason: string }
  | { readonly kind: 'open'; readonly ref: BackupRef; readonly reason: string }
  | { readonly kind: 'foreign'; readonly ref: BackupRef; readonly reason: string }
  | { readonly kind: 'sweep'; readonly reason: string }
  | { readonly kind: 'nothing'; readonly reason: string }

/** A starting process: the first one is whoever finds no backup, decided inside the gate. */
export function decideAcquire({ ref, others, selfIsIn }: FolderSnapshot): AcquireDecision {
  if (selfIsIn) return { kind: 'refuse', reason: 'this process holds a session here already' }
  if (ref === null) return { kind: 'start', reason: 'no backup: the workspace is untouched' }
  if (others.some(holds)) return { kind: 'join', ref, reason: 'a backup, and somebody is in' }
  return { kind: 'recover', ref, reason: 'a backup, and nobody is alive' }
}

/** A process that has taken its own lock away. */
export function decideRelease({ ref, others }: FolderSnapshot): ReleaseDecision {
  const othersCount = others.filter(holds).length
  if (othersCount > 0) return { kind: 'leave', othersCount, reason: 'others are still in' }
  if (ref === null) return { kind: 'nothing', reason: 'no backup: somebody restored before' }
  return { kind: 'restore', ref, reason: 'the last one out' }
}

/** Anybody who comes by. `force` takes what cannot be judged from here for dead. */
export function decideRecover(
  { ref, others }: FolderSnapshot,
  { force }: { readonly force: boolean },
): RecoverDecision {
  const alive = others.some((verdict) => verdict.kind === 'alive')
  const foreign = others.find((verdict) => verdict.kind === 'foreign')
  if (ref === null) {
    return alive || foreign !== undefined
      ? { kind: 'nothing', reason: 'no backup, and somebody is in' }
      : { kind: 'sweep', reason: 'no backup and nobody alive: what lies here is rubbish' }
  }
  if (alive) return { kind: 'open', ref, reason: 'somebody is alive' }
  if (foreign !== undefined && !force) return { kind: 'foreign', ref, reason: foreign.reason }
  return { kind: 'restore', ref, reason: 'nobody is alive' }
}

/** Whoever is not proved dead keeps the session open. */
function holds(verdict: Verdict): boolean {
  return verdict.kind !== 'dead'
}
