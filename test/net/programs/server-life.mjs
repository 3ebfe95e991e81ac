// A server from listen() to close.
import { lookup } from 'node:dns/promises'
import { immediate, needs, until } from '../tools.mjs'

export const programs = {
  'close() before listening': async ({ net, watch, mark, state, ticks }) => {
    const server = watch('server', net.createServer())
    server.listen(0, '127.0.0.1')
    server.close((error) => mark(server, 'closed', error))
    state(server, 'after close()')
    ticks(server, 'after close()')
    await until(server, 'close')
  },

  'close() before a name is looked up': async ({ net, watch, mark, state }) => {
    const server = watch('server', net.createServer())
    server.listen(0, 'localhost')
    server.close((error) => mark(server, 'closed', error))
    state(server, 'after close()')
    await until(server, 'close')
    await lookup('localhost')
    await immediate()
    state(server, 'after the lookup')
    if (server.listening) server.close()
  },

  'close() in listening': async ({ net, watch, mark, ticks }) => {
    const server = watch('server', net.createServer())
    server.listen(0, '127.0.0.1', () => {
      server.close((error) => mark(server, 'closed', error))
      ticks(server, 'after close()')
    })
    await until(server, 'close')
  },

  'close() twice': async ({ serve, mark }) => {
    const { server } = await serve()
    server.close((error) => mark(server, 'first', error))
    server.close((error) => mark(server, 'second', error))
    await until(server, 'close')
    server.close((error) => mark(server, 'third', error))
    await until(server, 'close')
  },

  'close() without listen()': async ({ net, watch, mark, note }) => {
    const server = watch('server', net.createServer())
    note('close() gives the server', server.close((error) => mark(server, 'closed', error)) === server)
    await until(server, 'close')
  },

  'listen() after close': async ({ serve, state }) => {
    const { server, port } = await serve()
    server.close()
    await until(server, 'close')
    state(server, 'closed')
    server.listen(port, '127.0.0.1')
    await until(server, 'listening')
    state(server, 'again')
    server.close()
  },

  'listen() on a port with a connection in TIME_WAIT': async ({ serve, net, watch, state }) => {
    const { server, port } = await serve((socket) => socket.end())
    const client = watch('client', net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume())
    await until(client, 'end')
    client.end()
    await until(client, 'close')
    server.close()
    await until(server, 'close')
    server.listen(port, '127.0.0.1')
    await until(server, 'listening')
    state(server, 'again')
    server.close()
  },

  'listen() in the tick of close()': async ({ serve, note }) => {
    const { server, port } = await serve()
    server.close(() => note('closed'))
    server.listen(port, '127.0.0.1', () => note('listening'))
    await until(server, 'listening')
    server.close()
  },

  'close() with a connection open': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect(port, '127.0.0.1'))
    await Promise.all([until(client, 'connect'), until(server, 'connection')])
    server.close(() => mark(server, 'closed'))
    mark(server, 'listening', server.listening, server.address())
    await immediate()
    client.end()
    client.resume()
  },

  'address() before, while and after it listens': async ({ net, watch, state }) => {
    const server = watch('server', net.createServer())
    state(server, 'new')
    server.listen(0, '127.0.0.1')
    state(server, 'after listen()')
    await until(server, 'listening')
    state(server, 'listening')
    server.close()
    state(server, 'after close()')
    await until(server, 'close')
    state(server, 'closed')
  },

  'getConnections()': async ({ serve, net, watch, mark, note }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const count = () => new Promise((resolve) => server.getConnections((...args) => resolve(args)))
    mark(server, 'none', await count())
    const client = watch('client', net.connect(port, '127.0.0.1'))
    const [accepted] = await until(server, 'connection')
    mark(server, 'one', await count())
    note('getConnections() gives the server', server.getConnections(() => {}) === server)
    client.end()
    client.resume()
    await until(accepted, 'close')
    mark(server, 'none', await count())
    server.close()
    await until(server, 'close')
    mark(server, 'closed', await count())
  },

  'ref() and unref()': async ({ net, watch, note }) => {
    const server = watch('server', net.createServer())
    note('before listen()', server.unref() === server, server.ref() === server)
    server.unref().listen(0, '127.0.0.1')
    await until(server, 'listening')
    note('after listen()', server.ref() === server, server.unref() === server)
    note('kept', process.getActiveResourcesInfo().includes('TCPServerWrap'))
    server.ref()
    note('kept', process.getActiveResourcesInfo().includes('TCPServerWrap'))
    server.close()
  },

  'maxConnections and drop': async ({ serve, net, watch }) => {
    const { server, port } = await serve()
    server.maxConnections = 1
    const kept = watch('kept', net.connect(port, '127.0.0.1'))
    const [accepted] = await until(server, 'connection')
    const dropped = watch('dropped', net.connect(port, '127.0.0.1').resume())
    await Promise.all([until(server, 'drop'), until(dropped, 'close')])
    kept.destroy()
    accepted.destroy()
    server.close()
  },

  'maxConnections of 0': async ({ serve, net, watch }) => {
    const { server, port } = await serve()
    server.maxConnections = 0
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    await Promise.race([until(client, 'close'), until(server, 'connection').then(([accepted]) => accepted.destroy())])
    server.close()
  },

  'Symbol.asyncDispose': needs(
    !Symbol.asyncDispose && 'this Node.js has no Symbol.asyncDispose',
    async ({ serve, mark }) => {
      const { server } = await serve()
      mark(server, 'disposed', await server[Symbol.asyncDispose]())
      mark(server, 'disposed again', await server[Symbol.asyncDispose]())
    },
  ),

  'a listener given to createServer()': async ({ net, watch, note }) => {
    const server = watch(
      'server',
      net.createServer((socket) => {
        note('this is the server', socket.server === server, 'arguments', socket.constructor.name)
        socket.end()
        server.close()
      }),
    )
    server.listen(0, '127.0.0.1')
    await until(server, 'listening')
    watch('client', net.connect(server.address().port, '127.0.0.1').resume())
    await until(server, 'close')
  },
}
