// Adds up what vitest's JSON reports say, one line for each and one for all; exit code 1 when one is
// missing, failed, or ran nothing.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

const total = { passed: 0, failed: 0, skipped: 0 }
let isSound = true
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    const counts = {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    }
    for (const [kind, count] of Object.entries(counts)) total[kind] += count
    isSound &&= report.success && counts.passed > 0
    console.log(`${basename(file, '.json')}: ${line(counts)}`)
  } catch (error) {
    console.error(`no report of a test run: ${error.message}`)
    isSound = false
  }
}
console.log(line(total))
process.exitCode = isSound && total.failed === 0 ? 0 : 1

function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
