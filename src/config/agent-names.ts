import type { Ports } from '../ports/ports.ts'
import { isObject } from './json-value.ts'
import { configFiles, isProgram, valueIn } from './load.ts'
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
    for (const { file, text } of configFiles(ports, from, topLevel)) {
      if (isProgram(file)) return builtIn
      const value = await valueIn(file, text)
      if (value === undefined) continue
      const agents = isObject(value) && isObject(value.agents) ? Object.keys(value.agents) : []
      return [...new Set([...builtIn, ...agents.filter((name) => AGENT_NAME.test(name))])]
    }
  } catch (error) {
    // A person is typing: no place for an error.
    ports.log('complete', `no names of agents: ${error}`)
  }
  return builtIn
}
