import { expect, test } from 'vitest'
import { rcLinesIn, rcWord } from '../../../src/commands/shell/rc-lines.ts'
import type { ShellName } from '../../../src/commands/shell/snippet.ts'
import type { Environment } from '../../../src/ports/environment.ts'

const ENVIRONMENT = { homeFolder: '/home/me' } as Environment
const USUAL = '/home/me/.sylphx-flow'

test.each<[string, string, ShellName, string, boolean | null]>([
  [
    'the line that is printed',
    '[ ! -r "$HOME/.sylphx-flow/shell/flow.bash" ] || . x',
    'bash',
    USUAL,
    false,
  ],
  ['by a tilde', '. ~/.sylphx-flow/shell/flow.bash', 'bash', USUAL, false],
  ['by braces', `. "\${HOME}/.sylphx-flow/shell/flow.bash"`, 'bash', USUAL, false],
  ['by its whole path', 'source /home/me/.sylphx-flow/shell/flow.zsh', 'zsh', USUAL, false],
  ['another shell’s', 'source /home/me/.sylphx-flow/shell/flow.zsh', 'bash', USUAL, null],
  ['another state home’s', '. ~/.sylphx-flow/shell/flow.bash', 'bash', '/elsewhere', null],
  ['one elsewhere', 'test -r /else/shell/flow.fish; and …', 'fish', '/else', false],
  [
    'one that needs quotes',
    "[ ! -r '/it'\\''s/shell/flow.bash' ] || . '/it'\\''s/shell/flow.bash' || : # flow",
    'bash',
    "/it's",
    false,
  ],
  ['one that starts flow', 'eval "$(npx flow-agent shell bash)"', 'bash', '/elsewhere', true],
  ['by the shorter name', 'flow shell fish | source', 'fish', USUAL, true],
  ['another program', 'eval "$(overflow shell bash)"', 'bash', USUAL, null],
  ['a comment', '  # eval "$(flow shell bash)"', 'bash', USUAL, null],
  ['nothing', '', 'bash', USUAL, null],
])('%s', (_, line, shell, home, startsFlow) => {
  expect(rcLinesIn(ENVIRONMENT, home, shell, `x\n${line}\ny`)).toEqual(
    startsFlow === null ? [] : [{ number: 2, startsFlow }],
  )
})

test.each([
  ['/home/me/.bashrc', '~/.bashrc'],
  ['/home/me/my dots/.zshrc', "~/'my dots/.zshrc'"],
  ['/etc/zsh files/.zshrc', "'/etc/zsh files/.zshrc'"],
])('a person names %s as %s', (path, word) => {
  expect(rcWord(ENVIRONMENT, path)).toBe(word)
})
