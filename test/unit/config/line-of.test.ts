import { expect, test } from 'vitest'
import type { Path } from '../../../src/config/json-value.ts'
import { lineFinder } from '../../../src/config/line-of.ts'

const YAML = `# a comment
agent: claude

agents:
  claude: &claude
    command: [claude,
      --model]
  other:
    <<: *claude
    env: {}
  third: *claude
hooks:
  Stop:
    # a comment
    - hooks: []
    -
      hooks: []
"quoted key": 1
`

test.each<[Path, number | null]>([
  [['agent'], 2],
  [['agents'], 4],
  [['agents', 'claude', 'command'], 6],
  [['agents', 'claude', 'command', 1], 7],
  [['agents', 'other', 'env'], 10],
  // Spelt out elsewhere.
  [['agents', 'other', 'command'], 8],
  [['agents', 'third', 'command'], 6],
  [['hooks', 'Stop', 0], 15],
  [['hooks', 'Stop', 1], 17],
  [['quoted key'], 18],
  [['nowhere'], null],
  [[], null],
])('YAML: %j stands in line %j', (path, line) => {
  expect(lineFinder(YAML)(path)).toBe(line)
})

test.each<[Path, number | null]>([
  [['flow', 'agent'], 3],
  [['flow', 'hooks', 'Stop', 0], 4],
  [['flow', 'hooks', 'Stop', 1], 5],
])('JSON with tabs and CRLF: %j stands in line %j', (path, line) => {
  const text =
    '{\r\n\t"flow": {\r\n\t\t"agent": "x",\r\n\t\t"hooks": { "Stop": [{},\r\n\t\t\t{}] }\r\n\t}\r\n}'
  expect(lineFinder(text)(path)).toBe(line)
})
