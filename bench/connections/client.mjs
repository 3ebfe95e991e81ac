import { once } from 'node:events'
import net from 'node:net'
import { growth, memory } from './memory.mjs'

// Opens connections from one address and holds them: node client.mjs WAY PORT COUNT ADDRESS. Sends its memory once all
// are there; to 'ask' it sees whether the server answers on a hundred of them.

const [, , way, port, count, localAddress] = process.argv
const atOnce = 64
const target = { host: '127.0.0.1', port: Number(port), localAddress }

const ways = {
  async stock() {
    const socket = net.connect(target)
    await once(socket, 'connect')
    return socket
  },
  async sockctl() {
    const { connect } = await import('../../dist/index.js')
    // The kernel chooses the port in connect(2), when it knows the peer: every address has all ports for every peer.
    return connect({ ...target, options: { IP_BIND_ADDRESS_NO_PORT: true } })
  },
}

const sockets = []

async function open(share) {
  for (let opened = 0; opened < share; opened++) sockets.push(await ways[way]())
}

async function ask(socket) {
  socket.write('?')
  await once(socket, 'data')
}

// One connection first, so that what is loaded for it does not count.
await open(1)
const before = memory()
const shares = Array.from({ length: atOnce }, (_, index) => Math.floor((count - 1 + index) / atOnce))
await Promise.all(shares.map(open))
process.send({ connections: sockets.length, ...growth(before, memory()) })
process.on('message', async () => {
  const step = Math.ceil(sockets.length / 100)
  const asked = sockets.filter((_, index) => index % step === 0)
  await Promise.all(asked.map(ask))
  process.send(asked.length)
})
process.on('disconnect', () => process.exit())
