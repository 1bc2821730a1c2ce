import { headOf } from './cut.ts'

/**
 * One line that can be shown anywhere: no control characters, none that turn the reading direction
 * round or cannot be seen, at most `units` UTF-16 units.
 */
export function plain(text: string, units: number): string {
  // The common case, before the tables of Unicode are loaded for the patterns below.
  if (text.length <= units && /^[!-~]*$/.test(text)) return text
  // Long texts are cut before they are searched, with room for what is taken out.
  const near = text.slice(0, units * 8)
  return headOf(near.replace(UNSEEN, '').replace(BREAKS, ' ').trim(), units)
}

// The joiners of emoji and of Indic and Arabic script stay: U+200C, U+200D.
const UNSEEN = /(?![\u200c\u200d])\p{Cf}/gu
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
