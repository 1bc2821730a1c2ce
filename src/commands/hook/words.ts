/**
 * The options of a merged hook: `--name=value`, `--name value`, and `--flag` alone, which is `true`.
 * `parseArgs` of node:util takes these and more, and loading it is a tenth of what the hook costs.
 * @throws TypeError for a word that is none of these
 */
export function readWords(
  args: readonly string[],
  known: { readonly values: readonly string[]; readonly flags: readonly string[] },
): Readonly<Record<string, string | true>> {
  const found: Record<string, string | true> = {}
  for (let at = 0; at < args.length; at += 1) {
    const [, name = '', value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(args[at] ?? '') ?? []
    if (known.flags.includes(name) && value === undefined) found[name] = true
    else if (known.values.includes(name)) {
      if (value === undefined) at += 1
      const given = value ?? args[at]
      if (given === undefined) throw new TypeError(`${args[at - 1]} needs a value`)
      found[name] = given
    } else throw new TypeError(`unknown word ${args[at]}`)
  }
  return found
}

/** Of an option that takes a value; undefined: it was not given. */
export function givenValue(
  words: Readonly<Record<string, string | true>>,
  name: string,
): string | undefined {
  const value = words[name]
  return value === true ? undefined : value
}
