// Where a connection comes from: local addresses and ports.
import { differing, until } from '../tools.mjs'

/** Connects with these options to a server on 127.0.0.1 and says where from. */
async function from({ serve, net, watch, state, note }, options) {
  const { server, port } = await serve((socket) => {
    note('the server sees', { address: socket.remoteAddress, port: socket.remotePort })
    socket.end()
  })
  const client = watch('client', net.connect({ port, host: '127.0.0.1', ...options }).resume())
  state(client, 'after connect()')
  await Promise.race([until(client, 'connect'), until(client, 'error')])
  state(client, 'after that')
  await until(client, 'close')
  server.close()
}

/** Connects with these options, which cannot be. */
async function attempt({ serve, net, watch, ticks, state }, options) {
  const { server, port } = await serve()
  const client = watch('client', net.connect({ port, host: '127.0.0.1', ...options }))
  ticks(client, 'after connect()')
  await until(client, 'error')
  state(client, 'in error')
  ticks(client, 'in error')
  server.close()
}

/** Connects from a port to a server, and is the first to close, so that the port stays in TIME_WAIT. */
async function leaveRemnant({ serve, net, watch }, localPort) {
  const { server, port } = await serve((socket) => socket.resume(), { name: 'first' })
  const client = watch('before', net.connect({ port, host: '127.0.0.1', localPort }).resume())
  await until(client, 'connect')
  client.end()
  await until(client, 'close')
  server.close()
}

/** Connects from an address, and again at an event or at once. */
async function connectAgain({ serve, net, watch, outcome }, event) {
  const { server, port } = await serve((socket) => socket.resume())
  const options = { port, host: '127.0.0.1', localAddress: '127.0.0.2' }
  const client = watch('client', net.connect(options))
  if (event) await until(client, event)
  outcome('connect() again', () => client.connect(options) === client)
  await until(client, 'close')
  server.close()
}

export const programs = {
  'a local address, and once more while it connects': (tools) => connectAgain(tools, undefined),
  'a local address, and once more when it is connected': (tools) => connectAgain(tools, 'connect'),
  'a local address': (tools) => from(tools, { localAddress: '127.0.0.2' }),
  'a local port': async (tools) => from(tools, { localPort: await tools.freePort() }),
  'a local port of 0': (tools) => from(tools, { localPort: 0 }),
  'a local address and port': async (tools) =>
    from(tools, { localAddress: '127.0.0.2', localPort: await tools.freePort('127.0.0.2') }),
  'any local address': (tools) => from(tools, { localAddress: '0.0.0.0' }),
  'an empty local address': (tools) => from(tools, { localAddress: '' }),
  'a local port that is null': (tools) => from(tools, { localPort: null }),

  'a local address and port over IPv6': async ({ serve, net, watch, state, freePort }) => {
    const { server, port } = await serve((socket) => socket.end(), { at: [0, '::1'] })
    const localPort = await freePort('::1')
    const client = watch('client', net.connect({ port, host: '::1', localAddress: '::1', localPort }).resume())
    await until(client, 'connect')
    state(client)
    await until(client, 'close')
    server.close()
  },

  'a local address of another host': (tools) => attempt(tools, { localAddress: '192.0.2.1' }),
  'a local address of another family': (tools) => attempt(tools, { localAddress: '::1' }),

  'a local port that a server listens on': async (tools) => {
    const { server, port } = await tools.serve(undefined, { name: 'holder' })
    await attempt(tools, { localAddress: '127.0.0.1', localPort: port })
    server.close()
  },

  'a local port that a server listens on at any address': async (tools) => {
    const { server, port } = await tools.serve(undefined, { name: 'holder', at: [0] })
    await attempt(tools, { localPort: port })
    server.close()
  },

  'a local port that a plain connection has': async (tools) => {
    const { server, port } = await tools.serve(undefined, { name: 'first' })
    const holder = tools.watch('holder', tools.net.connect(port, '127.0.0.1'))
    const [[accepted]] = await Promise.all([until(server, 'connection'), until(holder, 'connect')])
    await attempt(tools, { localPort: holder.localPort })
    holder.destroy()
    accepted.destroy()
    server.close()
  },

  'a reserved local port as nobody': (tools) => {
    if (process.getuid() === 0) process.seteuid(65534)
    const restore = () => process.getuid() === 0 && process.seteuid(0)
    return attempt(tools, { localPort: 900 }).finally(restore)
  },

  'a local port in TIME_WAIT': differing('SO_REUSEADDR', async (tools) => {
    const localPort = await tools.freePort()
    await leaveRemnant(tools, localPort)
    await from(tools, { localPort })
  }),

  'a local port that another connection has': differing('SO_REUSEADDR', async (tools) => {
    const localPort = await tools.freePort()
    const { server, port } = await tools.serve(undefined, { name: 'first' })
    const holder = tools.watch('holder', tools.net.connect({ port, host: '127.0.0.1', localPort }))
    const [[accepted]] = await Promise.all([until(server, 'connection'), until(holder, 'connect')])
    await from(tools, { localPort })
    holder.destroy()
    accepted.destroy()
    server.close()
  }),
}
