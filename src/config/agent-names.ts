import type { Ports } from '../ports/ports.ts'
import { type FoundFile, findConfig, findLocal } from './find.ts'
import { isObject } from './json-value.ts'
import { isProgram, readValue } from './read-value.ts'
import { AGENT_NAME, defaultConfig } from './schema.ts'

/**
 * The agents that the nearest configuration names, for completion: nothing is run, and what is wrong
 * in the configuration is left for `flow run` to report. Those that a program names are not known.
 */
export async function agentNames(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): Promise<string[]> {
  const builtIn = Object.keys(defaultConfig().agents)
  try {
    const found = findConfig(ports, from, topLevel)
    const files = [found, findLocal(ports, found?.projectRoot ?? topLevel)]
    const names = await Promise.all(files.map(namesIn))
    return [...new Set([...builtIn, ...names.flat().filter((name) => AGENT_NAME.test(name))])]
  } catch (error) {
    // A person is typing: no place for an error.
    ports.log('complete', `no names of agents: ${error}`)
    return builtIn
  }
}

async function namesIn(found: FoundFile | null): Promise<string[]> {
  if (found === null || isProgram(found.file)) return []
  const value = await readValue(found.file, found.text)
  const { agents } = isObject(value) ? value : {}
  return isObject(agents) ? Object.keys(agents) : []
}
