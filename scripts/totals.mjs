// Adds up test runs: of each, the folder that this is given has `<name>.status`, the exit status of vitest, and where
// it got that far `<name>.json`, its report.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)

// A test is left pending where its process died.
const kinds = { passed: 'passed', failed: 'failed', pending: 'failed', skipped: 'skipped', todo: 'skipped' }

function read(name) {
  const path = join(folder, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function reportOf(name) {
  return JSON.parse(read(`${name}.json`) ?? '{"testResults":[]}').testResults
}

/** Counts the tests of a run. A file that did not load counts as a failed test, and so does what failed outside of all. */
function totalsOf(name) {
  const totals = { passed: 0, failed: 0, skipped: 0 }
  for (const { status, assertionResults } of reportOf(name)) {
    if (status === 'failed' && assertionResults.length === 0) totals.failed++
    for (const result of assertionResults) totals[kinds[result.status]]++
  }
  if (totals.failed === 0 && Number(read(`${name}.status`)) !== 0) totals.failed = 1
  return totals
}

/** The tests of a run that failed, each with the first line of what went wrong. */
function failuresOf(name) {
  const failures = []
  for (const { name: file, status, message, assertionResults } of reportOf(name)) {
    if (status === 'failed' && assertionResults.length === 0) failures.push(`${file}: ${message}`)
    for (const { status: outcome, fullName, failureMessages } of assertionResults) {
      if (kinds[outcome] === 'failed') failures.push(`${fullName}: ${failureMessages[0] ?? 'did not end'}`)
    }
  }
  return failures.map((failure) => `${name}: ${failure.split('\n')[0]}`)
}

const runs = readdirSync(folder)
  .filter((entry) => entry.endsWith('.status'))
  .map((entry) => entry.replace(/\.status$/, ''))
// Of a long output often only the end is kept.
for (const failure of runs.flatMap(failuresOf).slice(0, 60)) console.log(failure)

const sum = { passed: 0, failed: 0, skipped: 0 }
for (const run of runs) {
  for (const [kind, count] of Object.entries(totalsOf(run))) sum[kind] += count
}
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`)
if (sum.passed === 0 || sum.failed > 0) process.exitCode = 1
