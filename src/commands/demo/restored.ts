import { ORIGINAL, readSettings, type Scene, SETTINGS } from './scene.ts'
import { claim, shows, type Told } from './told.ts'

/** After a session: the settings, and whether anything of flow's is left. */
export async function* tellRestored(scene: Scene): AsyncGenerator<Told> {
  const { shell, home } = scene
  const [compared, changed, status] = await Promise.all([
    shell.run`cmp .claude/settings.json ${`${home}/${ORIGINAL}`} && echo the same bytes`,
    shell.run`git status --short`,
    shell.run`npx flow status`,
  ])
  yield shows(compared)
  yield shows(changed)
  yield shows(status)
  const present = readSettings(scene)
  yield claim('the settings are back, byte for byte', present === SETTINGS, present)
  yield claim('git sees no change', changed.exitCode === 0 && changed.said === '', changed.said)
  yield claim('no session is open', status.said.startsWith('no session is open'), status.said)
}
