import type { Ports } from '../ports/ports.ts'
import { findConfig } from './find.ts'
import { isObject } from './json-value.ts'
import { isProgram, readValue } from './read-value.ts'
import { AGENT_NAME, defaultConfig } from './schema.ts'

/**
 * The agents that the nearest configuration names, for completion: nothing is run, and what is wrong
 * in the configuration is left for `flow run` to tell. Of a configuration that is a program only the
 * built-in ones are known.
 */
export async function agentNames(
  ports: Pick<Ports, 'fs' | 'log'>,
  from: string,
  topLevel: string,
): Promise<string[]> {
  const builtIn = Object.keys(defaultConfig().agents)
  try {
    const found = findConfig(ports, from, topLevel)
    if (found === null || isProgram(found.file)) return builtIn
    const value = await readValue(found.file, found.text)
    const { agents } = isObject(value) ? value : {}
    const names = isObject(agents) ? Object.keys(agents) : []
    return [...new Set([...builtIn, ...names.filter((name) => AGENT_NAME.test(name))])]
  } catch (error) {
    // A person is typing: no place for an error.
    ports.log('complete', `no names of agents: ${error}`)
    return builtIn
  }
}
