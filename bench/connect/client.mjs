import { contenders, leave } from './contenders.mjs'

// One contender in a process of its own, as a program uses one of them: the engine has seen no other.

const { open } = contenders.find(({ name }) => name === process.argv[2])

/** Nanoseconds a connection, from the call until the socket is there. Leaving is not counted. */
async function timeBatch({ port, localPorts, count, atOnce }) {
  let total = 0n
  for (let made = 0; made < count; made += atOnce) {
    const each = Array.from({ length: atOnce }, (_, index) => {
      const options = { host: '127.0.0.1', port }
      return localPorts === undefined ? options : { ...options, localPort: localPorts + made + index }
    })
    const start = process.hrtime.bigint()
    const sockets = await Promise.all(each.map(open))
    total += process.hrtime.bigint() - start
    await Promise.all(sockets.map(leave))
  }
  return Number(total) / count
}

process.on('message', async (batch) => process.send(await timeBatch(batch)))
process.on('disconnect', () => process.exit())
