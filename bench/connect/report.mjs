import { atMost } from '../claims.mjs'
import { formatRatio, median95, ratio, spread } from '../statistics.mjs'

const [ours, theirs, again] = ['sockctl', 'net.connect', 'net.connect again']

function printTimes([title, samples]) {
  console.log(`\n${title.padEnd(32)}      us`)
  for (const [name, values] of Object.entries(samples)) {
    console.log(`  ${name.padEnd(30)}${(spread(values).median / 1000).toFixed(1).padStart(8)}`)
  }
}

/** Prints how long connecting took, and data over the connections. */
export function printConnect({ node, rounds, batches, pairs, dials, data }) {
  console.log(`Node ${node}, ${rounds} rounds of ${batches} batches; ${pairs} pairs of sockets. Medians of the rounds.`)
  console.log('SO_REUSEADDR: net.connect sets it where there is a local port, sockctl leaves it off.')
  for (const times of [...Object.entries(dials), ...Object.entries(data)]) printTimes(times)
}

/** Whether data took the time that it takes over a stock socket, within what is sure of the median. */
function judgeData([title, samples]) {
  const { median, low, high } = median95(samples[ours], samples[theirs])
  const noise = median95(samples[again], samples[theirs])
  const interval = (of) => `${of.median.toFixed(3)} (95 % ${of.low.toFixed(3)}–${of.high.toFixed(3)})`
  const text = `${title}: ${ours} / ${theirs} ${interval({ median, low, high })}, stock / stock ${interval(noise)}, wanted: 1 within`
  return { title, median, low, high, noise, holds: low <= 1, text }
}

function judgeHandles(handles) {
  const { socket, handle, ...same } = handles
  const holds = Object.values(same).every(Boolean)
  const parts = Object.entries(same).map(([what, is]) => `${what} ${is ? 'yes' : 'NO'}`)
  return {
    title: 'handles',
    ...handles,
    holds,
    text: `data goes through a ${socket} on a ${handle}: ${parts.join(', ')}`,
  }
}

/** Holds the results against what is claimed. */
export function judgeConnect({ handles, dials, data }) {
  const local = Object.entries(dials).filter(([title]) => title.startsWith('with localPort'))
  return [
    ...local.map(([title, samples]) =>
      atMost(`${title}: ${ours} / ${theirs}`, ratio(samples[ours], samples[theirs]), 1.1),
    ),
    judgeHandles(handles),
    ...Object.entries(data).map(judgeData),
  ]
}

/** The ratios that nothing is claimed of. */
export function printOthers({ dials }) {
  console.log('')
  for (const [title, samples] of Object.entries(dials).filter(([name]) => name.startsWith('without'))) {
    console.log(`${title}: ${ours} / ${theirs} ${formatRatio(ratio(samples[ours], samples[theirs]))}`)
  }
}
