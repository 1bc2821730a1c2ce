/** The `.flowrc` that `flow init` writes. */
import template from '../../templates/flowrc.yml?raw'

const SCHEMA = '/dist/schema.json'
const SCHEMA_LINE = /^# yaml-language-server: \$schema=(.*)\n/

/**
 * @param schemaPath path of `dist/schema.json` in flow's package, which an editor resolves against the directory
 * of the file; null where no path holds for everybody: under Plug'n'Play, whose directory has flow's version in
 * its name, and in a repository without node_modules. `flow config --schema` prints the schema there.
 */
export function flowrcText(schemaPath: string | null): string {
  if (schemaPath !== null) return template.replaceAll('PACKAGE', () => packageOf(schemaPath))
  const elsewhere =
    '.flowrc.example in the package flow-agent; for an editor: `flow config --schema`'
  return template.replace(SCHEMA_LINE, '').replace('PACKAGE/.flowrc.example', elsewhere)
}

/** True for what `flowrcText` gives, whatever the path of the schema, and whether or not git made CRLF of it. */
export function isFlowrcAsWritten(bytes: Buffer): boolean {
  const text = bytes.toString('utf8').replaceAll('\r\n', '\n')
  const [, schemaPath = null] = SCHEMA_LINE.exec(text) ?? []
  return text === flowrcText(schemaPath)
}

function packageOf(schemaPath: string): string {
  return schemaPath.slice(0, -SCHEMA.length)
}
