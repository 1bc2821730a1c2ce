import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findClaudeCode } from './claude-code.ts'
import type { MessageRequest, Reply } from './messages-api.ts'
import {
  arrived,
  clientPids,
  expectNothingLeft,
  HELLO,
  heardMemory,
  makeScene,
  openSessions,
  PERSONAL_SETTINGS,
  runClaude,
  sayHello,
  staySilent,
} from './scene.ts'
import { isRunning, start } from './start.ts'

const claude = findClaudeCode()

describe.skipIf(!claude.isInstalled)(`Claude Code ${claude.version}`, () => {
  let ranVersion = 'none'
  afterAll(() => console.log(`ran Claude Code ${ranVersion} on node ${process.version}`))

  test('the client that runs is the one that the package names', async () => {
    const { root, env } = await makeScene(claude, sayHello)
    const { stdout } = await start([claude.executable, '--version'], { cwd: root, env }).ended
    ranVersion = stdout.trim()
    expect(ranVersion).toBe(`${claude.version} (Claude Code)`)
  })

  describe('while it runs', () => {
    test('the memory and the logs of two days reach the model', async () => {
      const scene = await makeScene(claude, sayHello)
      await scene.flow(...runClaude('-p', 'say hi'))
      expect(heardMemory(scene, 0)).toEqual(scene.memory)
    })

    test("the person's own hook and the team's fire once each", async () => {
      const scene = await makeScene(claude, sayHello)
      await scene.flow(...runClaude('-p', 'say hi'))
      expect(scene.trace('personal-hook')).toHaveLength(1)
      expect(scene.trace('team-hook')).toEqual(['fired'])
    })

    test('the settings hold the merged hooks after all that the person wrote', async () => {
      const scene = await makeScene(claude, sayHello)
      await scene.flow(...runClaude('-p', 'say hi'))
      const merged = JSON.parse(scene.settingsDuring())
      const own = JSON.parse(PERSONAL_SETTINGS)
      expect(merged).toMatchObject({ env: own.env, permissions: own.permissions })
      expect(merged.hooks.SessionStart[0]).toEqual(own.hooks.SessionStart[0])
      expect(merged.hooks.SessionStart.length).toBeGreaterThan(2)
    })

    test.each([
      ['blanks', '  two  blanks  within '],
      ['quotes', `"double" 'single' \`back\` \\ \\"`],
      ['a variable and a pattern', '$HOME $(echo no) * ~ %p %%'],
      ['lines', 'one\ntwo\n\nfour'],
      ['other scripts', 'žluťoučký 馬 🐎'],
      ['what looks like an option', '--help'],
    ])('a prompt with %s arrives unchanged', async (_, prompt) => {
      const scene = await makeScene(claude, sayHello)
      await scene.flow(...runClaude('-p', '--', prompt))
      expect(scene.api.messages[0]?.strings.includes(prompt)).toBe(true)
    })
  })

  describe('its end is the end of flow', () => {
    test('success, and its words alone on stdout', async () => {
      const scene = await makeScene(claude, sayHello)
      const ended = await scene.flow(...runClaude('-p', 'say hi'))
      expect(ended).toMatchObject({ code: 0, stdout: `${HELLO.text}\n` })
    })

    test('an error of the API', async () => {
      const scene = await makeScene(claude, () => ({
        kind: 'error',
        status: 400,
        type: 'invalid_request_error',
        message: 'not today',
      }))
      const ended = await scene.flow(...runClaude('-p', 'say hi'))
      expect(ended).toMatchObject({ code: 1, stdout: 'API Error: 400 not today\n' })
      expectNothingLeft(scene, PERSONAL_SETTINGS)
    })

    test('a status of its own choice', async () => {
      const scene = await makeScene(claude, staySilent)
      const flow = scene.startFlow(...runClaude('-p', 'say hi'))
      await arrived(scene, 1, flow)
      process.kill(clientPids(scene)[0] ?? 0, 'SIGTERM')
      expect(await flow.ended).toMatchObject({ code: 143, signal: null })
      expectNothingLeft(scene, PERSONAL_SETTINGS)
    })

    test.each([
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)('%s to flow ends the client first', async (signal, code) => {
      const scene = await makeScene(claude, staySilent)
      const flow = scene.startFlow(...runClaude('-p', 'say hi'))
      await arrived(scene, 1, flow)
      process.kill(flow.pid, signal)
      expect(await flow.ended).toMatchObject({ code })
      expect(clientPids(scene).map(isRunning)).toEqual([false])
      expectNothingLeft(scene, PERSONAL_SETTINGS)
    })

    test('SIGINT to both, as Ctrl-C sends it, is the business of the client', async () => {
      const scene = await makeScene(claude, staySilent)
      const flow = scene.startFlow(...runClaude('-p', 'say hi'))
      await arrived(scene, 1, flow)
      process.kill(-flow.pid, 'SIGINT')
      expect(await flow.ended).toMatchObject({ code: 0, signal: null })
      expectNothingLeft(scene, PERSONAL_SETTINGS)
    })
  })

  describe('afterwards', () => {
    test('the settings are back byte for byte, with their mode', async () => {
      const scene = await makeScene(claude, sayHello)
      chmodSync(scene.settingsPath, 0o640)
      await scene.flow(...runClaude('-p', 'say hi'))
      expect(scene.settingsDuring()).not.toBe(PERSONAL_SETTINGS)
      expectNothingLeft(scene, PERSONAL_SETTINGS)
      expect(statSync(scene.settingsPath).mode & 0o777).toBe(0o640)
    })

    test('settings that were absent are absent, and so is their folder', async () => {
      const scene = await makeScene(claude, sayHello, null)
      await scene.flow(...runClaude('-p', 'say hi'))
      expect(scene.trace('team-hook')).toEqual(['fired'])
      expectNothingLeft(scene, null)
      expect(existsSync(dirname(scene.settingsPath))).toBe(false)
    })

    test('an edit that the client made with its own tool is kept', async () => {
      let settingsPath = ''
      const scene = await makeScene(claude, (request) => editSettings(request, settingsPath))
      settingsPath = scene.settingsPath
      // The client refuses to skip its permissions as root, unless it is told that this is a sandbox.
      scene.env.IS_SANDBOX = '1'
      await scene.flow(...runClaude('--dangerously-skip-permissions', '-p', 'be polite'))
      expect(readFileSync(settingsPath, 'utf8')).toBe(
        PERSONAL_SETTINGS.replace('good morning', 'good evening'),
      )
      expect(openSessions(scene.stateHome)).toEqual([])
    })
  })
})

/** The client edits only what it has read; each answer of its tools is part of the next request. */
function editSettings({ strings }: MessageRequest, settingsPath: string): Reply {
  const done = strings.filter((text) => text === 'tool_result').length
  if (done === 0) return { kind: 'tool', name: 'Read', input: { file_path: settingsPath } }
  if (done > 1) return HELLO
  const edit = { old_string: 'good morning', new_string: 'good evening' }
  return { kind: 'tool', name: 'Edit', input: { file_path: settingsPath, ...edit } }
}
