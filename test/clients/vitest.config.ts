import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = resolve(import.meta.dirname, '../..')

// The real agent clients: installed by `npm run test:clients`, run against loopback alone.
export default defineConfig({
  root,
  test: {
    include: ['test/clients/**/*.test.ts'],
    setupFiles: ['test/helpers/isolate.ts'],
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'test-results/clients.json' },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
