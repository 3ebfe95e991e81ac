import { ratio, spread } from '../statistics.mjs'

const titles = {
  dump: 'Every TCP socket of the host',
  listener: "One port's listener",
  owner: 'The process that listens on a port',
}

/** Prints a table for each question. */
export function printQuestions({ node, rounds, count, samples, missing }) {
  console.log(
    `Node ${node}, ${rounds} rounds, ${count} sockets in TIME_WAIT. Medians; ratios are taken round by round.`,
  )
  for (const [question, times] of Object.entries(samples)) {
    console.log(`\n${titles[question].padEnd(38)}ms    / C   least`)
    for (const [name, values] of Object.entries(times)) {
      const numbers = [
        spread(values).median.toFixed(3),
        ratio(values, times.C).median.toFixed(2),
        Math.min(...values).toFixed(3),
      ]
      console.log(`  ${name.padEnd(28)}${numbers[0].padStart(10)}${numbers[1].padStart(7)}${numbers[2].padStart(8)}`)
    }
  }
  for (const { name, missing: reason } of missing) console.log(`  ${name.padEnd(28)} not here: ${reason}`)
}

/** Prints what an entry takes on the heap. */
export function printMemory({ entries, bytes }) {
  console.log(`\nMemory: ${bytes.toFixed(0)} bytes an entry, of ${entries} entries`)
}
