import { once } from 'node:events'
import net from 'node:net'
import { abort, connect } from '../../dist/index.js'

/** A server that closes first where a byte asks it to, and otherwise once the client has. */
export async function startServer(port, host = '::') {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => socket.end())
  })
  server.listen(port, host)
  await once(server, 'listening')
  return server
}

const closers = {
  'we-first': (socket) => socket.end(),
  'peer-first': (socket) => socket.write('b'),
  abort,
}

const usedUp = new Set(['EADDRNOTAVAIL', 'EADDRINUSE'])

/** Opens a connection and closes it; gives false where no port is left. */
export async function openOnce(target, close) {
  const socket = await connect(target).catch((error) => error)
  if (socket instanceof Error) {
    if (usedUp.has(socket.code)) return false
    throw socket
  }
  const closed = once(socket, 'close')
  socket.resume()
  closers[close](socket)
  await closed
  return true
}

/** Opens and closes connections one after the other until no port is left or there were so many. Gives their number. */
export async function burst(target, close, most) {
  for (let made = 0; made < most; made++) if (!(await openOnce(target, close))) return made
  return most
}
