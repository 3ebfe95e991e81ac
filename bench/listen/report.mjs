import { atLeast } from '../claims.mjs'
import { ratio, spread } from '../statistics.mjs'

const median = (results, key) => spread(results.map((result) => result[key])).median

/** Prints what each accepted, and what it took. */
export function printListen({ rounds, seconds, workers, inFlight, cpus, samples }) {
  console.log(`${rounds} rounds of ${seconds} s, ${workers} workers on ${cpus - 1} CPU, the load on another one,`)
  console.log(`${inFlight} connections in flight, one request each. Medians of the rounds.\n`)
  console.log(`${''.padEnd(34)}accepts/s   CPU of load   CPU of servers   us each   failed`)
  for (const [name, results] of Object.entries(samples)) {
    const rate = median(results, 'rate').toFixed(0).padStart(9)
    const [load, servers] = ['loadShare', 'serverShare'].map((key) => `${(100 * median(results, key)).toFixed(0)} %`)
    const each = ((1e6 * median(results, 'serverShare')) / median(results, 'rate')).toFixed(1).padStart(10)
    const failed = results.reduce((sum, result) => sum + result.failed, 0)
    console.log(
      `${name.padEnd(34)}${rate}${load.padStart(14)}${servers.padStart(17)}${each}${String(failed).padStart(9)}`,
    )
  }
}

/** Holds the results against what is claimed. */
export function judgeListen({ samples }, wanted) {
  return wanted.map(({ ours, theirs, least }) => {
    const [our, their] = [ours, theirs].map((name) => samples[name].map(({ rate }) => rate))
    return atLeast(`${ours} / ${theirs}`, ratio(our, their), least)
  })
}
