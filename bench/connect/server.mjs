import { once } from 'node:events'
import net from 'node:net'

// The other end: stock servers in a process of their own, one that only accepts and one that sends back what it gets.
// Clients leave with a reset.

async function portOf(onConnection) {
  const server = net.createServer((socket) => onConnection(socket.on('error', () => {})))
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 })
  await once(server, 'listening')
  return server.address().port
}

const accepting = await portOf((socket) => socket.resume())
const echoing = await portOf((socket) => socket.setNoDelay().pipe(socket))
process.send({ accepting, echoing })
process.on('disconnect', () => process.exit())
