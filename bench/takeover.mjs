import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { requireLibrary } from './setup.mjs'
import { killAt, newSteps, oldSteps } from './takeover/kill.mjs'

const usage = `npm run bench -- takeover [--rounds 5] [--flight 32] [--json] [--check]
  --rounds  how often a process is killed at each step
  --flight  how many requests are in flight at any time, each on a new connection
  --json    print the data, every round included, instead of the report
  --check   exit with 1 when a claim does not hold`

const points = [...newSteps.map((step) => ({ side: 'new', step })), ...oldSteps.map((step) => ({ side: 'old', step }))]

async function measure(rounds, flight) {
  const results = []
  for (let round = 0; round < rounds; round++) {
    for (const { side, step } of points) results.push(await killAt(side, step, flight))
  }
  return results
}

const sum = (results, count) => results.reduce((total, result) => total + count(result), 0)

function rowsOf({ results }) {
  return points.map(({ side, step }) => {
    const all = results.filter((result) => result.side === side && result.step === step)
    return {
      side,
      step,
      rounds: all.length,
      answered: sum(all, ({ answered }) => answered),
      lost: sum(all, ({ lost }) => lost),
      // What is refused was never accepted by anybody, and so not in flight.
      refused: sum(all, ({ failures }) => failures.ECONNREFUSED ?? 0),
      most: Math.max(...all.map(({ lost }) => lost)),
      serves: all.every(({ serves }) => serves),
      told: all.every(({ tells }) => tells),
    }
  })
}

function print(data) {
  console.log(`Node ${data.node}, ${data.flight} requests in flight, each on a new connection.\n`)
  console.log('killed at             rounds  answered  lost  refused  told')
  for (const { side, step, rounds, answered, lost, refused, told } of rowsOf(data)) {
    const numbers = [String(rounds).padStart(8), String(answered).padStart(10), String(lost).padStart(6)]
    console.log(
      `${`${side} ${step}`.padEnd(20)}${numbers.join('')}${String(refused).padStart(9)}${told ? '   yes' : '    no'}`,
    )
  }
}

function judge(data) {
  return rowsOf(data).map(({ side, step, serves, lost, most, refused, told }) => {
    const few = side === 'new' ? lost === 0 : most <= data.flight && refused === 0
    const wanted =
      side === 'new' ? 'wanted 0' : 'wanted those in flight in it at most, and that the new one says it died'
    const text = `${side} killed at ${step}: lost ${lost}, ${wanted}`
    return { title: `${side} ${step}`, lost, holds: few && serves && told, text }
  })
}

/**
 * The benchmark `takeover`.
 *
 * @param {string[]} args the command line
 */
export async function run(args) {
  const { help, json, check, rounds, flight } = parseArguments(args, { rounds: 5, flight: 32 })
  if (help) return console.log(usage)
  requireLibrary()
  const data = { node: process.version, rounds, flight, results: await measure(rounds, flight) }
  conclude({ data, claims: judge(data), print }, { json, check })
}
