// What a program prints to a terminal, as a picture: SVG that needs no font, no script and no network.

const FONT_SIZE = 14
const LINE_HEIGHT = 18
// The widest of the usual fonts for terminals takes 0.62 of its size for a letter.
const LETTER_WIDTH = 8.7
const MARGIN = 18
const BAR_HEIGHT = 34
/** A line comes so long after the one above it. */
const STEP_SECONDS = 0.22

/**
 * Colours and weights by their SGR numbers; what is not here changes nothing. The window has a ground
 * of its own, so that one picture serves light pages and dark ones. Each colour has a contrast of 4.5
 * or more on it.
 */
const LOOKS = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' }
const ENDS = { 22: ['bold', 'dim'], 39: ['red', 'green', 'yellow', 'cyan'] }
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC [ numbers m changes the look.
const SEQUENCE = /(\u001b\[[\d;]*m)/
const STYLE = `
text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: ${FONT_SIZE}px; fill: #d6deeb; white-space: pre }
.bold { font-weight: bold; fill: #fff }
.dim { fill: #8b98ab }
.red { fill: #ff7b72 }
.green { fill: #56d364 }
.yellow { fill: #e3b341 }
.cyan { fill: #56d4dd }
.line { animation: come 1ms both }
@keyframes come { from { opacity: 0 } }
@media (prefers-reduced-motion: reduce) { .line { animation: none } }`

/**
 * The text, with its ANSI colours, as a window of `columns` columns. Its lines come one after the other,
 * once, and stay; where nothing moves, all of them are there from the start.
 */
export function drawTerminal(text, { title, about, columns }) {
  const lines = withWholeLines(text.trimEnd()).split('\n')
  const width = Math.ceil(columns * LETTER_WIDTH + 2 * MARGIN)
  const height = BAR_HEIGHT + lines.length * LINE_HEIGHT + MARGIN
  const drawn = lines.map((line, index) => drawLine(line, index)).filter((line) => line !== '')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title about">
<title id="title">${escaped(title)}</title>
<desc id="about">${escaped(about)}</desc>
<style>${STYLE}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1420" stroke="#3b4657"/>
<text class="dim" x="${width / 2}" y="22" text-anchor="middle">${escaped(title)}</text>
${drawn.join('\n')}
</svg>
`
}

function drawLine(line, index) {
  const spans = spansOf(line)
  if (spans.every(({ text }) => text.trim() === '')) return ''
  const words = spans.map(({ text, looks }) =>
    looks.length === 0
      ? escaped(text)
      : `<tspan class="${looks.join(' ')}">${escaped(text)}</tspan>`,
  )
  const y = BAR_HEIGHT + (index + 1) * LINE_HEIGHT - 6
  const delay = (index * STEP_SECONDS).toFixed(2)
  return `<text class="line" style="animation-delay:${delay}s" x="${MARGIN}" y="${y}" xml:space="preserve">${words.join('')}</text>`
}

/** Runs of one look. */
function spansOf(line) {
  const spans = []
  const looks = new Set()
  for (const part of line.split(SEQUENCE)) {
    if (!part.startsWith('\u001b')) {
      if (part !== '') spans.push({ text: part, looks: [...looks] })
      continue
    }
    for (const number of part.slice(2, -1).split(';')) {
      if (number === '' || number === '0') looks.clear()
      if (LOOKS[number]) looks.add(LOOKS[number])
      for (const ended of ENDS[number] ?? []) looks.delete(ended)
    }
  }
  return spans
}

/** The same text with every look ended at the end of a line and begun again on the next. */
function withWholeLines(text) {
  let open = ''
  const lines = text.split('\n').map((line) => {
    const whole = open + line
    for (const part of line.split(SEQUENCE).filter((one) => one.startsWith('\u001b'))) {
      open = /\[(0|22|39)?m$/.test(part) ? '' : open + part
    }
    return whole
  })
  return lines.join('\n')
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
