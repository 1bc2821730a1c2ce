/** `flow run --dry-run`: what a session would merge, and where each hook is from. Writes nothing, not even state. */
import { isSwitchedOff } from '../../flow-switch.ts'
import type { Ports } from '../../ports/ports.ts'
import type { SessionPlace } from '../../run-session.ts'
import type { FileBackup } from '../../session/backup-ref.ts'
import { type ProjectPaths, projectHash, projectPaths } from '../../session/layout.ts'
import type { PreparedFile } from '../../session/merge-file.ts'
import { hookPath, runtimePath } from '../../session/runtime-copy.ts'
import { isSessionActive } from '../../session/session.ts'
import { prepareOne } from '../../session/session-files.ts'
import { getBackupRef } from '../../session/state.ts'
import { sameJson } from '../../settings/document.ts'
import { type HookEntry, withoutMarker } from '../../settings/merge.ts'
import { stateHome } from '../../state-home.ts'
import { targetNamed } from '../../targets/target.ts'
import { VERSION } from '../../version.ts'
import { alignColumns } from '../columns.ts'
import { hookRow } from '../config/config.ts'
import { resolvedHooks } from '../config/resolved.ts'
import { diff, paintDiff } from '../diff.ts'
import { say } from '../say-session.ts'

export interface PreviewRequest {
  readonly target: string
  readonly argv: readonly string[]
  readonly followSymlinks: boolean
}

/**
 * Prints the settings as the session would merge them, as a diff, and each hook with its source.
 * @throws FlowError E_SETTINGS_*, E_CONFIG, E_TARGET_UNKNOWN, as the session would
 */
export function previewRun(ports: Ports, place: SessionPlace, request: PreviewRequest): void {
  const { environment } = ports
  const start = `starts   ${request.argv.join(' ')}, at ${place.loaded.projectRoot}`
  if (isSwitchedOff(environment.variables)) {
    environment.print(`${start}\nsession  none: FLOW=${environment.variables.FLOW} is set\n`)
    return
  }
  const { settingsPath, hookEntries } = targetNamed(request.target)
  const home = stateHome(environment)
  const { config, hooks, projectRoot } = place.loaded
  const residentPath = hookPath(runtimePath(home, VERSION))
  const entries = hookEntries({ nodePath: environment.nodePath, residentPath, config, hooks })
  const paths = projectPaths(home, projectHash(projectRoot))
  const { file, joins } = prepare(ports, place, request, paths, { path: settingsPath, entries })
  const difference = diff(settingsPath, file.originalBytes, file.mergedBytes)
  const rows = resolvedHooks(ports, place.loaded, request.target).map((hook, at) => {
    const row = hookRow(hook, environment.cwd, 'flow')
    if (isMerged(file, entries[at])) return row
    const why = joins ? 'not in the open session' : `in ${settingsPath} already`
    return row.with(-1, `${row.at(-1)} (${why})`)
  })
  environment.print(
    [
      start,
      `session  ${joins ? 'the one that is open here, with the hooks as it merged them' : 'a new one'}`,
      '',
      paintDiff(environment, difference),
      ...alignColumns(rows).map((cells) => cells.join('  ')),
      '',
      'nothing was started, nothing was changed',
      '',
    ].join('\n'),
  )
  for (const warning of file.warnings) say(ports, warning)
}

/** In an open session the entries that it has recorded are put back, whatever the configuration says by now. */
function prepare(
  ports: Ports,
  { repository, loaded }: SessionPlace,
  { followSymlinks }: PreviewRequest,
  paths: ProjectPaths,
  plan: { readonly path: string; readonly entries: readonly HookEntry[] },
): { file: PreparedFile; joins: boolean } {
  const { projectRoot: projectPath } = loaded
  const { topLevel: boundary, gitFolder } = repository
  const place = { projectPath, boundary, gitFolder, followSymlinks }
  const backup = getBackupRef(ports, paths)
  const ref = backup.kind === 'ok' ? backup.value : null
  const earlier = ref?.files.find(({ path }) => path === plan.path)
  const joins = earlier !== undefined && isSessionActive(ports, paths.home, projectPath)
  const entries = joins ? earlier.record.added : plan.entries
  const session = { id: idOf(joins ? earlier : undefined), snapshotFolder: paths.sessionFolder }
  return { file: prepareOne(ports, paths, place, { ...plan, entries }, session, earlier), joins }
}

/** Value of the marker on merged groups. */
function idOf(earlier: FileBackup | undefined): string {
  return earlier?.record.sessionId ?? 'session-…'
}

function isMerged({ backup }: PreparedFile, entry: HookEntry | undefined): boolean {
  const { added } = backup.record
  return added.some(({ event, group }) => {
    return event === entry?.event && sameJson(group, withoutMarker(entry.group))
  })
}
