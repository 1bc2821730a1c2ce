import { join } from 'node:path'
import type { Ports } from '../../ports/ports.ts'
import { fishWord, shellWord } from '../../shell-word.ts'

/**
 * Prints the shell's script with the absolute paths of this node and this flow in it: a `flow` on PATH
 * where Tab is pressed may be another program.
 * @returns the exit code: 0
 */
export function completion(ports: Ports, shell: string, packageDirectory: string): number {
  const { nodePath, scriptPath, print } = ports.environment
  const template = ports.fs.readFile(
    join(packageDirectory, 'templates/completion', `flow.${shell}`),
  )
  const word = shell === 'fish' ? fishWord : shellWord
  // `_flow_node=''`, or in fish `_flow_node ''`
  const filled = template
    .toString('utf8')
    .replace(/_flow_node([ =])''/, (_, sign: string) => `_flow_node${sign}${word(nodePath)}`)
    .replace(/_flow_script([ =])''/, (_, sign: string) => `_flow_script${sign}${word(scriptPath)}`)
  print(filled)
  return 0
}
