// The forms in which connect() takes its arguments, and what a connection does in its plainest life.
import { lookupOf, until } from '../tools.mjs'

/** Connects by these arguments to a server, which says goodbye, and reads to the end. */
async function read({ serve, watch, note, state, ticks }, connect, at) {
  const { server, port, path } = await serve((socket) => socket.end('goodbye'), { at })
  const client = watch('client', connect(port ?? path))
  ticks(client, 'after connect()')
  note('a socket at once', client.constructor.name)
  client.resume().on('data', () => {})
  state(client, 'after connect()')
  client.on('connect', () => ticks(client, 'in connect'))
  await until(client, 'ready')
  state(client, 'in ready')
  await until(client, 'close')
  server.close()
}

const local = [0, 'localhost']

export const programs = {
  'connect(port, host)': (tools) => read(tools, (port) => tools.net.connect(port, '127.0.0.1')),
  'connect(port, host) of IPv6': (tools) => read(tools, (port) => tools.net.connect(port, '::1'), [0, '::1']),
  'connect(port, name)': (tools) => read(tools, (port) => tools.net.connect(port, 'localhost'), local),
  'connect(port)': (tools) => read(tools, (port) => tools.net.connect(port), local),
  'connect(port, callback)': (tools) =>
    read(tools, (port) => tools.net.connect(port, () => tools.note('callback')), local),
  'connect(port, host, callback)': (tools) =>
    read(tools, (port) => tools.net.connect(port, '127.0.0.1', () => tools.note('callback'))),
  'connect(port) of a string': (tools) => read(tools, (port) => tools.net.connect(String(port), '127.0.0.1')),
  'connect(options)': (tools) => read(tools, (port) => tools.net.connect({ port, host: '127.0.0.1' })),
  'connect(options, callback)': (tools) =>
    read(tools, (port) => tools.net.connect({ port, host: '127.0.0.1' }, () => tools.note('callback'))),
  'connect(options) with the port as a string': (tools) =>
    read(tools, (port) => tools.net.connect({ port: String(port), host: '127.0.0.1' })),
  'connect(options) of IPv4': (tools) =>
    read(tools, (port) => tools.net.connect({ port, host: 'localhost', family: 4 })),
  'connect(options) of IPv6': (tools) =>
    read(tools, (port) => tools.net.connect({ port, host: 'six', family: 6, lookup: lookupOf('::1') }), [0, '::1']),
  'connect(options) with hints': (tools) =>
    read(tools, (port) => tools.net.connect({ port, host: '127.0.0.1', hints: 0, family: 0 })),
  'connect(options) without auto select': (tools) =>
    read(tools, (port) => tools.net.connect({ port, host: 'localhost', autoSelectFamily: false }), local),
  'connect(path)': (tools) => read(tools, (path) => tools.net.connect(path), [tools.path('socket')]),
  'connect(path, callback)': (tools) =>
    read(tools, (path) => tools.net.connect(path, () => tools.note('callback')), [tools.path('socket')]),
  'connect(options) of a path': (tools) => read(tools, (path) => tools.net.connect({ path }), [tools.path('socket')]),
  'connect(options) of a path before a port': (tools) =>
    read(tools, (path) => tools.net.connect({ path, port: 1, host: '127.0.0.1' }), [tools.path('socket')]),
  'connect(path) of an abstract name': (tools) => {
    const name = tools.abstract('name')
    return read(tools, () => tools.net.connect(name), [name])
  },
  'createConnection(port, host)': (tools) => read(tools, (port) => tools.net.createConnection(port, '127.0.0.1')),
  'createConnection(options, callback)': (tools) =>
    read(tools, (port) => tools.net.createConnection({ port, host: '127.0.0.1' }, () => tools.note('callback'))),
  'new Socket().connect(port, host)': (tools) =>
    read(tools, (port) => new tools.net.Socket().connect(port, '127.0.0.1')),
  'new Socket().connect(options)': (tools) =>
    read(tools, (port) => new tools.net.Socket().connect({ port, host: '127.0.0.1' })),
  'new Socket().connect(path)': (tools) =>
    read(tools, (path) => new tools.net.Socket().connect(path), [tools.path('socket')]),
  'new Stream().connect(port, host)': (tools) =>
    read(tools, (port) => new tools.net.Stream().connect(port, '127.0.0.1')),
  'connect(path) that is not a string': async ({ net, outcome }) => {
    for (const path of [5, true, {}, [], Buffer.from('socket')])
      outcome('connect', () => net.connect({ path }).destroy())
  },

  'both ends tell their addresses': async ({ serve, net, watch, state, note }) => {
    const { server, port } = await serve((socket) => {
      state(socket, 'accepted')
      note('address()', socket.address())
      socket.end()
    })
    const client = watch('client', net.connect(port, '127.0.0.1'))
    note('address() while connecting', client.address())
    await until(client, 'connect')
    state(client, 'connected')
    note('address()', client.address())
    client.resume()
    await until(client, 'close')
    note('address() when closed', client.address())
    server.close()
  },

  'an IPv4 client of a server on any address': async ({ serve, net, watch, state }) => {
    const { server, port } = await serve(
      (socket) => {
        state(socket, 'accepted')
        socket.end()
      },
      { at: [0] },
    )
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    await until(client, 'close')
    server.close()
  },

  'an IPv4 client of a server for IPv6 alone': async ({ serve, net, watch }) => {
    const { server, port } = await serve(undefined, { at: [{ port: 0, host: '::', ipv6Only: true }] })
    const client = watch('client', net.connect(port, '127.0.0.1'))
    await until(client, 'close')
    server.close()
  },

  'the server property of an accepted socket': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => {
      note('server', socket.server)
      note(
        'own keys',
        Object.keys(socket)
          .filter((key) => !key.startsWith('_'))
          .sort(),
      )
      socket.end()
    })
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    note('server of a client', client.server)
    await until(client, 'close')
    server.close()
  },
}
