// Those who look on: asynchronous contexts, diagnostics channels, performance entries, and the helpers of node:events.
import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { EventEmitter, on, once } from 'node:events'
import { PerformanceObserver } from 'node:perf_hooks'
import { finished } from 'node:stream/promises'
import { lookupOf, needs, until } from '../tools.mjs'

const host = '127.0.0.1'

/** Notes what is published on a channel while a program runs: which participant each message names. */
async function subscribed({ note }, names, run) {
  const listeners = names.map((name) => {
    const listener = (message) => note(name, Object.keys(message).sort(), message.socket ?? message.server)
    diagnostics.subscribe(name, listener)
    return () => diagnostics.unsubscribe(name, listener)
  })
  await run()
  for (const stop of listeners) stop()
}

export const programs = {
  'the context in which a client hears of its connection': async ({ serve, net, watch, mark }) => {
    const storage = new AsyncLocalStorage()
    const { server, port } = await serve((socket) => socket.end('hello'))
    const client = storage.run('new', () => watch('client', new net.Socket()))
    const tell = (event) => () => mark(client, event, storage.getStore())
    for (const event of ['lookup', 'connect', 'ready', 'data', 'end', 'finish', 'close']) client.on(event, tell(event))
    storage.run('connecting', () =>
      client.connect({ port, host: 'name', lookup: lookupOf(host) }, tell('callback of connect()')),
    )
    storage.run('ending', () => client.end(tell('callback of end()')))
    await until(client, 'close')
    server.close()
  },

  'the context in which a client hears of a refusal': async ({ net, watch, mark, freePort }) => {
    const storage = new AsyncLocalStorage()
    const port = await freePort()
    const client = storage.run('connecting', () => watch('client', net.connect(port, host)))
    for (const event of ['error', 'close']) client.on(event, () => mark(client, event, storage.getStore()))
    await until(client, 'close')
  },

  'the context in which a server hears of its clients': async ({ net, watch, mark }) => {
    const storage = new AsyncLocalStorage()
    const server = watch('server', net.createServer())
    const tell = (event) => () => mark(server, event, storage.getStore())
    for (const event of ['listening', 'connection', 'close']) server.on(event, tell(event))
    server.on('connection', (socket) => {
      watch('accepted', socket).resume()
      socket.on('end', () => mark(socket, 'end', storage.getStore()))
    })
    storage.run('listening', () => server.listen(0, host, tell('callback of listen()')))
    await until(server, 'listening')
    const client = storage.run('client', () => watch('client', net.connect(server.address().port, host)))
    client.end()
    client.resume()
    await until(client, 'close')
    storage.run('closing', () => server.close(tell('callback of close()')))
    await until(server, 'close')
  },

  'the context in which a server hears of an error': async ({ serve, net, watch, mark }) => {
    const storage = new AsyncLocalStorage()
    const { server: first, port } = await serve(undefined, { name: 'first' })
    const server = watch('server', net.createServer())
    server.on('error', () => mark(server, 'error', storage.getStore()))
    storage.run('listening', () => server.listen(port, host))
    await until(server, 'error')
    first.close()
    server.close()
  },

  'the channels of sockets': (tools) =>
    subscribed(tools, ['net.client.socket', 'net.server.socket'], async () => {
      const { server, port } = await tools.serve((socket) => socket.end())
      const client = tools.watch('client', new tools.net.Socket())
      client.connect(port, host)
      client.resume()
      await until(client, 'close')
      server.close()
      await until(server, 'close')
    }),

  'the channels of listen()': (tools) =>
    subscribed(
      tools,
      ['asyncStart', 'asyncEnd', 'error'].map((name) => `tracing:net.server.listen:${name}`),
      async () => {
        const { server, port } = await tools.serve()
        const second = tools.watch('second', tools.net.createServer().listen(port, host))
        await until(second, 'error')
        server.close()
        second.close()
      },
    ),

  'the performance entry of a connection': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => socket.end())
    const entries = new Promise((resolve) => {
      const observer = new PerformanceObserver((list) => {
        observer.disconnect()
        resolve(list.getEntries())
      })
      observer.observe({ entryTypes: ['net'] })
    })
    const client = watch('client', net.connect(port, host).resume())
    for (const { name, entryType, detail } of await entries) note('entry', name, entryType, detail)
    await until(client, 'close')
    server.close()
  },

  'once() of a connection that is refused': async ({ net, watch, note, freePort }) => {
    const client = watch('client', net.connect(await freePort(), host))
    await once(client, 'connect').catch((error) => note('rejected', error))
    await until(client, 'close')
  },

  'on() over the connections of a server': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => socket.end())
    const connections = on(server, 'connection')
    for (let count = 1; count <= 2; count++) {
      const client = watch(`client ${count}`, net.connect(port, host).resume())
      const { value } = await connections.next()
      note('connection', value)
      await until(client, 'close')
    }
    await connections.return()
    server.close()
  },

  'finished() of a socket': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => socket.end('hello'))
    const client = watch('client', net.connect(port, host).resume())
    client.end()
    note('finished', await finished(client))
    server.close()
  },

  'finished() of a socket that is destroyed': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const accepted = until(server, 'connection')
    const client = watch('client', net.connect(port, host))
    client.once('connect', () => client.destroy())
    await finished(client).catch((error) => note('rejected', error))
    await accepted
    server.close()
  },

  'a rejection in a listener for connections': async ({ net, watch }) => {
    EventEmitter.captureRejections = true
    const server = watch('server', net.createServer())
    EventEmitter.captureRejections = false
    server.on('connection', async (socket) => {
      watch('accepted', socket)
      throw new Error('rejected by the listener')
    })
    server.listen(0, host)
    await until(server, 'listening')
    const client = watch('client', net.connect(server.address().port, host).resume())
    await until(client, 'close')
    server.close()
  },

  'Symbol.asyncDispose of a socket': needs(
    !Symbol.asyncDispose && 'this Node.js has no Symbol.asyncDispose',
    async ({ serve, net, watch, note }) => {
      const { server, port } = await serve((socket) => socket.resume())
      const client = watch('client', net.connect(port, host))
      await Promise.all([until(client, 'connect'), until(server, 'connection')])
      note('disposed', await client[Symbol.asyncDispose]?.().catch((error) => error))
      client.destroy()
      server.close()
    },
  ),
}
