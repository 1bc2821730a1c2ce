// docs/COMMANDS.md: every command's own help page.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importTypeScript } from './import-typescript.mjs'

const file = fileURLToPath(new URL('../docs/COMMANDS.md', import.meta.url))

const HEAD = `# Commands

What \`flow --help\` and \`flow COMMAND --help\` print. The build makes this file from \`src/commands/\`.

Exit codes: the agent's own; 1: flow failed; 2: wrong usage; of \`flow exec\` 126: not executable, 127: not
found. An agent that died of a signal: flow dies of the same.

| variable | |
| --- | --- |
| \`FLOW=0\`, \`off\`, \`false\`, \`no\` | hooks and merging are off; the agent still runs |
| \`FLOW_HOME\` | another state directory than \`~/.sylphx-flow\` |
| \`NO_COLOR\`, \`FORCE_COLOR\` | no colours; colours in a pipe |
| \`DEBUG=flow:*\` | each decision with its reason, on standard error |
`

/** Writes the document where it differs. */
export async function writeCommands() {
  const text = await commandsDocument()
  if (readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
}

export async function commandsDocument() {
  const { COMMANDS } = await importTypeScript('commands/load.ts')
  const { loadAll, parseCommandLine } = await importTypeScript('command-line/parse.ts')
  const page = async (...words) => {
    const style = { version: '', program: () => 'flow', columns: () => 80, hasColors: () => false }
    const { text } = await parseCommandLine([...words, '--help'], COMMANDS, style)
    return `\`\`\`\n${text}\`\`\`\n`
  }
  const parts = [HEAD, await page()]
  const commands = Object.entries(await loadAll(COMMANDS))
  for (const [name] of commands.filter(([, { meta }]) => !meta.isHidden)) {
    parts.push(`## flow ${name}\n`, await page(name))
  }
  parts.push('## Called by programs\n')
  for (const [name] of commands.filter(([, { meta }]) => meta.isHidden)) {
    parts.push(`### flow ${name}\n`, await page(name))
  }
  return parts.join('\n')
}
