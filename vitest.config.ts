import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// quick: nothing but this process and a temporary folder. whole: real processes, real git, the packed
// package. full: the searches (`*.search.test.ts`) again, to their whole bounds.
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
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/{unit,protocol,orders}/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/{e2e,shell,instants}/**/*.test.ts'],
          globalSetup: ['test/helpers/packed.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'full',
          include: ['test/**/*.search.test.ts'],
          globalSetup: ['test/helpers/packed.ts'],
          env: { SEARCH: process.env.SEARCH ?? 'full' },
          testTimeout: 3_600_000,
        },
      },
    ],
  },
})
