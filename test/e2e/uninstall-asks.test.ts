import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Ask } from '../../src/commands/ask.ts'
import { projectHash } from '../../src/session/layout.ts'
import {
  CLI,
  git,
  hooksPath,
  LINE,
  LINES,
  read,
  repository,
  runInit,
  runUninstall,
  type Setting,
  snapshot,
} from '../helpers/team-repository.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { hasTerminals, openTerminal } from '../helpers/terminal.ts'

/** A state home of each test's own. */
let variables: NonNullable<Setting['variables']>

beforeEach(() => {
  variables = { FLOW_HOME: join(tempFolder(), 'state') }
})

async function initialised(files: Record<string, string> = {}): Promise<string> {
  const folder = repository(files)
  await runInit(folder, { variables })
  return folder
}

describe('what flow uninstall asks', () => {
  test('one question for each kind of change; only what was agreed to is changed', async () => {
    const folder = await initialised()
    const questions: string[] = []
    const answering =
      (isAgreed: (question: string) => boolean): Ask =>
      async (question) => {
        questions.push(question)
        return isAgreed(question) ? 'yes' : 'no'
      }
    const some = answering((question) => /package\.json|state home/.test(question))
    await runUninstall(folder, { variables, terminal: true, ask: some })
    expect(questions).toEqual([
      'Take flow out of .husky/post-checkout, .husky/post-merge and .husky/pre-commit, and remove its clean filter from git, and let git run the hooks in .husky no longer (core.hooksPath = .husky/_)?',
      'Remove .flowrc, which nobody has changed?',
      'Take out of package.json: scripts.agent, scripts.prepare, devDependencies.flow-agent?',
      'Remove what the state home has of this repository, backups of past sessions included?',
    ])
    expect(git(folder, 'status', '--porcelain')).toBe('?? .flowrc\n?? .husky/\n')
    expect(hooksPath(folder)).toBe('.husky/_')

    // What is left can be undone to the byte later.
    const every = answering(() => true)
    await runUninstall(folder, { variables, terminal: true, ask: every })
    expect(git(folder, 'status', '--porcelain')).toBe('')
    expect(hooksPath(folder)).toBe('')
    expect(existsSync(variables.FLOW_HOME ?? '')).toBe(false)
  })

  test('a cancel at the last question changes nothing', async () => {
    const folder = await initialised()
    const before = snapshot(folder)
    const ask: Ask = async (question) => (question.includes('state home') ? 'cancel' : 'yes')
    const { code, out } = await runUninstall(folder, { variables, terminal: true, ask })
    expect([code, out]).toEqual([1, 'cancelled: nothing was changed\n'])
    expect(snapshot(folder)).toEqual(before)
  })

  test('no terminal and no --yes: exit code 2, nothing changed', async () => {
    const folder = await initialised()
    const before = snapshot(folder)
    await expect(runUninstall(folder, { variables, ask: async () => 'yes' })).rejects.toMatchObject(
      {
        exitCode: 2,
        next: expect.stringContaining('--yes'),
      },
    )
    expect(snapshot(folder)).toEqual(before)
  })

  test('a file that was saved while the question stood there is not overwritten', async () => {
    const folder = await initialised()
    const ask: Ask = async () => {
      writeFileSync(join(folder, '.husky/post-merge'), 'mine\n')
      return 'yes'
    }
    await expect(runUninstall(folder, { variables, terminal: true, ask })).rejects.toMatchObject({
      what: '.husky/post-merge changed meanwhile',
    })
    expect(read(folder, '.husky/post-merge')).toBe('mine\n')
    expect((await runUninstall(folder, { variables })).code).toBe(0)
    expect(read(folder, '.husky/post-merge')).toBe('mine\n')
  })
})

test('--dry-run shows every change and makes none', async () => {
  const folder = await initialised({ '.husky/post-merge': 'npm install' })
  const before = [...snapshot(folder), ...snapshot(variables.FLOW_HOME ?? '')]
  const { code, out } = await runUninstall(folder, { variables, dryRun: true })
  expect(code).toBe(0)
  expect([...snapshot(folder), ...snapshot(variables.FLOW_HOME ?? '')]).toEqual(before)
  expect(out).toContain('-.husky/_\n+(not set)\n')
  expect(out).toContain('remove .husky/_, which husky made and git ignores\n')
  expect(out).toContain(
    `--- .husky/post-merge\n+++ .husky/post-merge\n-${LINES['post-merge']} npm install\n`,
  )
  expect(out).toContain(`--- .husky/post-checkout\n+++ /dev/null\n-#!/bin/sh\n-${LINE}`)
  expect(out).toContain('\n\n--- .flowrc\n+++ /dev/null\n')
  expect(out).toContain('-    "agent": "flow run claude --",\n')
  const home = variables.FLOW_HOME ?? ''
  const gate = projectHash(join(folder, '.git/info'))
  const heading = 'remove from the state home:'
  expect(out).toContain(`${heading}\n  ${home}/gates/${gate}\n`)
  expect(out).toMatch(/\nnothing was changed: without --dry-run, .*\n$/)
})

test.skipIf(!hasTerminals || !existsSync(CLI))('on a terminal, Enter agrees', async () => {
  const folder = await initialised()
  const { CI: _, ...env } = { ...process.env, ...variables }
  const argv = [process.execPath, CLI, 'uninstall']
  const terminal = openTerminal(argv, { cwd: folder, env, columns: 200 })
  for (const question of ['Take flow out of', 'Remove .flowrc', 'Take out of', 'Remove what']) {
    await terminal.shows(question)
    terminal.type('\r')
  }
  await terminal.shows('flow is taken out:')
  expect(await terminal.ended).toMatchObject({ code: 0 })
  expect(git(folder, 'status', '--porcelain')).toBe('')
})
