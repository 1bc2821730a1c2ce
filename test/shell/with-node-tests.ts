/** Where the scripts look for node. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { runHost, WITH_NODE } from './host.ts'
import {
  addOrphan,
  addSession,
  elsewhere,
  newStateHome,
  question,
  writeNode,
} from './state-home.ts'

interface Scene {
  readonly folder: string
  readonly askedPath: string
  /** A node that only a person's own init.sh leads to. */
  readonly nodePath: string
}

function newScene(): Scene {
  const folder = tempFolder()
  const askedPath = join(folder, 'asked')
  return { folder, askedPath, nodePath: writeNode(join(folder, "nvm's versions"), askedPath) }
}

const findsNode = ({ nodePath }: Scene) => `PATH="${join(nodePath, '..')}:$PATH"\n`

function writeInit(configFolder: string, text: string): void {
  mkdirSync(join(configFolder, 'flow'), { recursive: true })
  writeFileSync(join(configFolder, 'flow/init.sh'), text)
}

/** What a broken init.sh does, behind or before setting PATH. */
const BROKEN: Record<string, string> = {
  'exits with 1': 'exit 1',
  'exits with 0': 'exit 0',
  'has a syntax error': 'if then ( fi',
  'fails in its last line': 'false',
  'asks for a variable that is not set, under set -u': 'set -u; echo "$NO_SUCH_VARIABLE"',
  'calls what is not there': 'no-such-program --init',
}

const QUIET = { code: 0, stdout: '', stderr: '' }

export function withNodeTests(shell: readonly string[]): void {
  function start({ folder }: Scene, env: Record<string, string>, words: readonly string[]) {
    const [program = '', ...options] = shell
    const bare = { PATH: '/nowhere', HOME: join(folder, 'home'), ...env }
    const done = spawnSync(program, [...options, WITH_NODE, ...words], {
      cwd: folder,
      env: bare,
      encoding: 'utf8',
      input: 'typed\n',
    })
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }
  const asked = ({ askedPath }: Scene) =>
    existsSync(askedPath) ? readFileSync(askedPath, 'utf8') : null

  describe('where node is looked for', () => {
    test('the recorded one comes first, and every word and the input reach it', () => {
      const scene = newScene()
      const recorded = writeNode(join(scene.folder, 'recorded'), scene.askedPath)
      const PATH = join(scene.nodePath, '..')
      const words = ['a  b', '', '*', '$HOME', '-e', 'two\nlines']
      expect(start(scene, { PATH }, [recorded, ...words]).code).toBe(3)
      expect(asked(scene)).toBe([recorded, ...words, 'typed\n'].join('\n'))
    })

    test('then PATH, and the init.sh is not read', () => {
      const scene = newScene()
      writeInit(join(scene.folder, 'home/.config'), `: >"${scene.folder}/read"\n`)
      const PATH = `.:/nowhere::${join(scene.nodePath, '..')}`
      expect(start(scene, { PATH }, ['/nowhere/node', 'x']).code).toBe(3)
      expect(asked(scene)).toBe(`${scene.nodePath}\nx\ntyped\n`)
      expect(existsSync(join(scene.folder, 'read'))).toBe(false)
    })

    test.each(['home/.config', 'elsewhere'])('then the init.sh in %s', (place) => {
      const scene = newScene()
      writeInit(join(scene.folder, place), `${findsNode(scene)}set -- none; echo noise; cat\n`)
      const XDG_CONFIG_HOME = place === 'elsewhere' ? join(scene.folder, place) : ''
      const done = start(scene, { XDG_CONFIG_HOME, PATH: '/nowhere' }, ['', 'script', '--quiet'])
      expect(done).toEqual({ code: 3, stdout: '', stderr: '' })
      expect(asked(scene)).toBe(`${scene.nodePath}\nscript\n--quiet\ntyped\n`)
    })

    test('an init.sh may set options that scripts choke on', () => {
      const scene = newScene()
      writeInit(join(scene.folder, 'home/.config'), `set -euf; IFS=/; ${findsNode(scene)}`)
      expect(start(scene, {}, ['', 'script']).code).toBe(3)
      expect(asked(scene)).toBe(`${scene.nodePath}\nscript\ntyped\n`)
    })

    test.each(Object.entries(BROKEN))('an init.sh that %s is no answer of node', (_, line) => {
      const scene = newScene()
      writeInit(join(scene.folder, 'home/.config'), `${line}\n`)
      expect(start(scene, {}, ['', 'x'])).toEqual({ code: 127, stdout: '', stderr: '' })
    })

    test('an init.sh in the repository is nobody’s', () => {
      const scene = newScene()
      writeInit(join(scene.folder, 'config'), findsNode(scene))
      for (const env of [{ XDG_CONFIG_HOME: 'config' }, { XDG_CONFIG_HOME: './config' }]) {
        expect(start(scene, env, ['', 'x'])).toEqual({ code: 127, stdout: '', stderr: '' })
      }
      writeInit(join(scene.folder, '.config'), findsNode(scene))
      for (const HOME of ['', '.']) {
        expect(start(scene, { HOME }, ['', 'x'])).toEqual({ code: 127, stdout: '', stderr: '' })
      }
      expect(asked(scene)).toBe(null)
    })

    test('a pipe by the name of init.sh keeps nobody waiting', () => {
      const scene = newScene()
      mkdirSync(join(scene.folder, 'home/.config/flow'), { recursive: true })
      execFileSync('mkfifo', [join(scene.folder, 'home/.config/flow/init.sh')])
      expect(start(scene, {}, ['', 'x'])).toEqual({ code: 127, stdout: '', stderr: '' })
    })

    test('a folder by the name of node is none', () => {
      const scene = newScene()
      mkdirSync(join(scene.folder, 'bin/node'), { recursive: true })
      const PATH = join(scene.folder, 'bin')
      expect(start(scene, { PATH }, [scene.folder, 'x']).code).toBe(127)
    })
  })

  describe('a checkout where only the init.sh knows node', () => {
    const stage = (text: (scene: Scene) => string) => {
      const scene = newScene()
      const home = newStateHome()
      addSession(home, home.project, { node: '/nowhere/node\n' })
      rmSync(join(home.hooksFolder, 'node'))
      const nodePath = writeNode(join(scene.folder, "nvm's versions"), join(home.folder, 'asked'))
      const config = join(home.folder, 'config')
      writeInit(config, text({ ...scene, nodePath }))
      const env = { FLOW_HOME: home.path, PATH: '/nowhere', XDG_CONFIG_HOME: config }
      return { home: { ...home, nodePath }, host: elsewhere(home, { env, before: 'set -eu' }) }
    }

    test('flow is asked', () => {
      const { home, host } = stage(findsNode)
      expect(runHost(shell, host)).toEqual(QUIET)
      expect(home.asked()).toBe(question(home))
    })

    test.each(Object.entries(BROKEN))('an init.sh that %s fails no checkout', (_, line) => {
      for (const text of [() => `${line}\n`, (scene: Scene) => `${findsNode(scene)}${line}\n`]) {
        const { host } = stage(text)
        const done = runHost(shell, { ...host, after: 'echo "$-" >/dev/null; exit 7' })
        expect(done).toEqual({ ...QUIET, code: 7 })
      }
    })

    test('with nothing pending it is not read', () => {
      const { home, host } = stage(({ folder }) => `: >"${folder}/read"\n`)
      const scene = newStateHome()
      const env = { ...host.env, FLOW_HOME: scene.path }
      expect(runHost(shell, { ...host, env })).toEqual(QUIET)
      expect(home.asked()).toBe(null)
    })

    test('with the recorded node there it is not read', () => {
      const { home, host } = stage(({ folder }) => `: >"${folder}/read"; exit 1\n`)
      const other = newStateHome()
      addOrphan(other)
      const env = { ...host.env, FLOW_HOME: other.path }
      expect(runHost(shell, { ...host, env })).toEqual(QUIET)
      expect(other.asked()).toBe(question(other))
      expect(existsSync(join(home.folder, 'read'))).toBe(false)
    })
  })
}
