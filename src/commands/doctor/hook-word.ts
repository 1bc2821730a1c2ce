/**
 * The path of `inPackage`, a script of flow's, that a hook sources, as a shell reads the word; null where there is none,
 * or where only running the hook would tell (variables, substitutions). Relative ones start at the
 * top of the working tree, where git runs hooks. `inPackage`: its place inside flow's package.
 */
export function scriptIn(hook: Uint8Array, inPackage: string): string | null {
  const lines = new TextDecoder('latin1').decode(hook).split('\n')
  for (const line of lines) {
    if (line.trimStart().startsWith('#') || !line.includes(inPackage)) continue
    const words = [...line.matchAll(WORD)].map(([word]) => word)
    const word = words.findLast((one) => unquoted(one)?.endsWith(inPackage))
    if (word !== undefined) return unquoted(word)
  }
  return null
}

/** Pieces in quotes and pieces without, with nothing between them. */
const WORD = /(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\;|&()<>])+/g

/** Null: it is made of more than characters. */
function unquoted(word: string): string | null {
  const pieces = [...word.matchAll(/'([^']*)'|"([^"]*)"|\\(.)|([^'"\\]+)/g)]
  const isPlain = pieces.every(([, , double = '', , bare = '']) => !/[$`*?[\\]/.test(double + bare))
  if (!isPlain) return null
  const text = pieces.map(
    ([, single, double, escaped, bare]) => single ?? double ?? escaped ?? bare,
  )
  // The hook was read a byte a character.
  return Buffer.from(text.join(''), 'latin1').toString('utf8')
}
