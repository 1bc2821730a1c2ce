/** Plans what goes out of lefthook's and simple-git-hooks' own files. */
import { basename } from 'node:path'
import type { Repository } from '../../git/repository.ts'
import type { Ports } from '../../ports/ports.ts'
import { findPackageManager } from '../init/find-package-manager.ts'
import { findHookManagers, type HookManager } from '../init/hook-managers.ts'
import { programCommand } from '../init/package-manager.ts'
import { readRepositoryFile } from '../init/repository-file.ts'
import { formerOf, type SetUpRecord } from '../set-up-record.ts'
import { withoutManagerEntries } from './manager-file.ts'
import type { FileUndo } from './undo.ts'

export interface ManagersPlan {
  readonly undos: readonly FileUndo[]
  readonly notes: readonly string[]
  /** Their configurations, absolute: no hooks in themselves. */
  readonly paths: readonly string[]
}

/** `folders`: of the packages. @throws FlowError E_INIT_FILE */
export function planManagers(
  ports: Ports,
  { topLevel }: Repository,
  folders: readonly string[],
  record: SetUpRecord | null,
): ManagersPlan {
  const found = [...folders, topLevel].flatMap((folder) =>
    findHookManagers(ports.fs, folder, topLevel),
  )
  const managers = found.filter(
    ({ path }, at) => found.findIndex((one) => one.path === path) === at,
  )
  const undos: FileUndo[] = []
  const notes: string[] = []
  for (const manager of managers) {
    const file = readRepositoryFile(ports, topLevel, manager.path)
    if (file.bytes === null || basename(manager.path) === 'package.json') continue
    const former = formerOf(record, file.path, file.bytes)
    const present = (former.kind === 'edited' && former.present) || file.bytes
    const { text, isLeft } = withoutManagerEntries(manager.path, present.toString('utf8'))
    const after = former.kind === 'exact' ? former.bytes : Buffer.from(text)
    const install = installWords(ports, topLevel, manager)
    if (isLeft && former.kind !== 'exact') {
      notes.push(`${file.name} calls flow: take that out by hand, then ${install}`)
    } else if (!after?.equals(file.bytes)) {
      undos.push({ kind: 'file', topic: 'hooks', file, after, why: "flow's commands come out" })
      notes.push(`for ${manager.name} to follow: ${install}`)
    }
  }
  return { undos, notes, paths: managers.map(({ path }) => path) }
}

/** What brings the manager's configuration into force. */
export function installWords(ports: Ports, topLevel: string, { name }: HookManager): string {
  const userAgent = ports.environment.variables.npm_config_user_agent
  const packages = findPackageManager(ports.fs, topLevel, topLevel, userAgent)
  return programCommand(packages, name === 'lefthook' ? [name, 'install'] : [name])
}
