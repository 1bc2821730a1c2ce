import { describe, expect, test } from 'vitest'
import {
  attributeLine,
  cleanCommand,
  configLines,
  excludeLine,
  isAttributeLine,
  isConfigLine,
  isExcludeLine,
} from '../../../src/git/clean-filter.ts'

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
    expect(isAttributeLine(line)).toBe(true)
  })
})

describe('the line in info/exclude', () => {
  test.each([
    ['.claude/settings.json', '/.claude/.settings.json.session-*'],
    ['settings.json', '/.settings.json.session-*'],
    ['a b/x', '/a b/.x.session-*'],
    ['a*b/?[c]', '/a\\*b/.\\?\\[c\\].session-*'],
    ['a\nb/x', '/a?b/.x.session-*'],
  ])('of %j', (path, line) => {
    expect(excludeLine(path)).toBe(line)
    expect(isExcludeLine(line)).toBe(true)
  })
})

test('the section of config is quoted as git reads it, and every line of it is known again', () => {
  const lines = configLines('a "b" \\c')
  expect(lines).toEqual(['[filter "flow"]', '\tclean = "a \\"b\\" \\\\c"'])
  expect(lines.every(isConfigLine)).toBe(true)
})

test('the command has each path as one word, and no % of a path is taken for a placeholder', () => {
  expect(cleanCommand("/it's/100%/clean.sh", '/filters/x', '/usr/bin/node')).toBe(
    `f='/it'\\''s/100%%/clean.sh'; [ -f "$f" ] || exec cat; set -- "$f" /filters/x /usr/bin/node %f; . "$f"`,
  )
})
