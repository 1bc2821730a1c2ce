/** Which `.gitignore` belongs to a settings file that flow made; see `ignore-file.ts`. */
import { basename, dirname, join } from 'node:path'
import type { BackupRef, FileBackup } from './backup-ref.ts'

/** Absolute path of the `.gitignore` next to a settings file. */
export function ignorePath(settingsPath: string): string {
  return join(dirname(settingsPath), '.gitignore')
}

/** Settings files of the session that flow made and that git is told to ignore. */
export function ignoredFiles({ files }: BackupRef): FileBackup[] {
  return files.filter(({ original }) => original.kind === 'absent' && original.madeIgnoreFile)
}

/** The whole `.gitignore`, which ignores itself too. */
export function ignoreText(settingsPath: string): string {
  const name = basename(settingsPath).replace(/[\\*?[\]]/g, '\\$&')
  return `# flow, while an agent runs\n/.gitignore\n/${name}\n`
}
