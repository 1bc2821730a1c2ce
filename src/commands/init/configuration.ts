/** The `.flowrc` that `init` writes: the example, whose first line leads editors to the schema. */
import { join } from 'node:path'
import { treePath } from '../../git/tree-path.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { type Project, packagePath } from './project.ts'

const SCHEMA_LINE = /^# yaml-language-server: \$schema=.*\r?\n/

/** @param example bytes of `.flowrc.example` in flow's own package */
export function configurationFor(fs: FileSystem, project: Project, example: Buffer): Buffer {
  const { folder, topLevel, manager } = project
  // Plug'n'Play has it under a name that changes with flow's version: no line is better than a wrong one.
  const line = manager.isPnp
    ? ''
    : `# yaml-language-server: $schema=${schemaPath(folder, join(topLevel, packagePath(fs, project)))}\n`
  // As a function: `$` means something in a replacement.
  return Buffer.from(example.toString('utf8').replace(SCHEMA_LINE, () => line))
}

/** Editors resolve it against the folder of the file. */
function schemaPath(folder: string, packageFolder: string): string {
  const path = treePath(folder, join(packageFolder, 'dist/schema.json'))
  return path.startsWith('../') ? path : `./${path}`
}

/** True when nobody has changed it since: the path of the schema depends on where flow was installed. */
export function isExample(bytes: Buffer, example: Buffer): boolean {
  return withoutLine(bytes) === withoutLine(example)
}

function withoutLine(bytes: Buffer): string {
  return bytes.toString('latin1').replace(SCHEMA_LINE, '')
}
