import { FlowError } from '../../errors.ts'
import { addHookLine, type HookName } from '../../git/hook-line.ts'
import type { Ports } from '../../ports/ports.ts'
import { shellWord } from '../../shell-word.ts'
import type { Plan } from './change.ts'
import { readRepositoryFile } from './repository-file.ts'

export interface HookFile {
  /** Absolute. */
  readonly path: string
  readonly name: HookName
  /** Real path of the folder that it must not lead out of. */
  readonly boundary: string
  /** True where git runs the file itself, which must be executable then; husky 9 runs it with `sh`. */
  readonly isProgram: boolean
}

/**
 * Plans flow's line in a hook file, which is there or is made.
 * @throws FlowError E_HOOK_NOT_SHELL, E_INIT_FILE
 */
export function planHookFile(ports: Ports, hook: HookFile): Plan {
  const file = readRepositoryFile(ports, hook.boundary, hook.path)
  const edit = addHookLine(file.bytes, hook.name)
  if (edit.kind === 'not-shell') throw notShell(file.name, edit.shebang)
  const needsMode = hook.isProgram && ports.environment.platform !== 'win32'
  if (needsMode && file.facts !== null && (file.facts.mode & 0o111) === 0) {
    // To make it executable would switch on what somebody has switched off.
    const way = `chmod +x ${shellWord(file.name)} && flow init`
    return {
      changes: [],
      notes: [`git does not run ${file.name}, which is not executable: ${way}`],
    }
  }
  if (edit.kind === 'present') return { changes: [], notes: [] }
  const why = WHY[hook.name]
  return { changes: [{ kind: 'file', topic: 'hooks', file, after: edit.bytes, why }], notes: [] }
}

const WHY: Readonly<Record<HookName, string>> = {
  'post-checkout': 'restores after a killed session',
  'post-merge': 'restores after a killed session',
  'pre-commit': "keeps flow's own out of a commit",
}

function notShell(name: string, shebang: string): FlowError {
  return new FlowError({
    code: 'E_HOOK_NOT_SHELL',
    what: `cannot add a line to ${name}`,
    why: `it is not for sh: ${shebang}`,
    kept: 'nothing was changed',
    next: `git mv ${shellWord(name)} ${shellWord(`${name}.main`)}   # and start that from a shell script`,
  })
}
