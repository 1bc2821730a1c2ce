/** `flow shell` from the package, and real recovery at real prompts. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { flow, newTeam } from '../helpers/team.ts'
import { flowShellTests, rareFlowShellTests } from '../shell/flow-shell-tests.ts'
import { inEveryPrompt } from '../shell/prompt-shells.ts'

inEveryPrompt(flowShellTests)

inEveryPrompt(rareFlowShellTests, ['bash'])

describe('a shell that flow has no snippet for', () => {
  test.each([
    [[], '/bin/zsh', 'shell needs SHELL', ': flow shell zsh\n'],
    [[], '/bin/tcsh', 'shell needs SHELL', ': flow shell bash\n'],
    [['fihs'], undefined, 'not "fihs"', '(did you mean "fish"?)\n'],
    [['toString'], '/bin/bash', 'SHELL is one of', 'not "toString"\n'],
  ] as const)('flow shell %j with SHELL=%s', async (words, SHELL, what, end) => {
    const team = newTeam()
    const { code, stdout, stderr } = await flow(
      { ...team, env: { ...team.env, SHELL } },
      'shell',
      ...words,
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(what)
    expect(stderr).toContain('bash, zsh, fish')
    expect(stderr).toMatch(/^flow: .+\n$/)
    expect(stderr.endsWith(end)).toBe(true)
    expect(existsSync(join(team.stateHome, 'shell'))).toBe(false)
  })
})

test('with the usual state home the line serves every home folder', async () => {
  const team = newTeam()
  const env = { ...team.env, FLOW_HOME: '' }
  const { stdout } = await flow({ ...team, env }, 'shell', 'bash')
  const path = '"$HOME/.sylphx-flow/shell/flow.bash"'
  expect(stdout).toBe(`[ ! -r ${path} ] || . ${path} || : # flow\n`)
})
