/** What `flow doctor` proposes works when it is typed, wherever the cause is. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diagnoseIn, type Told } from '../helpers/doctor.ts'
import { read, repository, runInit, type Setting, write } from '../helpers/team-repository.ts'

async function find(id: string, cwd: string, setting?: Setting): Promise<Told | undefined> {
  return (await diagnoseIn(cwd, setting)).find((finding) => finding.id === id)
}

/** Types the command in a shell with these variables, and gives what the shell then has in FLOW_HOME. */
function type(cwd: string, finding: Told | undefined, variables: Record<string, string> = {}) {
  if (finding?.mend === undefined) throw new Error(`no command: ${JSON.stringify(finding)}`)
  const env = { ...process.env, ...variables }
  const script = `${finding.mend}\nprintf %s "\${FLOW_HOME-}"`
  return execFileSync('sh', ['-ec', script], { cwd, env, encoding: 'utf8' })
}

describe('settings that a session refuses', () => {
  const OWN = '{ "model": "opus" }\n'

  test.each<[string, (cwd: string) => void, string]>([
    ['a file in the place of the directory', (cwd) => write(join(cwd, '.claude'), ''), '.old'],
    ['a link to nothing in its place', (cwd) => symlinkSync('gone', join(cwd, '.claude')), 'rm '],
    [
      'a link to nothing in a linked directory',
      (cwd) => {
        mkdirSync(join(cwd, 'agents'))
        symlinkSync('agents', join(cwd, '.claude'))
        symlinkSync('gone', join(cwd, '.claude/settings.json'))
      },
      'rm .claude/settings.json',
    ],
  ])('%s', async (_, spoil, command) => {
    const cwd = repository()
    spoil(cwd)
    const found = await find('settings', cwd)
    expect(found).toMatchObject({ status: 'broken', mend: expect.stringContaining(command) })
    type(cwd, found)
    expect(await find('settings', cwd)).toMatchObject({ status: 'ok' })
  })

  test.each(['.claude', '.claude/settings.json'])(
    '%s as a link out of the repository gets a copy of its own',
    async (linked) => {
      const cwd = repository()
      const shared = join(cwd, '../shared')
      write(join(shared, 'settings.json'), OWN)
      const target = linked === '.claude' ? shared : join(shared, 'settings.json')
      mkdirSync(dirname(join(cwd, linked)), { recursive: true })
      symlinkSync(target, join(cwd, linked))
      const found = await find('settings', cwd)
      expect(found).toMatchObject({ status: 'warning' })
      type(cwd, found)
      expect(await find('settings', cwd)).toMatchObject({ status: 'ok' })
      expect(read(cwd, '.claude/settings.json')).toBe(OWN)
      expect(readdirSync(shared)).toEqual(['settings.json'])
    },
  )
})

describe('a state directory', () => {
  test.each<[string, (path: string) => string]>([
    [
      'that is a link to nothing',
      (path) => {
        symlinkSync('gone', path)
        return path
      },
    ],
    [
      'below a file',
      (path) => {
        writeFileSync(path, '')
        return join(path, 'state')
      },
    ],
  ])('%s', async (_, spoil) => {
    const cwd = repository()
    const FLOW_HOME = spoil(join(cwd, '../state'))
    const variables = { FLOW_HOME, HOME: join(cwd, '..') }
    const found = await find('state-home', cwd, { variables })
    expect(found).toMatchObject({ status: 'broken' })
    const after = type(cwd, found, variables)
    const fixed = { ...variables, FLOW_HOME: after }
    expect(await find('state-home', cwd, { variables: fixed })).toMatchObject({ status: 'ok' })
  })
})

describe('a file that is closed to the user', () => {
  const closed = (name: string): Setting => ({
    fs: {
      readFile(path) {
        if (!path.endsWith(name)) return readFileSync(path)
        throw Object.assign(new Error(), { code: 'EACCES', syscall: 'open', path })
      },
    },
  })

  test.each([
    ['configuration', '.flowrc', {}, 'chmod u+rw .flowrc'],
    [
      'hook-post-merge',
      '.husky/post-merge',
      { '.husky/post-merge': '#!/bin/sh\n' },
      'chmod u+rw .husky/post-merge && npx flow-agent init --yes',
    ],
  ])('of %s is opened by the command, and not by the editor', async (id, name, files, command) => {
    const cwd = repository({ ...files, '.flowrc': 'agent: claude\n' })
    await runInit(cwd)
    const found = await diagnoseIn(cwd, closed(name))
    const unusual = found.filter((one) => one.status !== 'ok' && one.id !== 'agent')
    expect(unusual).toMatchObject([{ id, status: 'broken', mend: command }])
  })
})

test('scripts that call another `flow` are renamed from a subdirectory, too', async () => {
  const scripts = { agent: 'flow run claude --' }
  const cwd = repository({
    'package.json': JSON.stringify({ scripts, devDependencies: { 'flow-bin': '1.0.0' } }),
    'src/x': '',
  })
  const found = await find('other-flow', join(cwd, 'src'))
  expect(found).toMatchObject({ status: 'broken' })
  type(join(cwd, 'src'), found)
  expect(await find('other-flow', join(cwd, 'src'))).toMatchObject({ status: 'ok' })
  expect(JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')).scripts).toEqual({
    agent: 'flow-agent run claude --',
  })
})

test.each(['state home', 'folder', 'mend'])('no finding says "%s"', async (word) => {
  const FLOW_HOME = join(repository(), 'state')
  writeFileSync(FLOW_HOME, '')
  const places = [repository(), dirname(repository())]
  const findings = await Promise.all(
    places.map((cwd) => diagnoseIn(cwd, { variables: { FLOW_HOME } })),
  )
  for (const { title, detail } of findings.flat()) expect(`${title} ${detail}`).not.toContain(word)
})
