/** A program in TypeScript that uses the library, in a team's repository. */
import { copyFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { run } from './running.ts'
import { newTeam, type Team } from './team.ts'

const require = createRequire(import.meta.url)
const compiler = join(
  dirname(require.resolve('typescript/package.json')),
  require('typescript/package.json').bin.tsc,
)
const types = resolve(import.meta.dirname, '../../node_modules/@types')

export function teamWithConsumer(): Team {
  const team = newTeam()
  const consumer = join(import.meta.dirname, 'library-consumer.mts.txt')
  copyFileSync(consumer, join(team.cwd, 'consumer.mts'))
  return team
}

export async function compile(team: Team, options: object, file = 'consumer.mts') {
  const strict = { strict: true, exactOptionalPropertyTypes: true, target: 'es2022' }
  const compilerOptions = { ...strict, types: ['node'], typeRoots: [types], ...options }
  const project = { compilerOptions, files: [file] }
  writeFileSync(join(team.cwd, 'tsconfig.json'), JSON.stringify(project))
  const { code, stdout } = await run(['node', compiler, '-p', '.'], team)
  return { code, stdout }
}
