import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LAUNCH_SCRIPT } from '../helpers/launching.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { pipeTests } from './pipe-tests.ts'
import { COMMON_SHELLS, inShells } from './shells.ts'

test.each([
  ['a link to a file', (path: string, victim: string) => symlinkSync(victim, path)],
  ['a link to nothing', (path: string, victim: string) => symlinkSync(`${victim}-new`, path)],
  ['a second name of a file', (path: string, victim: string) => linkSync(victim, path)],
])(
  '%s at the name of an agent’s record is not written through, and no agent starts',
  (_, plant) => {
    const folder = tempFolder()
    const victim = join(folder, 'victim')
    writeFileSync(victim, 'mine')
    // The shell plants its own record's name, since only then its pid is known.
    const pids = join(folder, 'pids')
    mkdirSync(pids)
    const planted = join(folder, 'planted')
    plant(planted, victim)
    const script = `mv '${planted}' '${pids}'/1.$$.agent; . '${LAUNCH_SCRIPT}'`
    const words = ['-c', script, 'sh', join(pids, '1.%p.agent'), 'boot - machine']
    const agent = ['touch', join(folder, 'started')]
    const { status, stderr } = spawnSync('/bin/sh', [...words, ...agent], {
      encoding: 'utf8',
    })
    expect(status).not.toBe(0)
    expect(stderr).not.toBe('')
    expect(readFileSync(victim, 'utf8')).toBe('mine')
    expect(readdirSync(folder).sort()).toEqual(['pids', 'victim'])
  },
)

inShells(COMMON_SHELLS, pipeTests)
