/** flow and git themselves, the repository, and what package.json says. */
import { FlowError } from '../../errors.ts'
import { isJsonObject } from '../../json.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import { broken, type Finding, ok, pathName, SET_UP } from '../../setup/finding.ts'
import { isOwnProgram } from '../../setup/package-manager.ts'
import { commandName, packageOf } from '../../setup/project.ts'
import { shellWord } from '../../shell-word.ts'
import { VERSION } from '../../version.ts'
import { installGit, requireRepository } from '../require-repository.ts'
import type { DoctorContext } from './context.ts'

/** `git rev-parse --absolute-git-dir` came with it. */
const OLDEST_GIT = [2, 13] as const

/** For whoever reads a report. */
export function flowFinding({ ports, packageFolder, cwd }: DoctorContext): Finding {
  const folder = pathName(cwd, ports.fs.realPath(packageFolder))
  return ok('flow', `flow ${VERSION} in ${folder}, run by ${ports.environment.nodePath}`)
}

export function gitFinding({ ports }: DoctorContext): Finding {
  const { platform } = ports.environment
  const { status, stdout, stderr, errno } = ports.commands.run('git', ['--version'])
  const fix = installGit(platform)
  if (status !== 0) {
    const said = stderr.trim().split('\n', 1)[0] || errno || `exit code ${status}`
    const detail = errno === 'ENOENT' ? 'there is no program of that name on PATH' : said
    return broken('git', 'found no git that runs', { detail, fix })
  }
  const version = stdout.trim().replace(/^git version /, '')
  if (isTooOld(version)) {
    const detail = `flow asks git what git ${OLDEST_GIT.join('.')} and later can answer`
    return broken('git', `git ${version} is too old`, { detail, fix })
  }
  return ok('git', `git ${version}`)
}

export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor < OLDEST_GIT[1])
}

export function repositoryFinding({
  ports,
  sight,
  repository,
  cwd,
}: DoctorContext): Finding | null {
  if (repository !== null) return ok('repository', `repository ${repository.topLevel}`)
  if (sight.kind === 'no-git') return null
  if (sight.kind === 'none') {
    const detail =
      'neither it nor a folder above it has a .git; sessions are opened in repositories'
    const fix = `git init && ${SET_UP}`
    return broken('repository', `${cwd} is in no git repository`, { detail, fix })
  }
  try {
    requireRepository(ports)
    return ok('repository', `repository around ${cwd}`)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return broken('repository', error.what, { detail: error.why, fix: error.next })
  }
}

/** Facebook's type checker, or any other program that a person or a script reaches as `flow`. */
export function otherFlowFinding({ ports, project, cwd }: DoctorContext): Finding {
  const { environment, fs } = ports
  const id = 'other-flow'
  if (project.kind === 'known' && commandName(fs, project.value) !== 'flow') {
    const renamed = renameInScripts(packageOf(project.value)?.scripts)
    if (renamed.length > 0) {
      const detail = 'another package here owns the name `flow`, and npm starts that one'
      const fix = `npm pkg set ${renamed.map(shellWord).join(' ')}`
      return broken(id, 'the scripts in package.json start another `flow`', { detail, fix })
    }
  }
  const found = findExecutable('flow', cwd, environment.variables.PATH)
  if (found === null || isOwnProgram(fs, found)) return ok(id, 'no other `flow` is on PATH')
  // Nothing to fix: both may stay.
  return ok(
    id,
    `\`flow\` on PATH is another program, ${found}: type \`npx flow-agent\` for this one`,
  )
}

/** `scripts.agent=flow-agent run claude --` for each script that calls flow by the shorter name. */
export function renameInScripts(scripts: unknown): string[] {
  if (!isJsonObject(scripts)) return []
  return Object.entries(scripts).flatMap(([name, script]) => {
    const renamed = String(script).replace(/(?<![\w-])flow (run|prepare)\b/g, 'flow-agent $1')
    return renamed === script ? [] : [`scripts.${name}=${renamed}`]
  })
}
