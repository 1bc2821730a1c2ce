/** The documents say what the code does. What is typed in them is run by test/e2e/documents.test.ts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { commandsDocument } from '../../build/commands.mjs'
import { argsOf, longFlag } from '../../src/command-line/definition.ts'
import { parseConfig } from '../../src/config/schema.ts'
import { CLAUDE } from '../../src/targets/claude.ts'
import { ALL, parse } from '../helpers/command-line.ts'
import {
  DOCUMENTS,
  type Document,
  documentAt,
  EXAMPLES,
  flowCalls,
  PACKAGE,
  prose,
  typedIn,
} from '../helpers/documents.ts'

const README = documentAt('README.md')

/** What a link may name behind `#`, as GitHub makes it of headings. */
function anchorsOf(document: Document): string[] {
  return [...prose(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('links', () => {
  const links = DOCUMENTS.flatMap((document) =>
    [...prose(document).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
      ([whole, path = '', anchor]) => ({ document, whole, path, anchor }),
    ),
  )

  test('between documents lead to a file and a heading that are there', () => {
    expect(links.length).toBeGreaterThan(20)
    const dead = links.filter(({ document, path, anchor }) => {
      const to = path === '' ? document.path : join(dirname(document.path), path)
      if (!existsSync(join(PACKAGE, to))) return true
      return anchor !== undefined && !anchorsOf(documentAt(to)).includes(anchor)
    })
    expect(dead.map(({ document, whole }) => `${document.path}: ${whole}`)).toEqual([])
  })

  test('the README is read in a few minutes: fewer than 700 words', () => {
    expect(README.text.split(/\s+/).filter((word) => word !== '').length).toBeLessThan(700)
  })

  test('the README leads to every document', () => {
    const reached = links.filter(({ document }) => document === README).map(({ path }) => path)
    const paths = DOCUMENTS.map(({ path }) => path).filter((path) => path !== 'README.md')
    expect(paths.filter((path) => !reached.includes(path))).toEqual([])
  })
})

describe('commands', () => {
  const typed = EXAMPLES.flatMap((example) =>
    typedIn(example)
      .flatMap(flowCalls)
      .map((words) => ({ words, at: `${example.path}:${example.line}` })),
  )

  test('in examples are ones that flow takes', async () => {
    expect(typed.length).toBeGreaterThan(10)
    const wrong: string[] = []
    for (const { words, at } of typed) {
      await parse(words).catch((error) => wrong.push(`${at}: flow ${words.join(' ')}: ${error}`))
    }
    expect(wrong).toEqual([])
  })

  test('in sentences and tables are there, with their options', () => {
    const named = DOCUMENTS.flatMap((document) =>
      [...prose(document).matchAll(/`((?:npx )?flow(?:-agent)? [^`]*)`/g)].flatMap(
        ([, code = '']) => flowCalls(code).map((words) => ({ words, at: document.path })),
      ),
    )
    expect(named.length).toBeGreaterThan(40)
    const wrong = named.filter(({ words }) => !isKnown(words))
    expect(wrong.map(({ words, at }) => `${at}: flow ${words.join(' ')}`)).toEqual([])
  })

  /** `[--yes]` is an option, `SESSION` a word that the reader chooses. */
  function isKnown([name = '', ...words]: string[]): boolean {
    if (/^[A-Z…-]/.test(name)) return true
    if (name === 'help') return true
    const command = ALL[name]
    if (command === undefined) return false
    const end = words.indexOf('--')
    const own = words.slice(0, end === -1 ? undefined : end)
    const flags = own.map((word) => /^\[?(--[a-z-]+)/.exec(word)?.[1]).filter(Boolean)
    const known = ['--help', ...argsOf(command, 'option').map(longFlag)]
    return flags.every((flag) => known.includes(flag ?? ''))
  }

  test('are in docs/COMMANDS.md as their help has them: `npm run build` writes it', async () => {
    expect(documentAt('docs/COMMANDS.md').text).toBe(await commandsDocument())
  })
})

describe('examples', () => {
  const named = (text: string) => /^# (\S*\.\S+)$/m.exec(text.split('\n')[0] ?? '')?.[1]

  test('every fence says what it holds, or holds a picture or an error', () => {
    const kinds = ['', 'sh', 'console', 'console run', 'yaml', 'json', 'js', 'ts']
    expect(EXAMPLES.filter(({ kind }) => !kinds.includes(kind))).toEqual([])
  })

  test('in YAML are configurations that flow takes', () => {
    const yaml = EXAMPLES.filter(({ kind }) => kind === 'yaml')
    expect(yaml.length).toBeGreaterThan(4)
    for (const { path, line, text } of yaml) {
      const document = parseDocument(text)
      expect(document.errors, `${path}:${line}`).toEqual([])
      if (![undefined, '.flowrc', '.flowrc.local'].includes(named(text))) continue
      const { hooks } = parseConfig(document.toJS() ?? {}, `${path}:${line}`)
      expect(CLAUDE.events, `${path}:${line}`).toEqual(expect.arrayContaining(Object.keys(hooks)))
    }
  })

  test('in JSON are JSON', () => {
    for (const { path, line, kind, text } of EXAMPLES) {
      if (kind === 'json') expect(() => JSON.parse(text), `${path}:${line}`).not.toThrow()
    }
  })

  test('in TypeScript import what the library has', () => {
    const library = readFileSync(join(PACKAGE, 'src/index.ts'), 'utf8')
    const imported = EXAMPLES.filter(({ kind }) => kind === 'ts').flatMap(({ text }) =>
      [...text.matchAll(/import \{([^}]*)\} from 'flow-agent'/g)].flatMap(([, names = '']) =>
        names.split(',').map((name) => name.trim().replace(/^type /, '')),
      ),
    )
    expect(imported).not.toEqual([])
    for (const name of imported.filter(Boolean))
      expect(library).toMatch(new RegExp(`\\b${name}\\b`))
  })
})

describe('the map in CONTRIBUTING.md', () => {
  const [, map = ''] =
    /^## The map\n\n```\n([\s\S]*?)^```/m.exec(documentAt('CONTRIBUTING.md').text) ?? []
  const [, inside = ''] = /^src\/\n((?: .*\n)*)/m.exec(map) ?? []

  test('has every file and folder of src, and no others', () => {
    // One line may have several, two blanks apart; what stands behind is no name of a file.
    const drawn = [...inside.matchAll(/(?<=^ {2}| {2})([\w*-]+(?:\.ts|\/))(?= |$)/gm)].map(
      ([, name = '']) => name,
    )
    const names = readdirSync(join(PACKAGE, 'src'), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.name,
    )
    const isDrawn = (name: string) => drawn.some((one) => matches(one, name))
    expect(names.filter((name) => !isDrawn(name))).toEqual([])
    expect(drawn.filter((one) => !names.some((name) => matches(one, name)))).toEqual([])
  })

  test('has every folder of tests', () => {
    const folders = readdirSync(join(PACKAGE, 'test')).map((name) => `test/${name}/`)
    expect(folders.filter((name) => !map.includes(`\n${name}`))).toEqual([])
  })

  function matches(drawn: string, name: string): boolean {
    const pattern = drawn.replaceAll('.', '\\.').replaceAll('*', '.*')
    return new RegExp(`^${pattern}$`).test(name)
  }
})

describe('docs/TROUBLESHOOTING.md', () => {
  const document = documentAt('docs/TROUBLESHOOTING.md')
  /** No person meets these: of the demo's own shell, and of the library alone. */
  const INTERNAL = ['E_SHELL_CLOSED', 'E_SHELL_SILENT']
  const SHORTEST = '.claude/settings.json is a directory'
  const sources = readdirSync(join(PACKAGE, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(PACKAGE, 'src', name), 'utf8'))

  /** What a script fills in looks like what TypeScript does. */
  const scripts = readdirSync(join(PACKAGE, 'templates'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sh'))
    .map((name) => readFileSync(join(PACKAGE, 'templates', name), 'utf8'))
    .map((text) => text.replaceAll(/\$(\w+)/g, '$${$1}'))

  test('has every error by its code', () => {
    const codes = sources.flatMap((text) =>
      [...text.matchAll(/'(E_[A-Z_]+)'/g)].map(([, code]) => code),
    )
    const known = [...new Set(codes)].toSorted()
    expect(known.length).toBeGreaterThan(40)
    const told = [...document.text.matchAll(/`(E_[A-Z_]+)`/g)].map(([, code]) => code)
    expect(known.filter((code) => ![...told, ...INTERNAL].includes(code))).toEqual([])
    expect([...new Set([...told, ...INTERNAL])].toSorted()).toEqual(known)
  })

  test('quotes first lines that flow can say', () => {
    const quoted = [...document.text.matchAll(/^### (`+)flow: (.*?) ?\1$/gm)].map(
      ([, , line = '']) => line,
    )
    expect(quoted.length).toBeGreaterThan(40)
    const sentences = [...sources, ...scripts].flatMap(sentencesIn)
    // Too few letters of its own to be found: `${path} is ${kind}`.
    expect(quoted).toContain(SHORTEST)
    const invented = quoted.filter(
      (line) => line !== SHORTEST && !sentences.some((sentence) => sentence.test(line)),
    )
    expect(invented).toEqual([])
  })

  /** Every text of the source that says something, with anything in the place of what is filled in. */
  function sentencesIn(source: string): RegExp[] {
    const texts = [...source.matchAll(/'((?:[^'\\\n]|\\.)+)'|"([^"\n]+)"|`((?:[^`\\]|\\.)+)`/g)]
    return texts
      .map(([, single, double, template]) => single ?? double ?? template ?? '')
      .map((text) => text.replace(/^flow: /, '').replace(/\\n$/, ''))
      .map((text) => text.replaceAll(/\\(.)/g, '$1').split(/\$\{(?:[^{}]|\{[^}]*\})*\}/))
      .filter((parts) => parts.join('').replaceAll(/[^a-z]/g, '').length > 5)
      .map((parts) => new RegExp(`^${parts.map(quote).join('.+')}$`))
  }

  function quote(text: string): string {
    return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  }
})
