import { replaceLostTerminal } from '../../ports/lost-terminal.ts'
import type { Ports } from '../../ports/ports.ts'
import { removeScratch } from '../../ports/scratch.ts'
import { dieOf, holdSignals } from '../../ports/signals.ts'
import { paragraph, StoryEnds, tellerOf } from './page.ts'
import { setScene, tellStory } from './story.ts'

export interface DemoOptions {
  /** flow's own package, absolute. */
  readonly packageFolder: string
}

/**
 * Tells the whole story in a temporary directory, and checks every claim that it makes. Afterwards the directory and
 * every process are gone, after a signal too; the directory is kept if a claim failed.
 * @returns the exit code: 0 when every claim held
 * @throws FlowError E_DEMO_NEEDS, E_SCRATCH: nothing was made. E_SCRATCH_LEFT
 */
export async function demo(ports: Ports, { packageFolder }: DemoOptions): Promise<number> {
  const { environment, clock } = ports
  const began = clock.monotonicMs()
  const signals = holdSignals()
  const scene = setScene(ports, packageFolder)
  const { home, shell } = scene
  const kept = `To look at, everything is kept in ${home}\n`
  let stoppedBy: NodeJS.Signals | null = null
  signals.onSignal((signal) => {
    stoppedBy ??= signal
    void shell.close()
  })
  const teller = tellerOf(environment, home, () => stoppedBy !== null)
  environment.print(
    paragraph(
      `flow demo: the whole story, with real git, real husky and a stand-in agent. It happens in a temporary directory, ${home}, which is its home: ~ below. Your own home, settings and repositories stay out of it.`,
    ),
  )
  try {
    await tellStory(scene, teller)
  } catch (error) {
    if (!(error instanceof StoryEnds)) {
      environment.print(kept)
      throw error
    }
  } finally {
    await shell.close()
  }
  if (stoppedBy !== null) {
    removeScratch(home)
    replaceLostTerminal()
    environment.printError(`flow: stopped by ${stoppedBy}; ${home} is removed\n`)
    signals.release()
    return dieOf(stoppedBy)
  }
  const { steps, held, failed } = teller.tally
  if (failed > 0) {
    const end = `FAILED: ${held} claims held and ${failed} did not. The story stops after step ${steps}.`
    environment.print(`\n${paragraph(end)}${kept}`)
    return 1
  }
  removeScratch(home)
  const seconds = ((clock.monotonicMs() - began) / 1000).toFixed(1)
  const end = `All ${held} claims held, in ${steps} steps and ${seconds} s. ~ is removed, and nothing of it runs any more.`
  environment.print(`\n${paragraph(end)}${READ_ON}`)
  return 0
}

const READ_ON = `
Read on:
  README.md          what flow is for, and how to undo it
  docs/PROTOCOL.md   why nothing is lost, and what flow does not detect
  docs/CONFIG.md     what a team can set in .flowrc
In a repository of your own:
  npx flow init --dry-run
`
