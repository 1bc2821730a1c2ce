import pc from 'picocolors'
import { FlowError } from '../../errors.ts'
import { describeFailure } from '../../failure.ts'
import { replaceLostTerminal } from '../../ports/lost-terminal.ts'
import type { Ports } from '../../ports/ports.ts'
import { removeScratch } from '../../ports/scratch.ts'
import { dieOf, holdSignals } from '../../ports/signals.ts'
import { hasColors } from '../colors.ts'
import { closing, kept, opening, print } from './page.ts'
import { type Scene, setScene } from './scene.ts'
import { story } from './story.ts'
import { claim, type Tally } from './told.ts'

export interface DemoOptions {
  /** flow's own package, absolute. */
  readonly packageFolder: string
}

/**
 * Tells the whole story in a throw-away folder, and checks every claim that it makes. Afterwards
 * the folder and every process are gone, after a signal too; the folder is kept if a claim failed.
 * @returns the exit code: 0 when every claim held
 * @throws FlowError E_DEMO_NEEDS, E_SCRATCH: nothing was made. E_SHELL_LATE, E_SCRATCH_LEFT
 */
export async function demo(ports: Ports, { packageFolder }: DemoOptions): Promise<number> {
  const { environment, clock } = ports
  const began = clock.monotonicMs()
  const signals = holdSignals()
  const scene = setScene(ports, packageFolder)
  const { home, shell } = scene
  const stop: { by: NodeJS.Signals | null } = { by: null }
  signals.onSignal((signal) => {
    stop.by ??= signal
    shell.kill()
  })
  const told = await tell(ports, scene, () => stop.by !== null).catch((error) => ({ error }))
  shell.kill()
  await shell.isOver()
  if (stop.by !== null) {
    removeScratch(home)
    replaceLostTerminal()
    environment.printError(`flow: stopped by ${stop.by}; ${home} is removed\n`)
    signals.release()
    return dieOf(stop.by)
  }
  if ('error' in told) {
    environment.print(kept(home))
    throw told.error
  }
  if (told.failed === 0) removeScratch(home)
  environment.print(closing(told, home, clock.monotonicMs() - began))
  return told.failed === 0 ? 0 : 1
}

/** Stops after the first step in which something failed: the next ones build on it. */
async function tell(ports: Ports, scene: Scene, isStopped: () => boolean): Promise<Tally> {
  const { environment } = ports
  const look = { home: scene.home, colors: pc.createColors(hasColors(environment)) }
  const tally = { steps: 0, held: 0, failed: 0 }
  environment.print(opening(scene.home))
  try {
    for await (const told of story(scene)) {
      if (isStopped() || (told.kind === 'step' && tally.failed > 0)) break
      if (told.kind === 'step') tally.steps += 1
      if (told.kind === 'claim') tally[told.held ? 'held' : 'failed'] += 1
      environment.print(print(told, tally.steps, look))
    }
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    // What was killed under way could not but fail.
    if (isStopped()) return tally
    tally.failed += 1
    const broken = claim('this step comes to its end', false, describeFailure(error))
    environment.print(print(broken, tally.steps, look))
  }
  return tally
}
