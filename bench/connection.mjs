import { once } from 'node:events'
import net from 'node:net'

/** Connects a `net.Socket` over the loopback interface to a server of this process. */
export async function connectedSocket() {
  const server = net.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = net.connect(server.address().port, '127.0.0.1')
  const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')])
  const close = () => {
    socket.destroy()
    peer.destroy()
    server.close()
  }
  return { socket, close }
}
