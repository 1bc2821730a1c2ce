/** flow and git themselves, the repository, other programs by the name of flow, and switches of this shell. */
import { dirname } from 'node:path'
import { isSwitchedOff } from '../../flow-switch.ts'
import { isJsonObject } from '../../json.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import {
  broken,
  type Finding,
  ok,
  pathName,
  pathWord,
  SET_UP,
  warning,
} from '../../setup/finding.ts'
import { isOwnProgram } from '../../setup/package-manager.ts'
import { commandName, packageOf } from '../../setup/project.ts'
import { shellWord } from '../../shell-word.ts'
import { VERSION } from '../../version.ts'
import { installGit } from '../require-repository.ts'
import type { DoctorContext } from './context.ts'

/** `git rev-parse --absolute-git-dir` came with it. */
const MIN_GIT = [2, 13] as const

/** For whoever reads a report. */
export function flowFinding({ ports, packageDirectory, cwd }: DoctorContext): Finding {
  const directory = pathName(cwd, ports.fs.realPath(packageDirectory))
  return ok('flow', `flow ${VERSION} in ${directory}, run by ${ports.environment.nodePath}`)
}

export function gitFinding({ ports }: DoctorContext): Finding {
  const { status, stdout, stderr, errno } = ports.commands.run('git', ['--version'])
  const fix = installGit(ports.environment.platform)
  if (status !== 0) {
    const [answer] = stderr.trim().split('\n', 1)
    const why = errno === 'ENOENT' ? 'there is no program of that name on PATH' : errno
    const detail = why ?? (answer || `exit code ${status}`)
    return broken('git', 'found no git that runs', { detail, fix })
  }
  const version = stdout.trim().replace(/^git version /, '')
  if (!isTooOld(version)) return ok('git', `git ${version}`)
  const detail = `flow asks git what git ${MIN_GIT.join('.')} and later can answer`
  return broken('git', `git ${version} is too old`, { detail, fix })
}

export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < MIN_GIT[0] || (major === MIN_GIT[0] && minor < MIN_GIT[1])
}

export function repositoryFinding({ repository: found, cwd }: DoctorContext): Finding | null {
  if (found.kind === 'no-git') return null
  const id = 'repository'
  if (found.kind === 'repository') return ok(id, `repository ${found.repository.topLevel}`)
  if (found.kind === 'refused') {
    const fix = found.next.join('\n') || undefined
    return broken(id, `git gave no answer about ${cwd}`, { detail: found.why, fix })
  }
  if (found.kind === 'bare') {
    const detail = 'it has no working files, and so nothing that an agent could work on'
    const fix = `git worktree add ../work && cd ../work && ${SET_UP}`
    return broken(id, `${cwd} is a bare repository`, { detail, fix })
  }
  const detail = 'neither it nor a directory above it has a .git, which a session needs'
  return broken(id, `${cwd} is in no git repository`, { detail, fix: `git init && ${SET_UP}` })
}

/** Facebook's type checker, or any other program that the user or a script reaches as `flow`. */
export function otherFlowFinding({ ports, setup, cwd }: DoctorContext): Finding {
  const { environment, fs } = ports
  const id = 'other-flow'
  const project = setup?.project
  if (project?.package && commandName(fs, project) !== 'flow') {
    const { path, name } = project.package.file
    const renamed = renameInScripts(packageOf(project)?.scripts).map(shellWord)
    if (renamed.length > 0) {
      const detail = 'another package here owns the name `flow`, and npm starts that one'
      // npm takes the nearest package.json, which may be another one.
      const fix = `npm pkg set --prefix ${pathWord(cwd, dirname(path))} ${renamed.join(' ')}`
      return broken(id, `the scripts in ${name} start another \`flow\``, { detail, fix })
    }
  }
  const found = findExecutable('flow', cwd, environment.variables.PATH)
  if (found === null || isOwnProgram(fs, found)) return ok(id, 'no other `flow` is on PATH')
  // Both may stay.
  const title = `\`flow\` on PATH is another program, ${found}: type \`npx flow-agent\` for this one`
  return ok(id, title)
}

/** `scripts.agent=flow-agent run claude --` for each script that calls flow by the shorter name. */
export function renameInScripts(scripts: unknown): string[] {
  if (!isJsonObject(scripts)) return []
  return Object.entries(scripts).flatMap(([name, script]) => {
    const renamed = String(script).replace(/(?<![\w-])flow (run|prepare)\b/g, 'flow-agent $1')
    return renamed === script ? [] : [`scripts.${name}=${renamed}`]
  })
}

const SWITCHES: Readonly<Record<string, string>> = {
  FLOW: "no hooks are merged, and flow's git hooks do nothing",
  HUSKY: 'husky runs no git hooks, so nothing is recovered after a checkout or a pull',
}

export function switchesFinding({ ports }: DoctorContext): Finding {
  const { variables } = ports.environment
  const isOff = (name: string) =>
    name === 'FLOW' ? isSwitchedOff(variables) : variables[name] === '0'
  const off = Object.keys(SWITCHES).filter(isOff)
  if (off.length === 0) return ok('switches', 'nothing is switched off by FLOW=0 or HUSKY=0')
  const settings = off.map((name) => `${name}=${variables[name]}`).join(' and ')
  const title = `${settings} ${off.length === 1 ? 'is' : 'are'} set in this shell`
  const detail = off.map((name) => SWITCHES[name]).join('\n')
  return warning('switches', title, { detail, fix: `unset ${off.join(' ')}` })
}
