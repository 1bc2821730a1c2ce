import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXAMPLES } from '../helpers/documents.ts'
import { compile, teamWithConsumer } from '../helpers/library.ts'
import { newTeam } from '../helpers/team.ts'

describe("import … from 'flow-agent', as installed", () => {
  test('its types resolve for a bundler', async () => {
    const options = { module: 'esnext', moduleResolution: 'bundler', noEmit: true }
    expect(await compile(teamWithConsumer(), options)).toEqual({ code: 0, stdout: '' })
  })

  test.each(EXAMPLES.filter(({ path, kind }) => path === 'docs/LIBRARY.md' && kind === 'ts'))(
    'the example of $path, line $line, compiles',
    async ({ text }) => {
      const team = newTeam({ files: { 'example.mts': text } })
      const compiled = await compile(team, { module: 'nodenext', noEmit: true }, 'example.mts')
      expect(compiled).toEqual({ code: 0, stdout: '' })
    },
  )

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
