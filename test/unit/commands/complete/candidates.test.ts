import { expect, test } from 'vitest'
import { completionOf } from '../../../../src/commands/complete/candidates.ts'
import { ALL, VISIBLE_NAMES } from '../../../helpers/command-line.ts'

/** What is offered for the last word of this line, names alone. */
async function offered(line: string): Promise<readonly string[] | string> {
  const names = { agents: ['claude', 'codex'], sessions: ['9f2c1a', '77aa00'] }
  const found = await completionOf(line.split(' ').slice(1), ALL, async (what) =>
    names[what].map((word) => ({ word, description: '' })),
  )
  return typeof found === 'string' ? found : found.map(({ word }) => word)
}

test.each<[string, readonly string[] | string]>([
  ['flow ', [...VISIBLE_NAMES, 'help']],
  ['flow st', ['status']],
  ['flow -', ['--help', '--version']],
  ['flow pre', []],
  ['flow nonsense ', []],
  ['flow __proto__ ', []],
  ['flow help re', ['restore', 'recover']],
  ['flow help run ', ['--help']],
  ['flow run ', ['claude', 'codex']],
  ['flow run claude ', ['--quiet', '--follow-symlinks', '--dry-run', '--help']],
  ['flow run --q', ['--quiet']],
  ['flow run --quiet --', ['--follow-symlinks', '--dry-run', '--help']],
  ['flow run -- ', 'files'],
  ['flow run claude -- -p x', 'files'],
  ['flow exec ', ['--quiet', '--follow-symlinks', '--help']],
  ['flow exec -- gi', 'command'],
  ['flow exec -- git --', 'command'],
  ['flow status -- ', []],
  ['flow restore ', ['9f2c1a', '77aa00']],
  ['flow restore --d', ['--dry-run']],
  ['flow history --limit ', []],
  ['flow history --limit 5 --l', []],
  ['flow completion z', ['zsh']],
  ['flow hook ', ['session-start', 'notification']],
])('%j', async (line, expected) => {
  expect(await offered(line)).toEqual(expected)
})

test('commands and options come with what they do', async () => {
  const lookUp = async () => []
  expect(await completionOf(['sta'], ALL, lookUp)).toEqual([
    { word: 'status', description: ALL.status?.meta.summary },
  ])
  expect(await completionOf(['status', '--js'], ALL, lookUp)).toEqual([
    { word: '--json', description: 'Print JSON' },
  ])
})

test('a path is for the shell to complete, and an option is not', async () => {
  const path = { usage: '[PATH]', description: 'A directory', values: 'files' } as const
  const meta = { summary: '', description: '', examples: [] }
  const commands = { recover: { meta, args: { path } } }
  const lookUp = async () => []
  expect(await completionOf(['recover', ''], commands, lookUp)).toBe('files')
  expect(await completionOf(['recover', '-'], commands, lookUp)).toMatchObject([{ word: '--help' }])
})
