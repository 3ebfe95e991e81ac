// What is called on a socket before it is connected, and what a second connect() does.
import { until } from '../tools.mjs'

/** A server that sends back what it gets. */
const echo = (socket) => socket.pipe(socket)

/** Makes a new socket, prepares it, connects it to an echo and lets it read to the end. */
async function prepared({ serve, net, watch, state, mark }, prepare) {
  const { server, port } = await serve(echo)
  const client = watch('client', new net.Socket())
  prepare(client)
  state(client, 'prepared')
  client.connect(port, '127.0.0.1', () => mark(client, 'callback'))
  await until(client, 'connect')
  state(client, 'in connect')
  client.resume().end('hello')
  await until(client, 'close')
  server.close()
}

export const programs = {
  'a new socket': async ({ net, watch, state, note }) => {
    const client = watch('client', new net.Socket())
    state(client, 'new')
    note(
      'own keys',
      Object.keys(client)
        .filter((key) => !key.startsWith('_'))
        .sort(),
    )
    note('address()', client.address(), 'bufferSize', client.bufferSize)
    client.destroy()
  },

  'setNoDelay() before connect()': (tools) =>
    prepared(tools, (client) => tools.note('', client.setNoDelay() === client)),
  'setKeepAlive() before connect()': (tools) =>
    prepared(tools, (client) => tools.note('', client.setKeepAlive(true, 1000) === client)),
  'ref() and unref() before connect()': (tools) =>
    prepared(tools, (client) => tools.note('', client.unref() === client, client.ref() === client)),
  'pause() before connect()': (tools) => prepared(tools, (client) => tools.note('', client.pause().isPaused())),
  'setEncoding() before connect()': (tools) => prepared(tools, (client) => client.setEncoding('utf8')),
  'cork() before connect()': (tools) =>
    prepared(tools, (client) => {
      client.cork()
      process.nextTick(() => client.uncork())
    }),

  'write() before connect()': async ({ net, watch, mark }) => {
    const client = watch('client', new net.Socket())
    mark(
      client,
      'write() gave',
      client.write('early', (error) => mark(client, 'written', error)),
    )
    await until(client, 'close')
  },

  'write() and connect() in one tick': async ({ serve, net, watch, mark, state }) => {
    const { server, port } = await serve(echo)
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    mark(
      client,
      'write() gave',
      client.write('early', (error) => mark(client, 'written', error)),
    )
    mark(
      client,
      'write() gave',
      client.write(Buffer.from('bytes'), (error) => mark(client, 'written', error)),
    )
    state(client, 'written')
    client.end('last', () => mark(client, 'ended'))
    await until(client, 'close')
    server.close()
  },

  'end() before connect()': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve(echo)
    const client = watch('client', new net.Socket())
    client.end()
    mark(client, 'writable', client.writable)
    client.connect(port, '127.0.0.1')
    mark(client, 'writable', client.writable)
    await Promise.race([until(client, 'connect'), until(client, 'close')])
    client.destroy()
    server.close()
  },

  'end() and connect() in one tick': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve(echo)
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    client.end('hello', 'latin1', () => mark(client, 'ended'))
    await until(client, 'close')
    server.close()
  },

  'resume() before connect()': (tools) => prepared(tools, (client) => client.resume()),
  'a listener for data before connect()': (tools) => prepared(tools, (client) => client.on('data', () => {})),
  'a listener for readable before connect()': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => socket.end('hello'))
    const client = watch('client', new net.Socket())
    client.on('readable', () => {
      for (let chunk = client.read(); chunk !== null; chunk = client.read()) mark(client, 'read', chunk)
    })
    client.connect(port, '127.0.0.1')
    await until(client, 'close')
    server.close()
  },

  'connect() twice in one tick': async ({ serve, net, watch, outcome }) => {
    const { server, port } = await serve((socket) => socket.end())
    const client = watch('client', new net.Socket())
    outcome('first', () => client.connect(port, '127.0.0.1'))
    outcome('second', () => client.connect(port, '127.0.0.1'))
    client.resume()
    await Promise.race([until(client, 'close'), until(client, 'end')])
    client.destroy()
    server.close()
  },

  'connect() while connected': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect(port, '127.0.0.1'))
    await Promise.all([until(client, 'connect'), until(server, 'connection')])
    mark(client, 'connect() gave', client.connect(port, '127.0.0.1'))
    await Promise.race([until(client, 'error'), until(client, 'connect')])
    client.destroy()
    server.close()
  },

  'connect() again after close': async ({ serve, net, watch, state, mark }) => {
    const { server, port } = await serve((socket) => socket.end('hello'))
    const client = watch('client', new net.Socket())
    for (let round = 0; round < 3; round++) {
      client.connect(port, '127.0.0.1', () => mark(client, 'callback of round', round))
      state(client, 'after connect()')
      client.resume()
      await until(client, 'close')
      state(client, 'closed')
    }
    server.close()
  },

  'connect() again after destroy()': async ({ serve, net, watch, state }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect(port, '127.0.0.1'))
    await Promise.all([until(client, 'connect'), until(server, 'connection')])
    client.destroy()
    await until(client, 'close')
    client.connect(port, '127.0.0.1')
    await until(client, 'connect')
    state(client, 'again')
    client.end('hello')
    client.resume()
    await until(client, 'close')
    server.close()
  },

  'connect() again after an error': async ({ serve, net, watch, freePort }) => {
    const dead = await freePort()
    const { server, port } = await serve((socket) => socket.end('hello'))
    const client = watch('client', net.connect(dead, '127.0.0.1'))
    await until(client, 'close')
    client.connect(port, '127.0.0.1').resume()
    await until(client, 'close')
    server.close()
  },

  'connect() again in close': async ({ serve, net, watch }) => {
    const { server, port } = await serve((socket) => socket.end())
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    client.once('close', () => client.connect(port, '127.0.0.1').resume())
    await until(client, 'close')
    await until(client, 'close')
    server.close()
  },
}
