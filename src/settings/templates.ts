import { FlowError } from '../errors.ts'
import type { JsonValue } from '../json.ts'

/**
 * Prefixes a hook command so that it does nothing in an agent that flow did not start: FLOW_RUN_ID
 * is in the environment of flow's own agents only. Several lines and the exit status stay as they are.
 */
export function guardCommand(command: string): string {
  return `[ -n "\${FLOW_RUN_ID:-}" ] || exit 0; ${command}`
}

/**
 * Fills `${name}` in every string of a template; keys stay as they are. Values go in as they are,
 * so what is for a shell must be quoted before. `$${name}` stands for `${name}` itself. A name in
 * capitals that is not among the values is an environment variable and left to the shell.
 * @param where the template as a person knows it, e.g. `.flowrc` or a file's path
 * @throws FlowError E_TEMPLATE naming the placeholder and where it stands
 */
export function fillPlaceholders(
  value: JsonValue,
  values: Readonly<Record<string, string>>,
  where: string,
): JsonValue {
  return fill(value, values, where, '')
}

function fill(
  value: JsonValue,
  values: Readonly<Record<string, string>>,
  where: string,
  path: string,
): JsonValue {
  if (typeof value === 'string') return fillText(value, values, where, path)
  if (Array.isArray(value)) {
    return value.map((item, index) => fill(item, values, where, `${path}[${index}]`))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      fill(item, values, where, path === '' ? key : `${path}.${key}`),
    ]),
  )
}

const PLACEHOLDER = /\$(\$\{[A-Za-z_]\w*\})|\$\{([A-Za-z_]\w*)\}/g
const ENVIRONMENT_VARIABLE = /^[A-Z_][A-Z0-9_]*$/

function fillText(
  text: string,
  values: Readonly<Record<string, string>>,
  where: string,
  path: string,
): string {
  return text.replace(PLACEHOLDER, (whole, escaped: string | undefined, name = '') => {
    if (escaped !== undefined) return escaped
    if (Object.hasOwn(values, name)) return values[name] ?? ''
    if (ENVIRONMENT_VARIABLE.test(name)) return whole
    throw unknownPlaceholder(name, Object.keys(values), where, path)
  })
}

function unknownPlaceholder(
  name: string,
  known: readonly string[],
  where: string,
  path: string,
): FlowError {
  const names = known.map((one) => `\${${one}}`).join(', ')
  return new FlowError({
    code: 'E_TEMPLATE',
    what: `unknown placeholder \${${name}} in ${where}`,
    why: `${path === '' ? 'the value' : path} may use ${names || 'no placeholders'}`,
    kept: 'nothing was changed',
    next: `correct the name; for a variable of the shell write $${name} or $\${${name}}`,
  })
}
