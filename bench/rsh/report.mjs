import { ratio, spread } from '../statistics.mjs'

const seconds = ({ median, low, high }) => `${median.toFixed(2)} s (IQR ${low.toFixed(2)}–${high.toFixed(2)})`

/** Prints how long each client took, with the CPU time of the client alone. */
export function printSpeed(kind, contenders) {
  const what = kind === 'real' ? 'in.rshd behind inetd' : 'a server in C that answers at once'
  console.log(`\n${what}: medians of ${contenders[0].runs.length} rounds`)
  for (const { name, by, fanout, runs } of contenders) {
    const isPeer = (one) => one.name === 'pdsh' && one.by === by && one.fanout === fanout
    const peer = contenders.find(isPeer) ?? contenders.find((one) => one.name === 'pdsh')
    const times = runs.map((run) => run.seconds)
    const cpu = spread(runs.map((run) => run.cpu)).median.toFixed(2)
    const toPdsh = ratio(
      times,
      peer.runs.map((run) => run.seconds),
    ).median.toFixed(2)
    const right = runs.map((run) => run.right).join(' ')
    const remnants = Math.max(...runs.map((run) => run.remnants))
    console.log(
      `  ${name.padEnd(12)} by ${by.padEnd(8)} -f ${String(fanout).padEnd(5)} ${seconds(spread(times))}  / pdsh ${toPdsh}  CPU ${cpu} s`,
    )
    console.log(`    right ${right}, in TIME_WAIT on reserved ports at most ${remnants}`)
  }
}

const kibibytes = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`

/** Prints what came of many hosts at once, and of many commands on the same hosts. */
export function printMany(many, collected, mixed) {
  console.log(
    `\nfan-out 1,000: ${many.right} right in ${many.seconds.toFixed(1)} s, ${many.live} commands held at once; ${many.remnants} in TIME_WAIT`,
  )
  console.log('  resident for each, both connections included:')
  console.log(
    `  ${kibibytes(many.perCommand)} while they are held, ${kibibytes(collected.perCommand)} without the garbage`,
  )
  console.log(`  ${kibibytes(many.atMost)} at the highest, with the garbage of those that are done`)
  console.log(`ten commands at once on 100 hosts: ${mixed.right} right in ${mixed.seconds.toFixed(2)} s`)
}

/** Prints what came of the two runs of a client that closes first. */
export function printRuns({ client, command, runs }) {
  console.log(`input ended first, ${client}, ${command}:`)
  for (const { right, seconds: time, remnants, firstComplaint = 'no complaint' } of runs) {
    console.log(`  ${right} right in ${time.toFixed(1)} s, ${remnants} in TIME_WAIT; ${firstComplaint}`)
  }
}
