// Descriptors and handles that a socket or server takes from elsewhere.
import { closeSync, openSync } from 'node:fs'
import { until } from '../tools.mjs'

const host = '127.0.0.1'

/** Listens by what another server gave, and serves a client. */
async function adopt({ net, watch, state }, arrange) {
  const first = watch('first', net.createServer().listen(0, host))
  await until(first, 'listening')
  const second = watch(
    'second',
    net.createServer((socket) => watch('accepted', socket).end('hello')),
  )
  second.listen(...arrange(first))
  await until(second, 'listening')
  state(second, 'listening')
  const client = watch('client', net.connect(first.address().port, host).resume())
  await until(client, 'close')
  return { first, second }
}

export const programs = {
  'listen(server)': async (tools) => {
    const { first, second } = await adopt(tools, (server) => {
      server.removeAllListeners('connection')
      return [server]
    })
    second.close()
    first.close()
  },

  'listen(handle)': async (tools) => {
    const { first, second } = await adopt(tools, (server) => [server._handle])
    second.close()
    first.close()
  },

  'listen(options) with a handle': async (tools) => {
    const { first, second } = await adopt(tools, (server) => [
      { _handle: server._handle },
      () => tools.note('callback'),
    ])
    second.close()
    first.close()
  },

  'listen(options) with a descriptor that is no socket': async ({ net, watch, ticks }) => {
    const server = watch('server', net.createServer())
    const fd = openSync('/dev/null')
    server.listen({ fd })
    ticks(server, 'after listen()')
    await until(server, 'error')
    server.close()
    closeSync(fd)
  },

  'listen(options) with a descriptor that is closed': async ({ net, watch, ticks }) => {
    const server = watch('server', net.createServer())
    server.listen({ fd: 9999 })
    ticks(server, 'after listen()')
    await until(server, 'error')
    server.close()
  },

  'new Socket({ handle })': async ({ serve, net, watch, state }) => {
    const { server, port } = await serve((socket) => socket.end('hello'))
    const first = net.connect(port, host)
    await until(first, 'connect')
    const handle = first._handle
    first._handle = null
    const second = watch('second', new net.Socket({ handle }))
    state(second, 'adopted')
    second.resume()
    await until(second, 'close')
    first.destroy()
    server.close()
  },

  'new Socket({ fd }) of what is no socket': async ({ net, outcome }) => {
    const fd = openSync('/dev/null')
    outcome('new Socket()', () => new net.Socket({ fd }))
    outcome('a closed descriptor', () => new net.Socket({ fd: 9999 }))
    closeSync(fd)
  },

  'an accepted socket handed to another server': async ({ serve, net, watch, note }) => {
    const other = watch('other', net.createServer())
    other.on('connection', (socket) => {
      note('the other has', socket)
      socket.end('from the other')
    })
    const { server, port } = await serve((socket) => other.emit('connection', socket))
    const client = watch('client', net.connect(port, host).resume())
    await until(client, 'close')
    other.close()
    server.close()
  },

  'two servers that take turns on one port': async ({ net, watch }) => {
    const first = watch('first', net.createServer().listen(0, host))
    await until(first, 'listening')
    const { port } = first.address()
    first.close()
    const second = watch('second', net.createServer((socket) => socket.end('second')).listen(port, host))
    await until(second, 'listening')
    const client = watch('client', net.connect(port, host).resume())
    await until(client, 'close')
    second.close()
  },
}
