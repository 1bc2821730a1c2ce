/** The script that node was given, before there are ports. */
export function ownScript(): { readonly args: readonly string[]; readonly logs: boolean } {
  const { DEBUG } = process.env
  return { args: process.argv.slice(2), logs: DEBUG !== undefined && DEBUG !== '' }
}

/** Runs a script of the same directory in this process, with the same arguments. */
export function becomeScript(name: string): void {
  const { createRequire } = process.getBuiltinModule('node:module')
  createRequire(process.argv[1] ?? '')(`./${name}`)
}
