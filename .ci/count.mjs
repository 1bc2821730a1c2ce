// Adds up what vitest's JSON reports say; exit code 1 when one is missing, failed, or ran nothing.
import { readFileSync } from 'node:fs'

const total = { passed: 0, failed: 0, skipped: 0 }
let isSound = true
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    total.passed += report.numPassedTests
    total.failed += report.numFailedTests
    total.skipped += report.numPendingTests + report.numTodoTests
    isSound &&= report.success && report.numPassedTests > 0
  } catch (error) {
    console.error(`no report of a test run: ${error.message}`)
    isSound = false
  }
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = isSound && total.failed === 0 ? 0 : 1
