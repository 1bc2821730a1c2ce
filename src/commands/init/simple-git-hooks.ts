import { carriesHookLine } from '../../git/hook-line.ts'
import type { HookEntry } from './lefthook.ts'
import { insertFirst, readJsonc, setMember, setText } from './members.ts'

export const SECTION = 'simple-git-hooks'

/**
 * Adds a line to the command of each of these hooks, in front of what is there, in the text of
 * simple-git-hooks' JSON file, or (`isPackageJson`) in its section of a package.json. Every other
 * byte stays. Returns the text as it is where nothing is missing, and null where it is better left to
 * a person. The tool writes a command into the hook file as it is, so two lines are two commands.
 */
export function editSimpleGitHooks(
  text: string,
  isPackageJson: boolean,
  entries: readonly HookEntry[],
): string | null {
  const whole = asRecord(readJsonc(text.replace(/^\uFEFF/, '')))
  const commands = isPackageJson ? asRecord(whole?.[SECTION]) : whole
  if (commands === null || (!isPackageJson && text.startsWith('\uFEFF'))) return null
  let edited = text
  for (const { name, line } of entries) {
    const present = commands[name]
    if (present !== undefined && typeof present !== 'string') return null
    if (present !== undefined && carriesHookLine(Buffer.from(present), name)) continue
    const command = present === undefined ? line : `${line}\n${present}`
    edited = isPackageJson
      ? withBom(edited, (json) => setMember(json, SECTION, name, command))
      : present === undefined
        ? insertFirst(edited, [], name, command)
        : setText(edited, name, command)
  }
  return edited
}

/** What a person adds instead; in a script's object it reads the same. */
export function simpleGitHooksByHand(entries: readonly HookEntry[]): string {
  return entries
    .map(({ name, line }) => `${JSON.stringify(name)}: ${JSON.stringify(line)},`)
    .join('\n')
}

function withBom(text: string, edit: (json: string) => string): string {
  return text.startsWith('\uFEFF') ? `\uFEFF${edit(text.slice(1))}` : edit(text)
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null
}
