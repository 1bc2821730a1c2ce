import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { defaultConfig, parseConfig } from '../../../src/config/schema.ts'
import type { FileSystem } from '../../../src/ports/file-system.ts'
import { configurationFor } from '../../../src/setup/configuration.ts'
import { flowrcText, isFlowrcAsWritten } from '../../../src/setup/flowrc.ts'
import type { PackageManager } from '../../../src/setup/package-manager.ts'

const PATH = './node_modules/flow-agent/dist/schema.json'
const LINE = '# yaml-language-server: $schema='
const TEXTS = [
  PATH,
  '../../node_modules/flow-agent/dist/schema.json',
  './dist/schema.json',
  null,
].map(flowrcText)

/** A file system in which nothing but this is there. */
const having = (...paths: string[]) =>
  ({
    facts: (path: string) => {
      if (!paths.includes(path)) throw Object.assign(new Error(), { code: 'ENOENT' })
      return {}
    },
  }) as unknown as FileSystem

function written(fs: FileSystem, directory: string, manager: Partial<PackageManager> = {}): string {
  const project = {
    directory,
    topLevel: '/repo',
    package: { value: { name: 'team' } },
    manager: { name: 'npm' as const, root: directory, isPnp: false, ...manager },
  }
  return configurationFor({ ports: { fs } as never, project: project as never })
}

describe('the first line of .flowrc leads an editor to the schema', () => {
  test('in a package of its own, installed yet or not', () => {
    const line = `${LINE}./node_modules/flow-agent/dist/schema.json\n`
    expect(written(having(), '/repo').startsWith(line)).toBe(true)
    expect(written(having('/repo/node_modules/flow-agent'), '/repo').startsWith(line)).toBe(true)
  })

  test('in a member of a workspace, where the package lies with the root', () => {
    const line = `${LINE}../../node_modules/flow-agent/dist/schema.json\n`
    const fs = having('/repo/node_modules/flow-agent')
    expect(written(fs, '/repo/apps/web').startsWith(line)).toBe(true)
    expect(written(having(), '/repo/apps/web', { root: '/repo' }).startsWith(line)).toBe(true)
  })

  test("under Plug'n'Play, where the path changes with flow's version, there is none", () => {
    const text = written(having(), '/repo', { name: 'yarn-berry', isPnp: true })
    expect(text).toBe(flowrcText(null))
    expect(text).not.toContain('$schema')
  })
})

describe('the .flowrc that init writes', () => {
  test.each(TEXTS)('is short, has every default, and points to all keys: %#', (text) => {
    const lines = text.split('\n')
    expect(lines.length).toBeLessThan(13)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(text).toContain('.flowrc.example')
    expect(text).not.toContain('PACKAGE')
    expect(parseConfig(parseDocument(text).toJS(), '.flowrc')).toEqual(defaultConfig())
  })

  test('has an example that is valid without its comment signs', () => {
    const text = flowrcText(null)
    const example = text.slice(text.indexOf('# hooks:')).replaceAll(/^# /gm, '')
    expect(parseConfig(parseDocument(example).toJS(), '.flowrc').hooks).toHaveProperty(
      'PostToolUse',
    )
  })

  test('is recognized, wherever the schema was and whatever git made of the line ends', () => {
    for (const text of TEXTS) {
      expect(isFlowrcAsWritten(Buffer.from(text))).toBe(true)
      expect(isFlowrcAsWritten(Buffer.from(text.replaceAll('\n', '\r\n')))).toBe(true)
      expect(isFlowrcAsWritten(Buffer.from(`${text}\n`))).toBe(false)
      expect(isFlowrcAsWritten(Buffer.from(text.replace('agent: claude', 'agent: x')))).toBe(false)
    }
    expect(isFlowrcAsWritten(Buffer.from(''))).toBe(false)
  })
})
