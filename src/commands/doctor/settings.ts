/** What a session merges: can it be merged, does the client run it, did it come back? */
import { dirname, join } from 'node:path'
import { FlowError } from '../../errors.ts'
import { lastFired } from '../../session/fired.ts'
import { listHistory } from '../../session/history.ts'
import { homePaths } from '../../session/layout.ts'
import { residueOf } from '../../session/residue.ts'
import { readSettingsFile } from '../../session/settings-file.ts'
import { getBackupRef } from '../../session/state.ts'
import { listState } from '../../session/state-file.ts'
import { parseSettings } from '../../settings/document.ts'
import { mergeEntries } from '../../settings/merge.ts'
import { broken, edit, type Finding, ok, pathWord, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { sessionNames } from '../session-names.ts'
import { age } from '../time.ts'
import { type DoctorContext, ownPaths, readableHome } from './context.ts'

const ID = 'settings'

/** Merges in memory as a session would: what stops or warns that one is a finding here, in its words. */
export function settingsFinding(context: DoctorContext): Finding | null {
  const { ports, configuration, merging, repository, cwd } = context
  if (configuration.kind !== 'known' || merging.kind !== 'known' || repository === null) return null
  const { projectRoot } = configuration.value
  const { settingsPath, entries } = merging.value
  const { topLevel: boundary, gitFolder } = repository
  const place = { projectPath: projectRoot, boundary, gitFolder, followSymlinks: false }
  const path = join(projectRoot, settingsPath)
  try {
    const { present } = readSettingsFile(ports, place, settingsPath)
    if (present === null) return ok(ID, `${settingsPath} is not there: a session makes its own`)
    const { warnings } = mergeEntries(present.bytes, entries, '', settingsPath)
    const [ignored, ...more] = warnings
    const fix = edit(cwd, path)
    if (ignored !== undefined) {
      const detail = [...more, 'so it runs neither your hooks nor merged ones'].join('\n')
      return warning(ID, ignored, { detail, fix })
    }
    const { value } = parseSettings(present.bytes, settingsPath)
    if (value.disableAllHooks !== true) return ok(ID, `${settingsPath} is valid and writable`)
    const detail = '"disableAllHooks" is true: the client runs neither your hooks nor merged ones'
    return warning(ID, `${settingsPath} switches all hooks off`, { detail, fix })
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return refused(error, cwd, path)
  }
}

function refused({ code, what, why, details }: FlowError, cwd: string, path: string): Finding {
  const word = pathWord(cwd, path)
  if (code === 'E_SETTINGS_LINK' && details.leadsTo !== undefined) {
    const detail = `${why}\n\`flow run --follow-symlinks\` changes that one; or give it a copy of its own:`
    return warning(ID, what, { detail, fix: `cp ${word} ${word}.own && mv ${word}.own ${word}` })
  }
  const fixes: Readonly<Record<string, string>> = {
    E_SETTINGS_INVALID: edit(cwd, path),
    E_SETTINGS_READ: `chmod -R u+rwX ${pathWord(cwd, dirname(path))}`,
    E_SETTINGS_WRITE: `chmod u+w ${pathWord(cwd, details.path ?? path)}`,
    E_SETTINGS_KIND: `mv ${word} ${word}.old`,
    E_SETTINGS_LINK: `rm ${word}`,
  }
  return broken(ID, what, { detail: why, fix: fixes[code] })
}

/** What flow merges of its own, by the client's name of the event and by flow's. */
const EVENTS = [
  ['SessionStart', 'session-start'],
  ['Notification', 'notification'],
] as const

/** Does the client run what flow merges? The hook log says so, after a session too. */
export function firedFinding(context: DoctorContext): Finding | null {
  const { ports, configuration } = context
  const paths = ownPaths(context)
  if (paths === null || configuration.kind !== 'known') return null
  const nameOf = sessionNames(ports, paths.home)
  const seen = EVENTS.flatMap(([event, name]) => {
    const fired = lastFired(ports, paths, name)
    if (fired === null) return []
    const ago = age(fired.firedAt, ports.clock.now())
    return [`${event} last fired ${ago} ago, in session ${nameOf(fired.sessionId)}`]
  })
  if (seen.length > 0) return ok('fired', seen.join('; '))
  const { config, projectRoot } = configuration.value
  const { memory } = config
  if (memory.file === false && memory.logs === false && !memory.sessions) {
    return ok('fired', 'the configuration merges no SessionStart hook that could be seen to fire')
  }
  const isPast = listHistory(ports, paths.home).some((one) => one.projectPath === projectRoot)
  if (!isPast && getBackupRef(ports, paths).kind !== 'ok')
    return ok('fired', 'no session ran here yet')
  return warning('fired', 'no merged hook was ever seen to fire here', {
    detail:
      'there were sessions: perhaps of a command that reads no hooks, or of a client that does not trust this directory yet, or that was started in another one. To find out, start your agent and look again:',
    fix: 'flow run',
  })
}

/** What should not be there any more, and does no harm. */
export function leftoverFindings(context: DoctorContext): Finding[] {
  const home = readableHome(context)
  if (home === null) return []
  const findings = [...residueFindings(context), ...corruptFindings(context, home)]
  if (findings.length > 0) return findings
  return [ok('leftovers', 'nothing of a past session is left over')]
}

/** Entries of a session that is over, which a stash or a branch brought back. */
function residueFindings(context: DoctorContext): Finding[] {
  const { ports } = context
  const paths = ownPaths(context)
  if (paths === null || getBackupRef(ports, paths).kind !== 'absent') return []
  const ref = residueOf(ports, paths, () => true)
  if (ref === null) return []
  const files = ref.files.map(({ path }) => path).join(', ')
  const detail = `a stash, a branch or a copy brought them back into ${files}`
  const title = 'the settings hold hooks of a session that is over'
  return [warning('residue', title, { detail, fix: 'flow recover' })]
}

/** Kept for the user to look at; flow never deletes them. */
function corruptFindings({ ports }: DoctorContext, home: string): Finding[] {
  const { corruptFolder } = homePaths(home)
  const names = listState(ports, corruptFolder)
  if (names.length === 0) return []
  const files =
    names.length === 1 ? 'a damaged state file was' : `${names.length} damaged state files were`
  const shown = [...names.slice(0, 3), ...(names.length > 3 ? ['…'] : [])].join(', ')
  const detail = `in ${corruptFolder}: ${shown}\nnothing reads them; when you have looked at them:`
  const fix = `rm -r ${shellWord(corruptFolder)}`
  return [warning('corrupt-state', `${files} moved aside`, { detail, fix })]
}
