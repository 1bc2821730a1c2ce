import { isObject } from './json-value.ts'

/**
 * A configuration with another one laid over it, both checked: objects are merged key by key, everything else is
 * replaced. An agent has a command or a script, so one replaces the other.
 */
export function overlayConfig(below: unknown, above: unknown): unknown {
  const config = overlay(below, above)
  if (!isObject(config) || !isObject(config.agents) || !isObject(above)) return config
  const changed = isObject(above.agents) ? above.agents : {}
  const agents = Object.entries(config.agents).map(([name, agent]) => {
    const { command, script } = isObject(changed[name]) ? changed[name] : {}
    if (!isObject(agent) || (command === undefined && script === undefined)) return [name, agent]
    return [name, { ...agent, command, script }]
  })
  return { ...config, agents: Object.fromEntries(agents) }
}

/** A value of undefined is absent, as in the schema. */
function overlay(below: unknown, above: unknown): unknown {
  if (above === undefined) return below
  if (!isObject(below) || !isObject(above)) return above
  const keys = new Set([...Object.keys(below), ...Object.keys(above)])
  const own = (object: typeof above, key: string) =>
    Object.hasOwn(object, key) ? object[key] : undefined
  return Object.fromEntries(
    [...keys].map((key) => [key, overlay(own(below, key), own(above, key))]),
  )
}
