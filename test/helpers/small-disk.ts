/** A disk of a few pages, to be filled. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Mounting is for root, and for containers that may: a test without it is skipped, and counted so. */
export const canMount = probe()

/** Mounts an empty disk of `kibibytes` at `folder` until the test ends. Call it inside a test. */
export function mountSmallDisk(folder: string, kibibytes: number): void {
  mkdirSync(folder, { recursive: true })
  if (!mount(folder, kibibytes)) throw new Error(`could not mount ${folder}`)
  onTestFinished(() => unmount(folder))
}

/** Leaves so many pages of 4 KiB free on the disk of `folder`; `makeRoom` takes that back. */
export function fill(folder: string, pagesLeft = 0): void {
  const { bfree, bsize } = statfsSync(folder)
  const bytes = bfree * bsize - pagesLeft * 4096
  if (bytes > 0) writeFileSync(join(folder, FILLER), Buffer.alloc(bytes))
}

export function makeRoom(folder: string): void {
  rmSync(join(folder, FILLER), { force: true })
}

const FILLER = 'filler'

function probe(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const folder = mkdtempSync(join(tmpdir(), 'flow-test-mount-'))
  const isMounted = mount(folder, 64)
  if (isMounted) unmount(folder)
  rmdirSync(folder)
  return isMounted
}

function mount(folder: string, kibibytes: number): boolean {
  const options = ['-t', 'tmpfs', '-o', `size=${kibibytes}k,mode=755`, 'tmpfs']
  return spawnSync('mount', [...options, folder], { stdio: 'ignore' }).status === 0
}

function unmount(folder: string): void {
  const { status } = spawnSync('umount', ['-l', folder])
  if (status !== 0) throw new Error(`could not unmount ${folder}`)
}
