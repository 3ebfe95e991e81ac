import { orderOf } from '../turns.mjs'
import { contenders, leave } from './contenders.mjs'

const [ours, theirs] = contenders
/** Stock against stock as well: what differs there is the noise. */
const trio = [ours, theirs, { ...theirs, name: 'net.connect again' }]

/** Sends what the server sends back, and waits until all of it is here. */
function exchange(socket, bytes) {
  return new Promise((resolve, reject) => {
    let missing = bytes.length
    const onData = (chunk) => {
      missing -= chunk.length
      if (missing > 0) return
      socket.off('data', onData).off('error', reject)
      resolve()
    }
    socket.on('data', onData).once('error', reject)
    socket.write(bytes)
  })
}

const exchanges = [
  { title: '64-byte echo', bytes: Buffer.alloc(64, 'e'), share: 1 },
  { title: '1 MiB stream', bytes: Buffer.alloc(2 ** 20, 's'), share: 1 / 50 },
]

async function timeExchanges(socket, { bytes }, count) {
  const start = process.hrtime.bigint()
  for (let done = 0; done < count; done++) await exchange(socket, bytes)
  return Number(process.hrtime.bigint() - start) / count
}

/** Turns that a pair is timed in, so that a slow moment of the machine hits all of them. */
const turns = 10

async function timeGroup(port, round, exchange, count) {
  const group = []
  for (const contender of orderOf(trio, round)) {
    const socket = await contender.open({ host: '127.0.0.1', port, noDelay: true })
    group.push({ name: contender.name, socket, times: [] })
  }
  for (let turn = 0; turn < turns; turn++) {
    for (const { socket, times } of orderOf(group, turn)) {
      times.push(await timeExchanges(socket, exchange, Math.ceil(count / turns)))
    }
  }
  await Promise.all(group.map(({ socket }) => leave(socket)))
  return group.map(({ name, times }) => [name, Math.min(...times)])
}

/**
 * Times data over connected sockets, new ones for each round, after rounds that do not count.
 *
 * @returns {Promise<Record<string, Record<string, number[]>>>} ns an exchange by its title, contender and round
 */
export async function timeData(port, { pairs, echoes, warmUp = 2 }) {
  const samples = Object.fromEntries(
    exchanges.map(({ title }) => [title, Object.fromEntries(trio.map(({ name }) => [name, []]))]),
  )
  for (let round = 0; round < warmUp + pairs; round++) {
    for (const exchange of exchanges) {
      const times = await timeGroup(port, round, exchange, Math.ceil(echoes * exchange.share))
      if (round >= warmUp) for (const [name, ns] of times) samples[exchange.title][name].push(ns)
    }
  }
  return samples
}
