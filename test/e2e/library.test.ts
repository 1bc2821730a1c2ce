import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileAt } from '../helpers/on-disk.ts'
import { run } from '../helpers/running.ts'
import { newTeam, ORIGINAL, type Team } from '../helpers/team.ts'

const require = createRequire(import.meta.url)
const compiler = join(
  dirname(require.resolve('typescript/package.json')),
  require('typescript/package.json').bin.tsc,
)
const types = resolve(import.meta.dirname, '../../node_modules/@types')

describe("import … from 'flow-agent', as installed", () => {
  test('its types hold for a strict consumer, and its functions work together', async () => {
    const team = teamWithConsumer()
    expect(await compile(team, { module: 'nodenext' })).toEqual({ code: 0, stdout: '' })
    const consumer = ['node', 'consumer.mjs', team.stateHome, team.cwd]

    // It ends without releasing its session, as if it had been killed.
    const first = await run([...consumer, 'hold'], team)
    expect(first.stderr).toBe('')
    expect(JSON.parse(first.stdout)).toEqual({
      before: { active: false, backup: 'absent', orphans: 0 },
      within: { active: true, backup: 'ok', orphans: 0, merged: true },
      again: 'E_ALREADY_OPEN',
    })
    const second = await run([...consumer, 'mend'], team)
    expect(second.stderr).toBe('')
    expect(JSON.parse(second.stdout)).toEqual({
      found: { active: false, backup: 'ok', orphans: 1 },
      finalized: { active: false, backup: 'absent', orphans: 0 },
      released: 'restored',
      recovered: true,
      history: [2, 1],
    })
    expect(fileAt(team.settingsPath)).toEqual(ORIGINAL)
  })

  test('its types resolve for a bundler', async () => {
    const options = { module: 'esnext', moduleResolution: 'bundler', noEmit: true }
    expect(await compile(teamWithConsumer(), options)).toEqual({ code: 0, stdout: '' })
  })

  test('a consumer that passes nonsense does not compile', async () => {
    const team = teamWithConsumer()
    const consumer = join(team.cwd, 'consumer.mts')
    const text = readFileSync(consumer, 'utf8')
    writeFileSync(consumer, text.replace('followSymlinks: false', 'followSymlinks: "no"'))
    const { code, stdout } = await compile(team, { module: 'nodenext', noEmit: true })
    expect(code).not.toBe(0)
    expect(stdout).toContain("'string' is not assignable to type 'boolean'")
  })
})

function teamWithConsumer(): Team {
  const team = newTeam()
  const consumer = join(import.meta.dirname, '../helpers/library-consumer.mts.txt')
  copyFileSync(consumer, join(team.cwd, 'consumer.mts'))
  return team
}

async function compile(team: Team, options: object) {
  const strict = { strict: true, exactOptionalPropertyTypes: true, target: 'es2022' }
  const compilerOptions = { ...strict, types: ['node'], typeRoots: [types], ...options }
  const project = { compilerOptions, files: ['consumer.mts'] }
  writeFileSync(join(team.cwd, 'tsconfig.json'), JSON.stringify(project))
  const { code, stdout } = await run(['node', compiler, '-p', '.'], team)
  return { code, stdout }
}
