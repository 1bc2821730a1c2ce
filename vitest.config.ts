import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/** Not part of `npm test`: many installs, variants; and the searches, which try every case of a kind. */
const SLOW = ['test/**/*.slow.test.ts', 'test/{protocol,orders,instants}/**/*.search.test.ts']

/** One process for many files: loading the modules anew would take longer than the tests. */
const SHARED = { isolate: false }

const packed = ['test/helpers/packed.ts']

export default defineConfig({
  test: {
    setupFiles: ['test/helpers/isolate.ts'],
    // Against a hang, not against a slow machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Much of the time goes into waiting for other processes; the default keeps one core free.
    maxWorkers: availableParallelism(),
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'test-results/test.json' },
    projects: [
      // Nothing but this process: tables, and properties of pure functions.
      project('unit', ['test/unit/**/*.test.ts'], SHARED),
      // This process and a temporary directory.
      project('protocol', ['test/{protocol,orders}/**/*.test.ts'], SHARED),
      // Real processes, real git, the packed package.
      project('e2e', ['test/{e2e,shell}/**/*.test.ts'], { ...SHARED, globalSetup: packed }),
      // What `npm run test:all` adds.
      project('slow', SLOW, { globalSetup: packed, exclude: configDefaults.exclude }),
      // The searches again, to their whole bounds.
      project('full', ['test/**/*.search.test.ts'], {
        globalSetup: packed,
        exclude: configDefaults.exclude,
        env: { SEARCH: process.env.SEARCH ?? 'full' },
        testTimeout: 3_600_000,
      }),
    ],
  },
})

function project(name: string, include: string[], options: object = {}) {
  const exclude = [...configDefaults.exclude, ...SLOW]
  return { extends: true as const, test: { name, include, exclude, ...options } }
}
