// Options of sockets and servers.
import stock from 'node:net'
import { needs, until } from '../tools.mjs'

const [major, minor] = process.versions.node.split('.').map(Number)
const noBlockList = !(major > 22 || (major === 22 && minor >= 13)) && 'block lists of sockets are of Node.js 22.13'

/** A block list with an address. */
function listOf(address) {
  const list = new stock.BlockList()
  list.addAddress(address)
  return list
}

/** Connects with these options to a server with those, which greets and ends. */
async function greet(tools, options, serverOptions = {}) {
  const { serve, net, watch, state } = tools
  const { server, port } = await serve(
    (socket) => {
      state(socket, 'accepted')
      socket.end('hello')
    },
    { options: serverOptions },
  )
  const client = watch('client', net.connect({ port, host: '127.0.0.1', ...options }).resume())
  await Promise.race([until(client, 'connect'), until(client, 'error')])
  state(client, 'connected')
  await until(client, 'close')
  server.close()
}

/** Reads with a buffer of the caller's own. */
async function readInto({ serve, net, watch, note }, buffer, stopAt = 0) {
  const { server, port } = await serve((socket) => socket.end('0123456789'))
  let total = 0
  const onread = {
    buffer,
    callback(length, bytes) {
      total += length
      note('callback', length, Buffer.from(bytes.subarray(0, length)))
      if (total === stopAt) setImmediate(() => client.resume())
      return total !== stopAt
    },
  }
  const client = watch('client', net.connect({ port, host: '127.0.0.1', onread }))
  if (stopAt === 0) client.resume()
  await until(client, 'close')
  note('total', total)
  server.close()
}

export const programs = {
  'noDelay and keepAlive of a client': (tools) =>
    greet(tools, { noDelay: true, keepAlive: true, keepAliveInitialDelay: 5000 }),
  'noDelay and keepAlive of a server': (tools) =>
    greet(tools, {}, { noDelay: true, keepAlive: true, keepAliveInitialDelay: 5000 }),
  'highWaterMark of a server': (tools) => greet(tools, {}, { highWaterMark: 100 }),
  'highWaterMark of a client': async (tools) => {
    const client = new tools.net.Socket({ readableHighWaterMark: 10, writableHighWaterMark: 20, highWaterMark: 30 })
    tools.note('marks', client.readableHighWaterMark, client.writableHighWaterMark)
    client.destroy()
    await greet(tools, { highWaterMark: 30 })
  },
  'a socket that is not readable': async ({ serve, net, watch, state }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect({ port, host: '127.0.0.1', readable: false }))
    await until(client, 'connect')
    state(client)
    client.end('hello')
    await Promise.race([until(client, 'close'), until(client, 'finish')])
    client.destroy()
    server.close()
  },
  'a socket that is not writable': (tools) => greet(tools, { writable: false }),
  'a type of service': (tools) => greet(tools, { typeOfService: 16 }),
  'options that are unknown': (tools) => greet(tools, { unknown: true, decodeStrings: true, emitClose: false }),

  pauseOnConnect: async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve(
      (socket) => {
        mark(socket, 'paused', socket.isPaused())
        setImmediate(() => socket.resume())
      },
      { options: { pauseOnConnect: true } },
    )
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    client.end('hello')
    await until(client, 'close')
    server.close()
  },

  'onread with one buffer': (tools) => readInto(tools, Buffer.alloc(4)),
  'onread with a buffer each time': (tools) => readInto(tools, () => Buffer.alloc(3)),
  'onread that pauses': (tools) => readInto(tools, Buffer.alloc(5), 5),

  'a block list of a client': needs(noBlockList, (tools) => greet(tools, { blockList: listOf('127.0.0.1') })),
  'a block list that lets a client pass': needs(noBlockList, (tools) =>
    greet(tools, { blockList: listOf('127.0.0.9') }),
  ),
  'a block list of a client with a lookup': needs(noBlockList, (tools) => {
    const lookup = (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
    return greet(tools, { blockList: listOf('127.0.0.1'), host: 'name', lookup })
  }),
  'a block list of a server': needs(noBlockList, async ({ serve, net, watch }) => {
    const { server, port } = await serve(undefined, { options: { blockList: listOf('127.0.0.1') } })
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    await until(client, 'close')
    server.close()
  }),
}
