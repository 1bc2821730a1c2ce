import { describe, test } from 'vitest'
import { leavesWholeFiles } from '../helpers/full-disk.ts'

describe('flow init, when a change fails in the middle', () => {
  test.each(['rename'] as const)(
    'a full disk at any %s leaves whole files, no rubbish, and a way to go on',
    leavesWholeFiles,
  )
})
