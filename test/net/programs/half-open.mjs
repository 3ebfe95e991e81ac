// Which side ends, and whether the other may go on.
import { until } from '../tools.mjs'

/** A connection whose ends are half open or not, and do what they are told to once they are connected. */
async function pair({ serve, net, watch, state }, { client = false, server = false, onClient, onAccepted }) {
  const { server: listener, port } = await serve(
    (socket) => {
      state(socket, 'accepted')
      onAccepted(socket)
    },
    { options: { allowHalfOpen: server } },
  )
  const socket = watch('client', net.connect({ port, host: '127.0.0.1', allowHalfOpen: client }))
  await until(socket, 'connect')
  onClient(socket)
  await until(socket, 'close')
  listener.close()
}

const end = (socket) => void socket.resume().end('bye')
const wait = (socket) => void socket.resume()
/** Says something when the peer has ended, and ends in its turn. */
const endAfterPeer = (socket) =>
  void socket.resume().once('end', () => setImmediate(() => socket.end('after your end')))

export const programs = {
  'the client ends': (tools) => pair(tools, { onClient: end, onAccepted: wait }),
  'the server ends': (tools) => pair(tools, { onClient: wait, onAccepted: end }),
  'both end': (tools) => pair(tools, { onClient: end, onAccepted: end }),
  'the client ends, and a half-open server goes on': (tools) =>
    pair(tools, { server: true, onClient: end, onAccepted: endAfterPeer }),
  'the server ends, and a half-open client goes on': (tools) =>
    pair(tools, { client: true, onClient: endAfterPeer, onAccepted: end }),
  'the client ends, and both are half open': (tools) =>
    pair(tools, { client: true, server: true, onClient: end, onAccepted: endAfterPeer }),
  'the server ends, and both are half open': (tools) =>
    pair(tools, { client: true, server: true, onClient: endAfterPeer, onAccepted: end }),
  'both end, and both are half open': (tools) =>
    pair(tools, { client: true, server: true, onClient: end, onAccepted: end }),
  'destroySoon() of the client': (tools) =>
    pair(tools, {
      onClient: (socket) => {
        socket.write('soon')
        socket.destroySoon()
      },
      onAccepted: wait,
    }),
  'destroySoon() of a half-open server': (tools) =>
    pair(tools, {
      server: true,
      onClient: wait,
      onAccepted: (socket) => {
        socket.write('soon')
        socket.destroySoon()
      },
    }),

  'end() twice': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve(wait)
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    client.end('once', () => mark(client, 'first'))
    client.end(() => mark(client, 'second'))
    await until(client, 'close')
    server.close()
  },

  'a peer that ends while nobody reads': async ({ serve, net, watch, state }) => {
    const { server, port } = await serve((socket) => socket.end('unread'))
    const client = watch('client', net.connect(port, '127.0.0.1'))
    const [accepted] = await until(server, 'connection')
    await until(accepted, 'finish')
    state(client, 'unread')
    client.resume()
    await until(client, 'close')
    server.close()
  },

  'allowHalfOpen set on a socket': async ({ serve, net, watch }) => {
    const { server, port } = await serve((socket) => socket.resume().end('bye'))
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    client.allowHalfOpen = true
    await until(client, 'end')
    client.end('late')
    await until(client, 'close')
    server.close()
  },

  'half open over a path': async ({ serve, net, watch, path }) => {
    const { server, path: at } = await serve(endAfterPeer, { options: { allowHalfOpen: true }, at: [path('socket')] })
    const client = watch('client', net.connect(at).resume())
    client.end('hello')
    await until(client, 'close')
    server.close()
  },
}
