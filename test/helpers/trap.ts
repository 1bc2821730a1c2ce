/** A repository from a stranger, with code wherever a tool might run some. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { put } from './team.ts'

export interface Trap {
  /** Names of the files that were run since the last question, sorted. */
  sprung(): string[]
}

const MODULES = [
  ...['.flowrc.js', '.flowrc.mjs', 'flow.config.js', 'flow.config.mjs', 'index.js'],
  ...['config.js', 'config.mjs', 'flowrc.js', 'flow.config.js'].map((name) => `.config/${name}`),
  'node_modules/flow-agent/dist/index.js',
  ...['husky', 'typescript', 'cosmiconfig', 'zx'].map((name) => `node_modules/${name}/index.mjs`),
]
const SCRIPTS = [
  ...['.flowrc.cjs', 'flow.config.cjs', '.config/config.cjs', '.config/flowrc.cjs'],
  ...['cli.cjs', 'runtime.cjs'].map((name) => `node_modules/flow-agent/dist/${name}`),
]
const PROGRAMS = [
  ...['flow', 'flow-agent', 'node', 'git', 'sh', 'notify-send', 'claude'].flatMap((name) => [
    name,
    `node_modules/.bin/${name}`,
  ]),
  ...['post-checkout', 'post-merge', '_/post-checkout', '_/h', 'common.sh'].map(
    (name) => `.husky/${name}`,
  ),
  ...['post-checkout', 'post-merge', 'pre-commit', 'pending.sh'].flatMap((name) => [
    `node_modules/flow-agent/templates/hooks/${name}`,
    `.sylphx-flow/hooks/${name}`,
  ]),
  ...['fsmonitor', 'alias', 'pager', 'filter', 'editor'].map((name) => `of-git/${name}`),
  ...['.envrc', 'node_modules/flow-agent/templates/launch.sh'],
]

/** Sets it in the folder `cwd`, which is a repository; what is run notes its own name elsewhere. */
export function setTrap(cwd: string): Trap {
  const log = `${cwd}-sprung`
  const note = (name: string) => `appendFileSync('${log}', '${name}\\n')`
  const made = (names: readonly string[], text: (name: string) => string) =>
    Object.fromEntries(names.map((name) => [name, text(name)]))
  put(cwd, {
    ...made(MODULES, (name) => {
      return `import { appendFileSync } from 'node:fs'\n${note(name)}\nexport default {}\n`
    }),
    ...made(SCRIPTS, (name) => `require('node:fs').${note(name)}\nmodule.exports = {}\n`),
    ...made(PROGRAMS, (name) => `#!/bin/sh\necho '${name}' >>'${log}'\n`),
    'package.json': JSON.stringify({
      type: 'module',
      main: 'index.js',
      cosmiconfig: { $import: './index.js', searchPlaces: ['index.js'] },
      scripts: { prepare: './flow', preinstall: './flow' },
    }),
    '.env': `NODE_OPTIONS=--import=${cwd}/index.js\n`,
    'node.config.json': '{ "nodeOptions": { "import": ["./index.js"] } }',
    '.gitattributes': '* filter=x\n',
  })
  for (const name of PROGRAMS) chmodSync(join(cwd, name), 0o755)
  for (const [key, value] of [
    ['core.hooksPath', '.husky'],
    ['core.fsmonitor', `${cwd}/of-git/fsmonitor`],
    ['core.pager', `${cwd}/of-git/pager`],
    ['core.editor', `${cwd}/of-git/editor`],
    ['alias.rev-parse', `!${cwd}/of-git/alias`],
    ['filter.x.clean', `${cwd}/of-git/filter`],
  ]) {
    execFileSync('git', ['config', key ?? '', value ?? ''], { cwd })
  }
  const sprung = () => {
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
    rmSync(log, { force: true })
    return [...new Set(lines)].sort()
  }
  proveTrap(cwd, sprung)
  return { sprung }
}

/** A trap that cannot spring proves nothing: each is run once, by its own name. */
function proveTrap(cwd: string, sprung: () => string[]): void {
  const all = [...MODULES, ...SCRIPTS]
  const imports = all.map((name) => `await import('${join(cwd, name)}')`).join('\n')
  execFileSync(process.execPath, ['--input-type=module', '-e', imports])
  for (const name of PROGRAMS) spawnSync(join(cwd, name))
  const wanted = [...all, ...PROGRAMS].sort()
  const found = sprung()
  if (found.join() !== wanted.join()) throw new Error(`these alone spring: ${found}`)
  spawnSync('git', ['status'], { cwd })
  if (!sprung().includes('of-git/fsmonitor')) throw new Error('git runs no fsmonitor')
}
