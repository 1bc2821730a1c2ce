import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../../src/ports/file-system.ts'
import { configurationFor, isExample } from '../../../src/setup/configuration.ts'
import type { PackageManager } from '../../../src/setup/package-manager.ts'

const LINE = '# yaml-language-server: $schema='
const example = Buffer.from(`${LINE}./node_modules/flow-agent/dist/schema.json\n#\nagent: claude\n`)

/** A file system in which nothing but this is there. */
const having = (...paths: string[]) =>
  ({
    facts: (path: string) => {
      if (!paths.includes(path)) throw Object.assign(new Error(), { code: 'ENOENT' })
      return {}
    },
    readFile: () => example,
  }) as unknown as FileSystem

function written(fs: FileSystem, directory: string, manager: Partial<PackageManager> = {}): string {
  const project = {
    directory,
    topLevel: '/repo',
    package: { value: { name: 'team' } },
    manager: { name: 'npm' as const, root: directory, isPnp: false, ...manager },
  }
  const ports = { fs } as never
  return configurationFor({ ports, project: project as never, packageDirectory: '/flow' })
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
    expect(written(having(), '/repo', { name: 'yarn-berry', isPnp: true })).toBe(
      '#\nagent: claude\n',
    )
  })
})

test('what init wrote is known again, wherever the schema lay, and an edit is one', () => {
  const elsewhere = Buffer.from(example.toString().replace('./node', '../../node'))
  const without = Buffer.from('#\nagent: claude\n')
  for (const bytes of [example, elsewhere, without]) expect(isExample(bytes, example)).toBe(true)
  expect(isExample(Buffer.from(`${example}\n`), example)).toBe(false)
})
