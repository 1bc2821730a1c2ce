/** The explorer is worth what it finds: faults are sown into the source, and it has to name each. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'
import { expect, test } from 'vitest'
import { tempFolder } from '../helpers/temp-folder.ts'
import { bundle } from '../protocol/bundle.ts'
import { type Fault, faults } from './faults.ts'

test.each(Object.entries(faults))('the explorer finds that %s', async (name, fault) => {
  const program = join(tempFolder(), 'explore.mjs')
  await bundle(join(import.meta.dirname, 'find-fault.ts'), program, [sow(fault)])
  const begun = performance.now()
  const found = JSON.parse(execFileSync(process.execPath, [program, name], { encoding: 'utf8' }))
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  expect(found.broken).toMatch(fault.says)
  expect(found.again).toBe(found.broken)
  console.log(`found in ${seconds} s and ${found.steps} steps: ${name}\n  ${found.schedule}`)
})

/** Puts the fault into the source while it is bundled; an edit that no longer fits is an error. */
function sow({ file, edits }: Fault): Plugin {
  return {
    name: 'sow a fault',
    transform(code, id) {
      if (!id.endsWith(join('src', 'session', file))) return null
      return edits.reduce((text, [now, sown]) => {
        const [before, after, ...more] = text.split(now)
        if (after === undefined || more.length > 0) throw new Error(`not there once: ${now}`)
        return before + sown + after
      }, code)
    },
  }
}
