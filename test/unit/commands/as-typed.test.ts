import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asTyped, TYPED_BEHIND } from '../../../src/commands/as-typed.ts'
import type { Environment } from '../../../src/ports/environment.ts'
import type { FileSystem } from '../../../src/ports/file-system.ts'
import { parse, VISIBLE_NAMES } from '../../helpers/command-line.ts'

/** A repository without a package.json, in a shell that finds nothing. */
const PLACE = {
  environment: { cwd: '/team/app', variables: { PATH: '/none' } } as unknown as Environment,
  fs: {
    facts(path: string) {
      if (path !== '/team/.git') throw Object.assign(new Error(), { code: 'ENOENT' })
      return { kind: 'folder' }
    },
  } as unknown as FileSystem,
}

test.each([
  ['run `flow recover`', 'run `npx flow-agent recover`'],
  [
    'next: flow shell bash\n      flow shell zsh',
    'next: npx flow-agent shell bash\n      npx flow-agent shell zsh',
  ],
  ['git init && flow init', 'git init && npx flow-agent init'],
  ['`flow --help` shows', '`npx flow-agent --help` shows'],
  ['undo: npx flow uninstall', 'undo: npx flow uninstall'],
  ['`pnpm exec flow status`', '`pnpm exec flow status`'],
  ['flow: could not restore', 'flow: could not restore'],
  ['flow asks git', 'flow asks git'],
  ['flow runs', 'flow runs'],
  ['"agent": "flow run claude --"', '"agent": "flow run claude --"'],
  ['`overflow run`', '`overflow run`'],
  ['more: flow history --limit 9', 'more: npx flow-agent history --limit 9'],
  // What a person calls a folder.
  [
    '/home/me/my flow config/x is in no git repository',
    '/home/me/my flow config/x is in no git repository',
  ],
  [
    '/home/me/the flow run is in no git repository',
    '/home/me/the flow run is in no git repository',
  ],
  ['kept: /srv/flow status/settings.json', 'kept: /srv/flow status/settings.json'],
  ['flow status/settings.json is not valid', 'flow status/settings.json is not valid'],
])('%j is told as %j', (text, told) => {
  expect(asTyped(PLACE, text)).toBe(told)
})

test('what nobody would type is looked for nowhere', () => {
  const nowhere = { ...PLACE, environment: {} as Environment }
  expect(asTyped(nowhere, 'flow: no session is open')).toBe('flow: no session is open')
})

test('every command that there is may be told', () => {
  // Of the hidden ones a user types these two.
  const typed = ['--help', '--version', 'help', 'hook', 'prepare', ...VISIBLE_NAMES]
  expect([...TYPED_BEHIND].sort()).toEqual(typed.sort())
})

describe('every command that flow tells in backquotes exists, with its options', () => {
  const root = resolve(import.meta.dirname, '../../../src')
  const told = readdirSync(root, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    if (!name.endsWith('.ts')) return []
    const code = readFileSync(join(root, name), 'utf8').replaceAll(/^ *(\/\*\*|\*|\/\/).*$/gm, '')
    const made = `'flow ((?:${VISIBLE_NAMES.join('|')})\\b[^'$|>]*)'`
    const commands = code.matchAll(
      new RegExp(`\\\\?\`flow ((?:[a-z]|--)[^\`\\\\$]*)\\\\?\`|${made}`, 'g'),
    )
    return [...commands].map(([, quoted, bare]) => `${quoted ?? bare}`)
  })

  test.each([...new Set(told)].sort())('flow %s', async (words) => {
    const [code = ''] = words.split('#')
    const args = code.replace(/\b(ID|COMMAND)\b/, 'run').split(/[ […\]]+/)
    // What it needs beside is told by the sentence.
    const error = await parse(args.filter((word) => word !== '')).catch(String)
    if (typeof error === 'string') expect(error).toMatch(/ needs |missing required/)
  })
})
