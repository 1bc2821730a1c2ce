/** The line that `init` adds to a hook, taken out again. */

export interface HookRemoval {
  /** The hook without flow's lines; every other byte stays. */
  readonly bytes: Buffer
  /** How many lines came out. */
  readonly removedCount: number
  /** Nothing but a shebang and blanks is left. */
  readonly isBare: boolean
  /** Numbers, from 1, of lines in which flow's script is called in another way than `init` writes. */
  readonly ownWayLines: readonly number[]
}

/** As `hookLine` writes it for whatever script of flow's, wherever that lies. */
const LINE = /^\[ ! -r (\S.*) \](?: 2>\/dev\/null)? \|\| \. \1 \|\| : # flow\r?$/
const SCRIPTS = /\btemplates\/hooks\/[a-z-]+\.sh\b/

/** Takes flow's lines out of the bytes of a hook. */
export function removeHookLines(hook: Buffer): HookRemoval {
  const lines = hook.toString('latin1').split(/(?<=\n)/)
  const isOurs = (line: string) => LINE.test(line.replace(/\n$/, '')) && SCRIPTS.test(line)
  const rest = lines.filter((line) => !isOurs(line))
  const ownWayLines = lines.flatMap((line, at) => {
    const isCall = SCRIPTS.test(line) && line.includes('flow-agent')
    return isCall && !isOurs(line) && !line.trimStart().startsWith('#') ? [at + 1] : []
  })
  const text = rest.join('')
  return {
    bytes: Buffer.from(text, 'latin1'),
    removedCount: lines.length - rest.length,
    isBare: /^(#![^\n]*)?\s*$/.test(text),
    ownWayLines,
  }
}
