/** Which `.gitignore` belongs to a settings file that flow made; see `hide-file.ts`. */
import { basename, dirname, join } from 'node:path'
import type { BackupRef, FileBackup } from './backup-ref.ts'

/** Absolute path of the `.gitignore` next to a settings file. */
export function ignorePath(settingsPath: string): string {
  return join(dirname(settingsPath), '.gitignore')
}

/** Settings files of the session that flow made in a repository. */
export function madeFiles({ files, gitFolder }: BackupRef): FileBackup[] {
  return gitFolder === null ? [] : files.filter(({ original }) => original.kind === 'absent')
}

/** True when the `.gitignore` next to the settings file is flow's. */
export function isIgnoredByFlow({ original }: FileBackup): boolean {
  return original.kind === 'absent' && original.madeIgnoreFile
}

/** The whole `.gitignore`, which ignores itself too. */
export function ignoreText(settingsPath: string): string {
  const name = basename(settingsPath).replace(/[\\*?[\]]/g, '\\$&')
  return `# flow, while an agent runs\n/.gitignore\n/${name}\n`
}
