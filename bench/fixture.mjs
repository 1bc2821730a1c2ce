import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { run } from './run.mjs'

const root = dirname(import.meta.dirname)

/** Packs this tree, which is built. */
export async function packNew(directory) {
  const name = await run('git', ['describe', '--always', '--dirty'], { cwd: root })
  return { name: `this tree, ${name}`, tarball: await pack(root, join(directory, 'new')) }
}

/** Takes a packed tarball as it is. Any other word is a git ref: checks it out, builds and packs it. */
export async function packOld(directory, tarballOrRef) {
  const path = resolve(tarballOrRef)
  if (existsSync(path)) return { name: basename(path), tarball: path }
  const verify = ['rev-parse', '--short', '--verify', `${tarballOrRef}^{commit}`]
  const commit = await run('git', verify, { cwd: root })
  const cwd = join(directory, 'checkout')
  await run('git', ['clone', '-q', '--shared', '--no-checkout', root, cwd])
  await run('git', ['checkout', '-q', '--detach', commit], { cwd })
  await run('npm', ['ci', '--ignore-scripts', '--prefer-offline'], { cwd })
  await run('npm', ['run', 'build'], { cwd })
  return { name: `${tarballOrRef}, ${commit}`, tarball: await pack(cwd, join(directory, 'old')) }
}

async function pack(cwd, destination) {
  await mkdir(destination)
  const options = ['--silent', '--ignore-scripts', '--pack-destination', destination]
  return join(destination, await run('npm', ['pack', ...options], { cwd }))
}

/**
 * Finds the directory of a Node's executable. All but the current Node come from the npm registry. The
 * package `node` is an install script that installs a package of the platform; that one is taken
 * directly, since it holds the executable and needs no script.
 */
export async function findNode(directory, wanted) {
  let bin = dirname(process.execPath)
  if (wanted !== 'current') {
    const { platform, arch } = process
    const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'
    const place = join(directory, `node-${wanted}`)
    await mkdir(place)
    await install(place, [`${prefix}-${platform}-${arch}@${wanted}`])
    bin = join(place, 'node_modules/.bin')
  }
  return { bin, version: await run(join(bin, 'node'), ['--version']) }
}

function install(cwd, packages) {
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
  return run('npm', ['install', '--prefix', cwd, '--save-dev', ...quiet, ...packages], { cwd })
}

const SET_UP = `set -e
git init -q -b main
git config user.name Bench
git config user.email bench@example.invalid
mkdir .claude .husky src
echo node_modules >.gitignore
echo : >.husky/post-checkout
printf '{\\n  "model": "opus"\\n}\\n' >.claude/settings.json
for n in $(seq 200); do echo "$n" >"src/$n.txt"; done
for n in $(seq 110); do echo 'Remember what was decided, and why.'; done >MEMORY.md
node_modules/.bin/husky
[ ! -f node_modules/.bin/flow ] || node_modules/.bin/flow init --yes
git add -A
git commit -q -m 'Set up'
git branch other`

/**
 * Makes a repository of 200 files with two branches, a settings file of the user's, a MEMORY.md of 4 KB,
 * husky with a post-checkout hook that does nothing and, given a tarball, flow. Its home and its state
 * directory are its own.
 */
export async function newFixture(home, { node, tarball }) {
  const cwd = join(home, 'repository')
  await mkdir(cwd, { recursive: true })
  await install(cwd, ['husky@9.1.7', ...(tarball ? [tarball] : [])])
  const env = environment(home, node)
  await run('sh', ['-c', SET_UP], { cwd, env })
  return { cwd, env, node, flow: tarball && join(cwd, 'node_modules/.bin/flow') }
}

/** Nothing of the user's, of npm's, or of a flow or git that this runs under. */
function environment(home, { bin }) {
  const unwanted = /^(npm_|XDG_|GIT_|FLOW|CLAUDE|HUSKY|NODE_|DEBUG|PROMPT_COMMAND$)/
  const inherited = Object.entries(process.env).filter(([name]) => !unwanted.test(name))
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    HOME: home,
    FLOW_HOME: join(home, '.sylphx-flow'),
    LC_ALL: 'C',
    PATH: [bin, process.env.PATH].join(delimiter),
  }
}
