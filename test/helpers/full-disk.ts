/** `flow init` on a disk that is full from some moment on. */
import { expect } from 'vitest'
import { systemFiles } from '../../src/ports/file-system.ts'
import { repository, runInit, snapshot } from './team-repository.ts'

/** Each such call fails in its turn, and each time `flow init` can go on. */
export async function leavesWholeFiles(call: 'createFile' | 'rename'): Promise<void> {
  for (let failing = 1; ; failing += 1) {
    const folder = repository()
    let count = 0
    const fs = {
      [call](...args: never[]) {
        // What `init` notes in the state home may fail: `flow uninstall` works without.
        const isHere = String(args[0]).startsWith(folder)
        if (isHere) count += 1
        if (isHere && count === failing) {
          throw Object.assign(new Error('full'), { code: 'ENOSPC', syscall: call })
        }
        const real = systemFiles[call] as (...args: never[]) => void
        return real(...args)
      },
    }
    const outcome = await runInit(folder, { fs }).catch((reason: unknown) => reason)
    if (count < failing) {
      // The last two are in .git/info.
      expect(failing).toBe(10)
      return
    }
    expect(outcome).toMatchObject({
      code: 'E_INIT_FILE',
      why: 'no space left on the disk (ENOSPC)',
    })
    expect(snapshot(folder).filter((line) => /\.flow-[0-9a-f]{8}/.test(line))).toEqual([])
    await runInit(folder)
    expect((await runInit(folder)).out).toContain('nothing to change')
  }
}
