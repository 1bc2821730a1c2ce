import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compile, teamWithConsumer } from '../helpers/library.ts'

describe("import … from 'flow-agent', as installed", () => {
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
