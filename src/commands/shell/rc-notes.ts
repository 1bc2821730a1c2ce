/** What a person is told of the lines in their rc files, which are theirs to take out. */

import { factsOf } from '../../lib/files.ts'
import type { Ports } from '../../ports/ports.ts'
import { findRcLines, type RcLine, rcWord } from './rc-lines.ts'
import { snippetPath } from './snippet.ts'

/** Of lines that read what is gone by now: a command for each. */
export function rcSteps(ports: Ports, home: string): string[] {
  return findRcLines(ports, home).flatMap((line) => {
    if (isRead(ports, home, line)) return []
    const why = line.startsFlow
      ? 'starts what is gone'
      : 'reads a file that is gone, and does nothing'
    const editor = `\${EDITOR:-vi} ${rcWord(ports.environment, line.path)}`
    return [`${editor}   # take out line ${line.number}: it ${why}`]
  })
}

/** Of lines that other repositories still need, or before anything is done. */
export function rcNotes(ports: Ports, home: string, isLast: boolean): string[] {
  return findRcLines(ports, home).flatMap((line) => {
    if (!isRead(ports, home, line)) return []
    const place = `line ${line.number} of ${rcWord(ports.environment, line.path)}`
    return isLast
      ? [`${place} is for you to take out then: what it reads goes`]
      : [`${place} stays of use: it serves all your repositories`]
  })
}

function isRead({ fs }: Ports, home: string, { shell }: RcLine): boolean {
  return factsOf(fs, snippetPath(home, shell)) !== null
}
