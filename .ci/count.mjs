// Adds up what vitest's JSON reports say, one line for each and one for all, after each test that failed
// with the beginning of its message; exit code 1 when a report is missing, has failures, or ran nothing.
import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'

const MESSAGE_LINES = 20

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

/** Each test that failed, and each file that could not run. */
function failuresIn({ testResults }) {
  return testResults.flatMap(({ name, message, status, assertionResults }) => {
    const file = relative('.', name)
    const failed = assertionResults.filter((test) => test.status === 'failed')
    const tests = failed.map(({ fullName, failureMessages: [text = ''] }) => {
      return `failed: ${file}: ${fullName}: ${beginning(text)}`
    })
    const isFileAlone = status === 'failed' && tests.length === 0
    return isFileAlone ? [`failed: ${file}: ${beginning(message)}`] : tests
  })
}

function beginning(text) {
  return text.split('\n', MESSAGE_LINES).join('\n  ')
}

function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
