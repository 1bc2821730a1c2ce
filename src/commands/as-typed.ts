/** flow's commands as they can be typed here: few shells find the program of a devDependency. */
import { isSystemError } from '../errors.ts'
import { foldersUp } from '../git/tree-path.ts'
import { factsOf } from '../lib/files.ts'
import { findExecutable } from '../ports/find-executable.ts'
import type { Ports } from '../ports/ports.ts'
import { OWN_NAME } from '../setup/package-json.ts'
import { isOwnProgram, managerName, programCommand } from '../setup/package-manager.ts'

type Place = Pick<Ports, 'environment' | 'fs'>

/** Words that flow takes behind its name: what else follows it is a sentence. */
export const TYPED_BEHIND =
  '--help --version run exec status history restore recover init uninstall doctor config shell completion demo hook prepare help'.split(
    ' ',
  )

/**
 * A command in backquotes, at the beginning of a line, or behind `: ` or another command: behind any
 * other word it is part of the name of a directory.
 */
const COMMAND = new RegExp(
  `(?<=^ *|\`|[:;&] )flow(?= (?:${TYPED_BEHIND.join('|')})(?![\\w/-]))`,
  'gm',
)

/**
 * The text with each `flow status` in it as a person can paste it: unchanged where their shell finds
 * flow, else by the package manager of the directory, `npx flow-agent status`. Looks only where there is one.
 */
export function asTyped(place: Place, text: string): string {
  let name: string | undefined
  return text.replace(COMMAND, () => {
    name ??= ownName(place)
    return name
  })
}

/** How flow is called here: `flow`, `npx flow-agent`. */
export function ownName(place: Place): string {
  try {
    return nameOnPath(place) ?? nameByManager(place)
  } catch (error) {
    // A directory cannot be read; the message matters more than how to type its command.
    if (!isSystemError(error)) throw error
    return `npx ${OWN_NAME}`
  }
}

function nameOnPath({ environment, fs }: Place): string | undefined {
  const { cwd, variables } = environment
  const isStarted = (variables.npm_config_user_agent ?? '') !== ''
  // A package manager puts these on the PATH of what it starts, and of nothing else.
  const isTheirs = (folder: string) => isStarted && folder.endsWith('node_modules/.bin')
  const path = (variables.PATH ?? '').split(':').filter((one) => one !== '' && !isTheirs(one))
  return ['flow', OWN_NAME].find((name) => {
    const program = path.length === 0 ? null : findExecutable(name, cwd, path.join(':'))
    return program !== null && isOwnProgram(fs, program)
  })
}

/** By the name that no other package has: `npx flow` could fetch another one. */
function nameByManager({ environment, fs }: Place): string {
  const folders = foldersUp(environment.cwd, '/')
  // Outside of a working tree there is no telling whose package.json it is.
  const top = folders.findIndex((folder) => factsOf(fs, `${folder}/.git`) !== null)
  const userAgent = environment.variables.npm_config_user_agent ?? ''
  const name = managerName(fs, folders.slice(0, top + 1), userAgent)
  return programCommand({ name }, [OWN_NAME])
}
