// Adds up what vitest's JSON reports say, one line for each and one for all, after the name of each test
// that failed; exit code 1 when a report is missing, has failures, or ran nothing.
import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'

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
    for (const failure of failuresIn(report)) console.log(failure)
    console.log(`${basename(file, '.json')}: ${line(counts)}`)
  } catch (error) {
    console.error(`no report of a test run: ${error.message}`)
    isSound = false
  }
}
console.log(line(total))
process.exitCode = isSound && total.failed === 0 ? 0 : 1

/** One line for each test that failed, and for each file that could not run. */
function failuresIn({ testResults }) {
  return testResults.flatMap(({ name, message, status, assertionResults }) => {
    const file = relative('.', name)
    const failed = assertionResults.filter((test) => test.status === 'failed')
    const tests = failed.map(({ fullName, failureMessages: [text = ''] }) => {
      return `failed: ${file}: ${fullName}: ${text.split('\n')[0]}`
    })
    const isFileAlone = status === 'failed' && tests.length === 0
    return isFileAlone ? [`failed: ${file}: ${message.split('\n')[0]}`] : tests
  })
}

function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
