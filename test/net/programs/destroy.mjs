// destroy() at each point of a connection's life, from either side.
import { lookupOf, until } from '../tools.mjs'

const host = '127.0.0.1'

/** What a client does once it is told to: stop is called once. */
function destroyer({ mark, ticks }, socket, error) {
  return () => {
    mark(socket, 'destroy() gave', socket.destroy(error))
    ticks(socket, 'after destroy()')
  }
}

/** A new socket that is destroyed before anything has come of connect(). */
async function beforeConnected(tools, arrange, options = {}) {
  const { net, watch, state, freePort } = tools
  const client = watch('client', new net.Socket())
  const stop = destroyer(tools, client, options.error)
  arrange(client, stop, { port: await freePort(), host, ...options.connect })
  await until(client, 'close')
  state(client, 'closed')
}

/** A client that is destroyed when it emits an event, with a server that greets and ends. */
async function clientIn(tools, event, error) {
  const { serve, net, watch } = tools
  const { server, port } = await serve((socket) => socket.resume().end('hello'))
  const client = watch('client', new net.Socket())
  client.once(event, destroyer(tools, client, error))
  client.connect({ port, host: 'name', lookup: lookupOf(host) })
  if (event !== 'readable') client.resume()
  client.end('hello')
  await Promise.all([until(client, 'close'), until(server, 'connection')])
  server.close()
}

/** An accepted socket that is destroyed when it emits an event, with a client that greets and ends. */
async function acceptedIn(tools, event, error) {
  const { serve, net, watch } = tools
  const { server, port } = await serve((socket) => {
    socket.once(event, destroyer(tools, socket, error))
    socket.resume().end()
  })
  const client = watch('client', net.connect(port, host).resume())
  client.end('hello')
  await Promise.all([until(client, 'close'), until(server, 'connection')])
  server.close()
}

const reason = new Error('the reason')
const lookup = lookupOf(host)

function connectAndStop(client, stop, to) {
  client.connect(to)
  stop()
}

export const programs = {
  'destroy() of a new socket': (tools) => beforeConnected(tools, (_, stop) => stop()),
  'destroy(error) of a new socket': (tools) => beforeConnected(tools, (_, stop) => stop(), { error: reason }),
  'destroy() after connect()': (tools) => beforeConnected(tools, connectAndStop),
  'destroy(error) after connect()': (tools) => beforeConnected(tools, connectAndStop, { error: reason }),
  'destroy() a tick after connect()': (tools) =>
    beforeConnected(tools, (client, stop, to) => {
      client.connect(to)
      process.nextTick(stop)
    }),
  'destroy() a microtask after connect()': (tools) =>
    beforeConnected(tools, (client, stop, to) => {
      client.connect(to)
      Promise.resolve().then(stop)
    }),
  'destroy() before connect()': (tools) =>
    beforeConnected(tools, (client, stop, to) => {
      stop()
      client.connect(to)
    }),
  'destroy() after connect() to a name': (tools) =>
    beforeConnected(tools, connectAndStop, { connect: { host: 'name', lookup } }),
  'destroy() after connect() to localhost': (tools) =>
    beforeConnected(tools, connectAndStop, { connect: { host: 'localhost' } }),
  'destroy() in lookup': (tools) =>
    beforeConnected(tools, (client, stop, to) => client.once('lookup', stop).connect(to), {
      connect: { host: 'name', lookup },
    }),
  'destroy() in lookup with two addresses': (tools) =>
    beforeConnected(tools, (client, stop, to) => client.once('lookup', stop).connect(to), {
      connect: { host: 'name', lookup: lookupOf('127.0.0.1', '::1') },
    }),
  'destroy() in connectionAttempt': (tools) =>
    beforeConnected(tools, (client, stop, to) => client.once('connectionAttempt', stop).connect(to)),
  'destroy() in connectionAttemptFailed': (tools) =>
    beforeConnected(tools, (client, stop, to) => client.once('connectionAttemptFailed', stop).connect(to), {
      connect: { host: 'name', lookup: lookupOf('127.0.0.1', '127.0.0.2') },
    }),
  'destroy() in error': (tools) => beforeConnected(tools, (client, stop, to) => client.once('error', stop).connect(to)),
  'destroy() after connect() to a path': ({ net, watch, ticks, path }) => {
    const client = watch('client', net.connect(path('missing')))
    client.destroy()
    ticks(client, 'after destroy()')
    return until(client, 'close')
  },

  'destroy() in connect': (tools) => clientIn(tools, 'connect'),
  'destroy(error) in connect': (tools) => clientIn(tools, 'connect', reason),
  'destroy() in ready': (tools) => clientIn(tools, 'ready'),
  'destroy() in data': (tools) => clientIn(tools, 'data'),
  'destroy(error) in data': (tools) => clientIn(tools, 'data', reason),
  'destroy() in readable': (tools) => clientIn(tools, 'readable'),
  'destroy() in end': (tools) => clientIn(tools, 'end'),
  'destroy(error) in end': (tools) => clientIn(tools, 'end', reason),
  'destroy() in finish': (tools) => clientIn(tools, 'finish'),
  'destroy() in close': (tools) => clientIn(tools, 'close'),
  'destroy(error) in close': (tools) => clientIn(tools, 'close', reason),

  'destroy() of an accepted socket in data': (tools) => acceptedIn(tools, 'data'),
  'destroy() of an accepted socket in end': (tools) => acceptedIn(tools, 'end'),
  'destroy() of an accepted socket in finish': (tools) => acceptedIn(tools, 'finish'),
  'destroy(error) of an accepted socket in close': (tools) => acceptedIn(tools, 'close', reason),

  'destroy() of an accepted socket in connection': async (tools) => {
    const { server, port } = await tools.serve((socket) => destroyer(tools, socket)())
    const client = tools.watch('client', tools.net.connect(port, host).resume())
    await until(client, 'close')
    server.close()
  },

  'close() of the server in connection': async ({ serve, net, watch }) => {
    const { server, port } = await serve((socket) => {
      server.close()
      socket.end('hello')
    })
    const client = watch('client', net.connect(port, host).resume())
    await until(client, 'close')
  },
}
