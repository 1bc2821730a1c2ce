/** What is typed in the documents' transcripts is typed here, and has to be answered as it stands there. */
import { describe, expect, test } from 'vitest'
import { dialogue, EXAMPLES } from '../helpers/documents.ts'
import { run } from '../helpers/running.ts'
import { newTeam } from '../helpers/team.ts'

const transcripts = EXAMPLES.filter(({ kind }) => kind === 'console run')

test('there are transcripts', () => {
  expect(transcripts.length).toBeGreaterThan(4)
})

describe.each(transcripts)('$path, line $line', (example) => {
  test('happens as it is told', async () => {
    const team = newTeam()
    const { NO_COLOR: _, FORCE_COLOR: __, ...env } = team.env
    for (const { typed, said } of dialogue(example)) {
      const argv = ['sh', '-c', `exec 2>&1; ${typed}`]
      const { stdout } = await run(argv, { ...team, env: { ...env, npm_config_offline: 'true' } })
      const plain = stdout.replaceAll(team.cwd, '/home/me/team').replaceAll(team.folder, '/home/me')
      expect(matches(said, plain), `$ ${typed}\nanswers:\n${plain}and not:\n${said}`).toBe(true)
    }
  })
})

/** In the document `…` stands for anything in a line, and alone in one for any number of lines. */
function matches(told: string, said: string): boolean {
  const parts = told.split(/(^…\n|…)/m)
  const pattern = parts.map((part) => {
    if (part === '…') return '.*'
    if (part === '…\n') return '(?:.*\\n)*'
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${pattern.join('')}$`).test(said)
}
