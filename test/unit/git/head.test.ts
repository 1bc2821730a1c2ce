import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseHead, readHead } from '../../../src/git/head.ts'
import { systemFiles } from '../../../src/ports/file-system.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const COMMIT = '0123456789'.repeat(4)

describe('what HEAD says', () => {
  test.each([
    ['ref: refs/heads/main\n', { kind: 'branch', name: 'main' }],
    ['ref: refs/heads/feature/ä x\n', { kind: 'branch', name: 'feature/ä x' }],
    [`${COMMIT}\n`, { kind: 'detached', commit: COMMIT }],
    [`${COMMIT}${'0'.repeat(24)}\n`, { kind: 'detached', commit: `${COMMIT}${'0'.repeat(24)}` }],
    // reftable keeps its branches elsewhere.
    ['ref: refs/heads/.invalid\n', null],
    ['ref: refs/heads/\n', null],
    ['ref: refs/remotes/x\n', null],
    ['root:x:0:0:root:/root:/bin/sh\n', null],
    ['ref: refs/heads/a\nb\n', null],
    ['', null],
  ])('%j', (text, head) => {
    expect(parseHead(text)).toEqual(head)
  })

  test('what is no file of git’s is not read', () => {
    const folder = tempFolder()
    expect(readHead({ fs: systemFiles }, join(folder, 'nowhere'))).toBe(null)
    writeFileSync(join(folder, 'secret'), 'ref: refs/heads/main\n')
    symlinkSync('secret', join(folder, 'HEAD'))
    expect(readHead({ fs: systemFiles }, folder)).toBe(null)
    mkdirSync(join(folder, 'long'))
    writeFileSync(join(folder, 'long/HEAD'), `ref: refs/heads/${'x'.repeat(2_000)}\n`)
    expect(readHead({ fs: systemFiles }, join(folder, 'long'))).toBe(null)
  })
})
