/** The configuration, the agent that `flow run` starts without a name, and what a session gives it. */
import { dirname, join } from 'node:path'
import { fileOf } from '../../config/load.ts'
import { FlowError, isErrno } from '../../errors.ts'
import { foldersUp, isInside } from '../../git/tree-path.ts'
import { factsOf, realPathOf } from '../../lib/files.ts'
import type { CommandResult } from '../../ports/commands.ts'
import { lastFired } from '../../session/fired.ts'
import { listHistory } from '../../session/history.ts'
import { type Place, readSettingsFile } from '../../session/settings-file.ts'
import { getBackupRef } from '../../session/state.ts'
import { parseSettings } from '../../settings/document.ts'
import { mergeEntries } from '../../settings/merge.ts'
import { broken, edit, type Finding, ok, pathName, pathWord, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { agentProgram } from '../agent-program.ts'
import { sessionNames } from '../session-names.ts'
import { age } from '../time.ts'
import type { DoctorContext } from './context.ts'

const TIMEOUT_MS = 10_000
const MAX_VERSION_LENGTH = 60

/** One that is not valid, or whose templates or hooks are not, is a failure of the context. */
export function configurationFinding({ configuration, merging, cwd }: DoctorContext) {
  if (configuration === null || merging === null) return null
  const files = [configuration.file, configuration.local?.file ?? null]
  const names = files.filter((file) => file !== null).map((file) => pathName(cwd, file))
  if (names.length === 0) return ok('configuration', 'no configuration: the defaults apply')
  const named = names.join(', with your own values in ')
  return ok('configuration', `the configuration in ${named} is valid`)
}

/** Is it installed, and which version is it? */
export function agentFinding(context: DoctorContext): Finding | null {
  const { ports, configuration, packageDirectory, cwd } = context
  if (configuration === null) return null
  const { config, projectRoot } = configuration
  const { agents, agent: name } = config
  // One that is not configured is the configuration's finding.
  const agent = Object.hasOwn(agents, name) ? agents[name] : undefined
  if (agent === undefined) return null
  const key = agent.script === undefined ? 'command' : 'script'
  const file = fileOf(configuration, ['agents', name, key])
  let program: string[]
  try {
    program = agentProgram(ports, configuration, { name, agent }, packageDirectory)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    const fix = agent.install ?? (file === null ? undefined : edit(cwd, file))
    return broken('agent', error.what, { detail: error.why, fix })
  }
  if (agent.script !== undefined) return ok('agent', `${name} is a zx script (${program.at(-1)})`)
  const [executable = '', ...firstArgs] = program
  const args = [...firstArgs, '--version']
  const done = ports.commands.run(executable, args, { cwd: projectRoot, timeoutMs: TIMEOUT_MS })
  const version = versionIn(done.stdout)
  if (done.status === 0 && version !== null) {
    return ok('agent', `${name} ${version} (${executable})`)
  }
  const [error = ''] = done.stderr.trim().split('\n', 1)
  return warning('agent', `the agent "${name}" does not print its version`, {
    detail: `${executable} --version: ${howItEnded(done)}\n${error}`.trimEnd(),
    fix: agent.install ?? [executable, ...args].map(shellWord).join(' '),
  })
}

function howItEnded({ status, errno }: CommandResult): string {
  if (errno === 'ETIMEDOUT') return `no answer within ${TIMEOUT_MS / 1000} s`
  return errno ?? (status === null ? 'it died of a signal' : `exit code ${status}`)
}

/** `2.1.330` of `2.1.330 (Claude Code)`; else the beginning of the first line; null: there is none. */
export function versionIn(stdout: string): string | null {
  const [line = ''] = stdout.trim().split('\n', 1)
  if (line === '') return null
  return /\d+\.\d+[\w.+-]*/.exec(line)?.[0] ?? line.slice(0, MAX_VERSION_LENGTH)
}

/** Merges in memory as a session would: what stops or warns that one is a finding, in its words. */
export function settingsFinding(context: DoctorContext): Finding | null {
  const { ports, configuration, merging, repository, cwd } = context
  if (configuration === null || merging === null || repository.kind !== 'repository') return null
  const { projectRoot } = configuration
  const { settingsPath, entries } = merging
  const { topLevel: boundary, gitFolder } = repository.repository
  const place = { projectPath: projectRoot, boundary, gitFolder, followSymlinks: false }
  const path = join(projectRoot, settingsPath)
  const id = 'settings'
  try {
    const { present } = readSettingsFile(ports, place, settingsPath)
    if (present === null) return ok(id, `${settingsPath} is not there: a session makes its own`)
    const { warnings } = mergeEntries(present.bytes, entries, '', settingsPath)
    const [ignored, ...more] = warnings
    const fix = edit(cwd, path)
    if (ignored !== undefined) {
      const detail = [...more, 'so it runs neither your hooks nor merged ones'].join('\n')
      return warning(id, ignored, { detail, fix })
    }
    const { value } = parseSettings(present.bytes, settingsPath)
    if (value.disableAllHooks !== true) return ok(id, `${settingsPath} is valid and writable`)
    const detail = '"disableAllHooks" is true: the client runs neither your hooks nor merged ones'
    return warning(id, `${settingsPath} switches all hooks off`, { detail, fix })
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return refusedFinding(context, error, place, path)
  }
}

/** The cause may be a directory above the file: a link, or a file in its place. */
function refusedFinding(
  { ports: { fs }, cwd }: DoctorContext,
  { code, what, why, details, cause }: FlowError,
  { projectPath, boundary }: Place,
  path: string,
): Finding {
  const parts = foldersUp(path, projectPath).slice(0, -1).toReversed()
  const wordOf = (isCause: (part: string) => boolean) => pathWord(cwd, parts.find(isCause) ?? path)
  if (details.leadsTo !== undefined) {
    const word = wordOf((part) => !isInside(boundary, realPathOf(fs, part)))
    const detail = `${why}\n\`flow run --follow-symlinks\` changes that one; or give it a copy of its own:`
    const fix = `cp -RH ${word} ${word}.own && rm ${word} && mv ${word}.own ${word}`
    return warning('settings', what, { detail, fix })
  }
  const odd = wordOf((part) => factsOf(fs, part)?.kind !== 'folder')
  const gone = wordOf((part) => factsOf(fs, part) === null)
  const fixes: Readonly<Record<string, string>> = {
    E_SETTINGS_INVALID: edit(cwd, path),
    E_SETTINGS_READ: `chmod -R u+rwX ${pathWord(cwd, dirname(path))}`,
    ...(!isErrno(cause, 'EROFS') && {
      E_SETTINGS_WRITE: `chmod u+w ${pathWord(cwd, details.path ?? path)}`,
    }),
    E_SETTINGS_KIND: `mv ${odd} ${odd}.old`,
    E_SETTINGS_LINK: `rm ${gone}`,
  }
  return broken('settings', what, { detail: why, fix: fixes[code] })
}

/** What flow merges of its own, by the client's name of the event and by flow's. */
const EVENTS = [
  ['SessionStart', 'session-start'],
  ['Notification', 'notification'],
] as const

/** Does the client run what flow merges? The hook log says so, after a session too. */
export function firedFinding({ ports, configuration, paths }: DoctorContext): Finding | null {
  if (configuration === null || paths === null) return null
  const nameOf = sessionNames(ports, paths.home)
  const seen = EVENTS.flatMap(([event, name]) => {
    const fired = lastFired(ports, paths, name)
    if (fired === null) return []
    const ago = age(fired.firedAt, ports.clock.now())
    return [`${event} last fired ${ago} ago, in session ${nameOf(fired.sessionId)}`]
  })
  if (seen.length > 0) return ok('fired', seen.join('; '))
  const { config, projectRoot } = configuration
  const { memory } = config
  if (memory.file === false && memory.logs === false && !memory.sessions) {
    return ok('fired', 'the configuration merges no SessionStart hook that could be seen to fire')
  }
  const isPast = listHistory(ports, paths.home).some((one) => one.projectPath === projectRoot)
  if (!isPast && getBackupRef(ports, paths).kind !== 'ok') {
    return ok('fired', 'no session ran here yet')
  }
  return warning('fired', 'no merged hook was ever seen to fire here', {
    detail:
      'there were sessions: perhaps of a command that reads no hooks, or of a client that does not trust this directory yet, or that was started in another one. To find out, start your agent and look again:',
    fix: 'flow run',
  })
}
