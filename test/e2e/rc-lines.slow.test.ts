/** The line in a person's rc file: what `flow uninstall` says of it, and what `flow doctor` finds. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { orphan } from '../helpers/agent.ts'
import { diagnose, mend } from '../helpers/doctor.ts'
import { fileAt } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { flow, MARK, newTeam, put, settingsOf, type Team } from '../helpers/team.ts'

/** As docs/SHELL.md tells it; gives the rc file's path and what stands in it. */
async function useFlowAtThePrompt(team: Team, name: 'bash' | 'zsh' | 'fish' = 'bash') {
  const { stdout } = await flow(team, 'shell', name)
  const file = { bash: '.bashrc', zsh: '.zshrc', fish: '.config/fish/config.fish' }[name]
  const rc = `# mine\nalias l=ls\n${stdout}`
  put(join(team.folder, 'home'), { [file]: rc })
  return { path: join(team.folder, 'home', file), rc }
}

async function uninstall(team: Team, option = '--yes'): Promise<string> {
  const { code, stdout, stderr } = await flow(team, 'uninstall', option)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

/** Findings about the line: id, status, title. */
async function findings(team: Team) {
  const all = (await diagnose(team)).findings.filter(({ id }) => id.startsWith('shell'))
  return all.map(({ id, status, title }) => [id, status, title])
}

/** Reads the rc file as bash does, and shows a prompt. */
function startBash({ env, folder }: Team) {
  const argv = ['bash', '--noprofile', '--rcfile', join(folder, 'home/.bashrc'), '-ic']
  return run([...argv, 'eval "$PROMPT_COMMAND"; echo "here $?"'], { cwd: '/', env })
}

describe('flow uninstall', () => {
  test('of the last project takes away what the prompt reads, and says which line is to go', async () => {
    const team = newTeam()
    const { path, rc } = await useFlowAtThePrompt(team)
    const dry = await uninstall(team, '--dry-run')
    expect(dry).toContain(`  ${join(team.stateHome, 'shell')}: what your prompt reads\n`)
    expect(dry).toContain('note: line 3 of ~/.bashrc is for you to take out then')
    const step = `\${EDITOR:-vi} ~/.bashrc   # take out line 3: it reads a file that is gone, and does nothing`
    expect(await uninstall(team)).toContain(`\n      ${step}\n`)
    expect(readFileSync(path, 'utf8')).toBe(rc)
    expect(existsSync(team.stateHome)).toBe(false)
    expect(await uninstall(team)).toContain(`next: ${step}\n`)
    const { stdout, stderr } = await startBash(team)
    expect(`${stdout}${stderr}`).toMatch(/^here 0$/m)
    expect(`${stdout}${stderr}`).not.toMatch(/flow|No such/)
  })

  test.each(['zsh', 'fish'] as const)('knows the line in %s, too', async (name) => {
    const team = newTeam()
    await useFlowAtThePrompt(team, name)
    const file = { zsh: '~/.zshrc', fish: '~/.config/fish/config.fish' }[name]
    expect(await uninstall(team)).toContain(`\${EDITOR:-vi} ${file}   # take out line 3: `)
  })

  test('leaves the prompt to the other repositories, for which it goes on working', async () => {
    const team = newTeam()
    const other = newTeam({ stateHome: team.stateHome })
    const before = fileAt(other.settingsPath)
    await useFlowAtThePrompt(team)
    await orphan(other)
    expect(await uninstall(team)).toContain(
      'note: line 3 of ~/.bashrc stays of use: it serves all your repositories\n',
    )
    expect(settingsOf(other)).toContain(MARK)
    expect((await startBash(team)).stderr).toContain('flow: put .claude/settings.json back')
    expect(fileAt(other.settingsPath)).toEqual(before)
  })

  test('keeps what somebody put beside it', async () => {
    const team = newTeam()
    await useFlowAtThePrompt(team)
    const own = join(team.stateHome, 'shell/mine.bash')
    writeFileSync(own, 'mine')
    await uninstall(team)
    expect(readFileSync(own, 'utf8')).toBe('mine')
    expect(existsSync(join(team.stateHome, 'shell/flow.bash'))).toBe(false)
  })

  test('says nothing of rc files that do not lead to flow', async () => {
    const team = newTeam()
    put(join(team.folder, 'home'), { '.bashrc': '# flow shell bash\nalias flow=ls\n' })
    expect(await uninstall(team)).not.toContain('bashrc')
  })
})

describe('flow doctor', () => {
  test('finds the line that reads what is gone, or what another version wrote, and mends both', async () => {
    const team = newTeam()
    const { path, rc } = await useFlowAtThePrompt(team)
    const well = [
      'shell-bash',
      'ok',
      'line 3 of ~/.bashrc puts killed sessions right at the prompt',
    ]
    expect(await findings(team)).toEqual([well])
    const snippet = join(team.stateHome, 'shell/flow.bash')
    const version = join(team.stateHome, 'hooks/version')
    for (const [title, spoil] of [
      ['line 3 of ~/.bashrc reads a file that is gone', () => rmSync(snippet)],
      ["flow's file for bash is of flow 0.0.9", () => writeFileSync(version, '0.0.9\n')],
      [
        /^flow's file for bash is not what flow \S+ writes$/,
        () => rmSync(join(team.stateHome, 'hooks/recover.sh')),
      ],
      [
        "flow's file for bash starts a copy that is gone",
        () => rmSync(join(team.stateHome, 'runtime'), { recursive: true }),
      ],
    ] as const) {
      spoil()
      const { troubles } = await diagnose(team)
      const [trouble] = troubles
      expect(trouble).toMatchObject({ id: 'shell-bash', status: 'warning' })
      expect(trouble?.title).toMatch(title)
      expect(troubles).toHaveLength(1)
      await mend(team, trouble)
    }
    expect(await findings(team)).toEqual([well])
    writeFileSync(version, '99.0.0\n')
    writeFileSync(snippet, 'of that version')
    expect(await findings(team)).toEqual([well])
    expect(readFileSync(path, 'utf8')).toBe(rc)
  })

  test('without a line that is no trouble', async () => {
    const team = newTeam()
    const [[id, status, title] = []] = await findings(team)
    expect([id, status]).toEqual(['shell', 'ok'])
    expect(title).toMatch(/^no rc file has flow's line/)
  })
})
