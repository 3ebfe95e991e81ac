// setTimeout() and the timeout event.
import { until } from '../tools.mjs'

/** In milliseconds; longer than a machine at work takes to connect. */
const soon = 300

/** Connects to a server that says nothing, and ends when the time is up. */
async function idle({ serve, net, watch, mark, state }, prepare, options = {}, connect = true) {
  const { server, port } = await serve((socket) => socket.resume())
  const client = watch('client', new net.Socket(options))
  prepare(client)
  mark(client, 'timeout', client.timeout)
  if (connect) client.connect(port, '127.0.0.1')
  await until(client, 'timeout')
  state(client, 'in timeout')
  client.destroy()
  await until(client, 'close')
  server.close()
}

export const programs = {
  'setTimeout() before connect()': (tools) =>
    idle(tools, (client) => tools.note('gives the socket', client.setTimeout(soon) === client)),
  'setTimeout() with a callback': (tools) =>
    idle(tools, (client) => client.setTimeout(soon, () => tools.mark(client, 'callback'))),
  'setTimeout() in connect': (tools) => idle(tools, (client) => client.once('connect', () => client.setTimeout(soon))),
  'setTimeout() without connect()': (tools) => idle(tools, (client) => client.setTimeout(soon), {}, false),

  'a timeout option of net.connect()': async ({ serve, net, watch, state }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect({ port, host: '127.0.0.1', timeout: soon }))
    state(client, 'after connect()')
    await until(client, 'timeout')
    client.end()
    client.resume()
    await until(client, 'close')
    server.close()
  },

  'a timeout option of connect() on a socket': async ({ serve, net, watch, state }) => {
    const { server, port } = await serve((socket) => socket.end())
    const client = watch('client', new net.Socket().connect({ port, host: '127.0.0.1', timeout: soon }).resume())
    state(client, 'after connect()')
    await until(client, 'close')
    server.close()
  },

  'a timeout that is turned off': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => setTimeout(() => socket.end(), 2 * soon))
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    client.setTimeout(soon)
    client.setTimeout(0)
    mark(client, 'timeout', client.timeout)
    await until(client, 'close')
    server.close()
  },

  'a timeout that comes again and again': async ({ serve, net, watch }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect(port, '127.0.0.1'))
    client.setTimeout(soon)
    await until(client, 'timeout')
    client.write('still here')
    await until(client, 'timeout')
    client.destroy()
    server.close()
  },

  'a timeout of an accepted socket': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => {
      socket.setTimeout(soon, () => socket.end('too late'))
      mark(socket, 'timeout', socket.timeout)
    })
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    await until(client, 'close')
    server.close()
  },

  'a timeout that is removed': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect(port, '127.0.0.1'))
    const callback = () => note('callback')
    client.setTimeout(soon, callback)
    client.setTimeout(0, callback)
    note('listeners', client.listenerCount('timeout'))
    await until(client, 'connect')
    client.end()
    client.resume()
    await until(client, 'close')
    server.close()
  },

  'a destroy(error) in timeout': async ({ serve, net, watch, ticks }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect({ port, host: '127.0.0.1', timeout: soon }))
    await until(client, 'timeout')
    client.destroy(new Error('timed out'))
    ticks(client, 'after destroy()')
    await until(client, 'close')
    server.close()
  },

  'timeouts that are none': async ({ net, watch, outcome }) => {
    const client = watch('client', new net.Socket())
    for (const time of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined, {}]) {
      outcome(`setTimeout(${time})`, () => client.setTimeout(time) === client)
    }
    outcome('a callback that is none', () => client.setTimeout(5, 'abc'))
    client.destroy()
  },
}
