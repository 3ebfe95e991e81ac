import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { orderOf } from '../turns.mjs'
import { contenders } from './contenders.mjs'

const program = fileURLToPath(new URL('client.mjs', import.meta.url))

/** Connections in a batch. Short against what else the machine does, so that some batches are not interrupted. */
const count = 64

/** How connections are made. */
const ways = [
  { title: 'with localPort, one by one', local: true, atOnce: 1 },
  { title: 'with localPort, 64 at once', local: true, atOnce: count },
  { title: 'without localPort, one by one', local: false, atOnce: 1 },
  { title: 'without localPort, 64 at once', local: false, atOnce: count },
]

/** The first of `count` local ports below those that the kernel chooses itself, others each time. */
function* portRanges() {
  for (;;) for (let first = 2048; first + count < 32768; first += count) yield first
}

function start({ name }) {
  const child = fork(program, [name])
  const measure = async (batch) => {
    child.send(batch)
    const [ns] = await once(child, 'message')
    return ns
  }
  return { name, measure, close: () => child.disconnect() }
}

/** A round: the batches of each by turns, of which the fastest counts, since other programs only ever add time. */
async function runRound(clients, batches, round, batch) {
  const times = new Map(clients.map(({ name }) => [name, []]))
  for (let turn = 0; turn < batches; turn++) {
    for (const { name, measure } of orderOf(clients, round + turn)) times.get(name).push(await measure(batch()))
  }
  return [...times].map(([name, values]) => [name, Math.min(...values)])
}

/**
 * Times connecting, after rounds that do not count.
 *
 * @returns {Promise<Record<string, Record<string, number[]>>>} ns a connection by way, contender and round
 */
export async function timeDials(port, { rounds, batches, warmUp = 3 }) {
  const clients = contenders.map(start)
  const ranges = portRanges()
  const samples = Object.fromEntries(
    ways.map(({ title }) => [title, Object.fromEntries(clients.map(({ name }) => [name, []]))]),
  )
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const { title, local, atOnce } of ways) {
      const batch = () => ({ port, count, atOnce, localPorts: local ? ranges.next().value : undefined })
      for (const [name, ns] of await runRound(clients, batches, round, batch)) {
        if (round >= warmUp) samples[title][name].push(ns)
      }
    }
  }
  for (const { close } of clients) close()
  return samples
}
