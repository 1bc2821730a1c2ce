/** What should not be there any more, and harms nobody. */
import { homePaths } from '../../session/layout.ts'
import { residueOf } from '../../session/residue.ts'
import { getBackupRef } from '../../session/state.ts'
import { listState } from '../../session/state-file.ts'
import { type Finding, ok, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { type DoctorContext, ownPaths, readableHome } from './context.ts'

export function leftoverFindings(context: DoctorContext): Finding[] {
  const home = readableHome(context)
  if (home === null) return []
  const findings = [...residueFindings(context), ...corruptFindings(context, home)]
  return findings.length > 0
    ? findings
    : [ok('leftovers', 'nothing of a past session is left over')]
}

/** Entries of a session that is over, which a stash or a branch brought back. */
function residueFindings(context: DoctorContext): Finding[] {
  const paths = ownPaths(context)
  const { ports } = context
  if (paths === null || getBackupRef(ports, paths).kind !== 'absent') return []
  const ref = residueOf(ports, paths, () => true)
  if (ref === null) return []
  return [
    warning('residue', 'the settings hold hooks of a session that is over', {
      detail: `a stash, a branch or a copy brought them back into ${ref.files.map(({ path }) => path).join(', ')}`,
      mend: 'flow recover',
    }),
  ]
}

/** Kept for the person to look at; flow never deletes them. */
function corruptFindings({ ports }: DoctorContext, home: string): Finding[] {
  const { corruptFolder } = homePaths(home)
  const names = listState(ports, corruptFolder)
  if (names.length === 0) return []
  const count =
    names.length === 1 ? 'a damaged state file was' : `${names.length} damaged state files were`
  return [
    warning('corrupt-state', `${count} moved aside`, {
      detail: `in ${corruptFolder}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}\nnothing reads them; when you have looked at them:`,
      mend: `rm -r ${shellWord(corruptFolder)}`,
    }),
  ]
}
