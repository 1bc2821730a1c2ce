// biome-ignore-all lint/suspicious/noTemplateCurlyInString: for the shell
import { describe, expect, test } from 'vitest'
import { cleanCommand } from '../../../src/git/clean-filter.ts'
import { attributeLine, excludeLine, hiddenLine } from '../../../src/git/info-lines.ts'

describe('the line in info/attributes', () => {
  test.each([
    ['.claude/settings.json', '/.claude/settings.json filter=flow'],
    ['a b/x', '"/a b/x" filter=flow'],
    ['a"b', '"/a\\"b" filter=flow'],
    ['a*b?[c]', '/a\\*b\\?\\[c\\] filter=flow'],
    ['a *', '"/a \\\\*" filter=flow'],
    ['a\\b', '/a\\\\b filter=flow'],
    ['a\nb', '"/a\\nb" filter=flow'],
    ['ä/$x', '/ä/$x filter=flow'],
  ])('of %j', (path, line) => {
    expect(attributeLine(path)).toBe(line)
  })
})

describe('the line in info/exclude', () => {
  test.each([
    ['.claude/settings.json', '/.claude/.settings.json.session-*'],
    ['settings.json', '/.settings.json.session-*'],
    ['a b/x', '/a b/.x.session-*'],
    ['a*b/?[c]', '/a\\*b/.\\?\\[c\\].session-*'],
    ['a\nb/x', '/a[[:cntrl:]]b/.x.session-*'],
  ])('of %j', (path, line) => {
    expect(excludeLine(path)).toBe(line)
  })
})

describe('the line in info/exclude of settings that flow made', () => {
  test.each([
    ['.claude/settings.json', '/.claude/settings.jso[n]'],
    ['settings.json', '/settings.jso[n]'],
    ['a b/!#/x.json', '/a b/!#/x.jso[n]'],
    ['a*b/?[c]\\/x.json', '/a\\*b/\\?\\[c\\]\\\\/x.jso[n]'],
    ['a\nb/ä.json', '/a[[:cntrl:]]b/ä.jso[n]'],
    ['settings.toml', null],
  ])('of %j', (path, line) => {
    expect(hiddenLine(path)).toBe(line)
  })
})

test('the command is one constant, unless FLOW_HOME moves the state directory', () => {
  const start = 'f=${FLOW_HOME:-${HOME-}/.sylphx-flow}/hooks/clean.sh;'
  const end = 'case $f in /*) [ ! -r "$f" ] || { set -- %f; . "$f"; } ;; esac; exec cat'
  expect(cleanCommand(null)).toBe(`${start} ${end}`)
  expect(cleanCommand("/it's/100%")).toBe(
    `${start} [ -r "$f" ] || f='/it'\\''s/100%%/hooks/clean.sh'; ${end}`,
  )
})
