/** The commands that findings propose, in one place and in one manner. */
import { relative } from 'node:path'
import { isInside } from '../../git/tree-path.ts'
import { installCommand } from '../../setup/package-manager.ts'
import { shellWord } from '../../shell-word.ts'
import type { Scene } from './scene.ts'

/** The page makes of it what can be typed here. */
export function flowCommand(words: string): string {
  return `flow ${words}`
}

export const SET_UP = flowCommand('init --yes')

/** Brings node_modules back, and runs the script `prepare`. */
export function installOf({ project }: Scene): string {
  return installCommand(project.kind === 'known' ? project.value.manager : { name: 'npm' })
}

/** For a text that only the person can put right. */
export function edit(cwd: string, path: string): string {
  return `\${EDITOR:-vi} ${pathWord(cwd, path)}`
}

/** A path as a person in `cwd` names it, as one word of a shell. */
export function pathWord(cwd: string, path: string): string {
  const word = shellWord(pathName(cwd, path))
  // A name that begins with a dash would be an option.
  return word.startsWith('-') ? `./${word}` : word
}

/** The same for a sentence. */
export function pathName(cwd: string, path: string): string {
  return isInside(cwd, path) ? relative(cwd, path) || '.' : path
}
