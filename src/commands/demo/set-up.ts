/** A repository as a team has it before flow, and `flow init`. */
import { join } from 'node:path'
import { fillScratch } from '../../ports/scratch.ts'
import { readSettings, type Scene, SETTINGS, TEAM_HOOK } from './scene.ts'
import { claim, shows, step, type Told } from './told.ts'

export async function* tellRepository({ shell, home }: Scene): AsyncGenerator<Told> {
  yield step(
    "A team's repository, and the settings of one person in it",
    'Look at their hook, the tabs and odd blanks, and the end, which has no newline.',
  )
  const made = await shell.run`git init --quiet && git add . && git commit --quiet -m 'Start'`
  yield shows(await shell.run`cat .claude/settings.json`)

  // Origin, NUL, key, NUL; without -z git would quote odd paths.
  const listed = await shell.run`git config --list --show-origin --name-only -z`
  const origins = listed.said
    .split('\0')
    .filter((_, at, all) => at % 2 === 0 && at < all.length - 1)
  const places = [`file:${home}/`, 'file:.git/']
  const areOwn = origins.every((origin) => places.some((place) => origin.startsWith(place)))
  const agent = await shell.run`command -v claude`
  yield claim('the first commit is made', made.exitCode === 0, made.said)
  yield claim(
    "git reads no configuration but this folder's",
    origins.length > 0 && areOwn,
    origins.join('\n'),
  )
  yield claim(
    '`claude` is the stand-in agent here, and no other',
    agent.said === `${join(home, 'bin/claude')}\n`,
    agent.said,
  )
}

export async function* tellSetUp(scene: Scene): AsyncGenerator<Told> {
  const { shell, team, ports } = scene
  yield step(
    '`flow init` sets the repository up, and the team adds a hook of its own',
    'Look at what is changed and why, how to undo it, and the hook in .flowrc.',
  )
  const init = await shell.run`npx flow init --yes`
  yield shows(init)
  const again = await shell.run`npx flow init --yes`
  yield shows(again)

  const configuration = ports.fs.readFile(join(team, '.flowrc')).toString('utf8')
  fillScratch(team, { '.flowrc': `${configuration}\n${TEAM_HOOK}\n` })
  yield shows(await shell.run`grep -A 2 '^hooks:' .flowrc`)
  const hooksPath = await shell.run`git config core.hooksPath`
  const committed = await shell.run`git add . && git commit --quiet -m 'Set flow up'`
  const branched = await shell.run`git checkout --quiet -b feature && echo draft > draft.txt &&
    git add . && git commit --quiet -m 'Draft' && git checkout --quiet -`

  yield claim(
    'git runs the hooks in .husky from now on',
    init.exitCode === 0 && hooksPath.said === '.husky/_\n',
    init.said + hooksPath.said,
  )
  yield claim(
    'a second `flow init` finds nothing to change',
    again.exitCode === 0 && again.said.includes('nothing to change'),
    again.said,
  )
  yield claim(
    "the person's settings are as they were",
    readSettings(scene) === SETTINGS,
    readSettings(scene),
  )
  yield claim(
    'all of it is committed, and there is a second branch, feature',
    committed.exitCode === 0 && branched.exitCode === 0,
    committed.said + branched.said,
  )
}
