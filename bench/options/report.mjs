import { formatRatio, ratio, spread } from '../statistics.mjs'

function printOperation([title, samples], missing) {
  console.log(`\n${title.padEnd(20)}      ns    / C`)
  for (const [name, values] of Object.entries(samples)) {
    const ns = spread(values).median.toFixed(0)
    console.log(`  ${name.padEnd(18)}${ns.padStart(8)}${ratio(values, samples.C).median.toFixed(2).padStart(7)}`)
  }
  for (const { name, missing: reason } of missing) console.log(`  ${name.padEnd(18)} not here: ${reason}`)
  const against = ['bare N-API', 'koffi', 'sockopt'].filter((name) => name in samples)
  for (const name of against) {
    console.log(`  sockctl / ${name.padEnd(11)} ${formatRatio(ratio(samples.sockctl, samples[name]))}`)
  }
}

/** Prints a table for each operation. */
export function printOperations({ node, rounds, calls, samples, missing }) {
  console.log(`Node ${node}, ${rounds} rounds of ${calls} calls. Medians; ratios are taken round by round.`)
  for (const operation of Object.entries(samples)) printOperation(operation, missing)
}

/** Prints what a million calls did to the memory. */
export function printMemory({ sets, gets, before, after }) {
  console.log(`\nMemory around ${sets} sets and ${gets} gets of sockctl, in KiB, after a garbage collection`)
  for (const key of ['rss', 'heapUsed']) {
    const [from, to] = [before[key] / 1024, after[key] / 1024]
    const change = `${to < from ? '' : '+'}${(to - from).toFixed(0)}`
    console.log(`  ${key.padEnd(9)}${from.toFixed(0).padStart(8)} before${to.toFixed(0).padStart(8)} after  ${change}`)
  }
}
