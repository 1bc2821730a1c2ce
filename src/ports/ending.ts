import { dieOf } from './signals.ts'

/** How a command ends: with an exit code, or by the signal that its child died of. */
export type Ending = { readonly exitCode: number } | { readonly signal: NodeJS.Signals }

export function endWith(ending: Ending): never {
  if ('signal' in ending) return dieOf(ending.signal)
  process.exit(ending.exitCode)
}
