// A server process that is there to be killed. It accepts its connections, or leaves them in the accept queue.
import net, { type AddressInfo } from 'node:net'
import { listen } from '../../adopt/index.js'
import { setOption } from '../../options/index.js'
import { BareSocket } from '../../sockets/index.js'

const [, , what, host = '127.0.0.1'] = process.argv

async function accepting(): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => {}).on('data', () => process.send?.('accepted')))
  await listen(server, { host, port: 0 })
  return (server.address() as AddressInfo).port
}

function idle(): number {
  const socket = new BareSocket('ipv4')
  setOption(socket, 'SO_REUSEADDR', true)
  socket.listen(16, { address: host, port: 0 })
  return socket.address().port ?? 0
}

const port = what === 'accepting' ? await accepting() : idle()
process.send?.(port)
process.on('disconnect', () => process.exit())
