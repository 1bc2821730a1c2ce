import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'

/** Packs flow as it is published and installs it: `{ folder, repository }`, all in one folder. */
export function install() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'flow-bench-')))
  const repository = join(folder, 'installed')
  mkdirSync(repository)
  writeFileSync(join(repository, 'package.json'), '{\n  "name": "team",\n  "private": true\n}\n')
  const root = resolve(import.meta.dirname, '..')
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [{ filename }] = JSON.parse(run('npm', packing, { cwd: root }))
  const installing = ['install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund']
  run('npm', [...installing, join(folder, filename)], { cwd: repository })
  return { folder, repository }
}

/** Another tool, as the registry has it: the folder of its executables. */
export function installTool({ folder }, name, version) {
  const cwd = join(folder, 'tools', name)
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }\n')
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  run('npm', ['install', ...quiet, `${name}@${version}`], { cwd })
  return join(cwd, 'node_modules/.bin')
}

/**
 * A fresh repository with flow in its node_modules: 200 files, a settings file of a person's own and
 * a MEMORY.md of 4 KB. `{ cwd, env }`, with a home and a state home that nobody else uses.
 */
export function newRepository({ folder, repository }, name) {
  const place = join(folder, name)
  const cwd = join(place, 'repository')
  const home = join(place, 'home')
  mkdirSync(home, { recursive: true })
  cpSync(repository, cwd, { recursive: true, verbatimSymlinks: true })
  mkdirSync(join(cwd, '.claude'))
  mkdirSync(join(cwd, 'src'))
  writeFileSync(join(cwd, '.gitignore'), 'node_modules\n')
  writeFileSync(join(cwd, 'MEMORY.md'), 'Remember what was decided, and why.\n'.repeat(114))
  writeFileSync(join(cwd, '.claude/settings.json'), '{\n  "model": "opus"\n}\n')
  for (let n = 0; n < 200; n += 1) writeFileSync(join(cwd, `src/${n}.txt`), `${n}\n`)
  const at = { cwd, env: environment(home) }
  run('git', ['init', '-q', '-b', 'main'], at)
  commit(at)
  return at
}

export function commit(at) {
  run('git', ['add', '-A'], at)
  run('git', ['commit', '-qm', 'files'], at)
}

/** Standard output of a program that succeeds. */
export function run(file, args, at) {
  return execFileSync(file, args, { ...at, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Nothing of the person's, of npm's or of a flow or git that this runs under. */
function environment(home) {
  const foreign = /^(npm_|XDG_|GIT_|FLOW|CLAUDE|HUSKY|NODE_|DEBUG)/
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  const names = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => [
      [`GIT_${role}_NAME`, 'Bench'],
      [`GIT_${role}_EMAIL`, 'bench@example.invalid'],
    ]),
  )
  return {
    ...Object.fromEntries(kept),
    ...names,
    HOME: home,
    FLOW_HOME: join(home, '.sylphx-flow'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  }
}
