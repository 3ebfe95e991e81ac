// Errors of a connection that stands.
import { immediate, uncaught, until } from '../tools.mjs'

/** Both ends of a connection. */
async function connected({ serve, net, watch }, onConnection = () => {}, options = {}) {
  const { server, port } = await serve(onConnection, options)
  const client = watch('client', net.connect(port, '127.0.0.1'))
  const [[accepted]] = await Promise.all([until(server, 'connection'), until(client, 'connect')])
  return { server, port, client, accepted }
}

function writeMore({ mark }, socket) {
  const result = socket.write('more', (error) => mark(socket, 'written', error))
  mark(socket, 'write() gave', result)
}

export const programs = {
  'write() after end()': async (tools) => {
    const { server, client } = await connected(tools, (socket) => socket.resume())
    client.end('last')
    writeMore(tools, client)
    tools.ticks(client, 'after write()')
    await until(client, 'close')
    server.close()
  },

  'write() after destroy()': async (tools) => {
    const { server, client } = await connected(tools, (socket) => socket.resume())
    client.destroy()
    writeMore(tools, client)
    tools.ticks(client, 'after write()')
    await until(client, 'close')
    writeMore(tools, client)
    await immediate()
    server.close()
  },

  'end() after destroy()': async (tools) => {
    const { server, client } = await connected(tools, (socket) => socket.resume())
    client.destroy()
    client.end('more', (error) => tools.mark(client, 'ended', error))
    await until(client, 'close')
    server.close()
  },

  'write() of what is no data': async (tools) => {
    const { server, client } = await connected(tools, (socket) => socket.resume())
    for (const chunk of [5, null, undefined, {}, true]) tools.outcome('write()', () => client.write(chunk))
    tools.outcome('an encoding', () => client.write('a', 'no-such-encoding'))
    client.destroy()
    await until(client, 'close')
    server.close()
  },

  'resetAndDestroy() of an accepted socket': async (tools) => {
    const { server, client, accepted } = await connected(tools)
    client.resume()
    tools.note('gives the socket', accepted.resetAndDestroy() === accepted)
    tools.ticks(accepted, 'after reset')
    await until(client, 'close')
    server.close()
  },

  'resetAndDestroy() of a client': async (tools) => {
    const { server, client, accepted } = await connected(tools, (socket) => socket.resume())
    client.resetAndDestroy()
    tools.state(client, 'after reset')
    await until(accepted, 'close')
    server.close()
  },

  'resetAndDestroy() while connecting': async ({ serve, net, watch, ticks }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const accepted = until(server, 'connection')
    const client = watch('client', net.connect(port, '127.0.0.1'))
    client.resetAndDestroy()
    ticks(client, 'after reset')
    await Promise.all([until(client, 'close'), accepted])
    server.close()
  },

  'resetAndDestroy() before connect()': async ({ net, watch, ticks }) => {
    const client = watch('client', new net.Socket())
    client.resetAndDestroy()
    ticks(client, 'after reset')
    await until(client, 'close')
  },

  'resetAndDestroy() over a path': async ({ serve, net, watch, outcome, path }) => {
    const { server, path: at } = await serve((socket) => socket.resume(), { at: [path('socket')] })
    const client = watch('client', net.connect(at))
    await Promise.all([until(client, 'connect'), until(server, 'connection')])
    outcome('resetAndDestroy()', () => client.resetAndDestroy() === client)
    client.destroy()
    server.close()
  },

  'write() to a peer that reset': async (tools) => {
    const { server, client, accepted } = await connected(tools)
    accepted.resetAndDestroy()
    await until(accepted, 'close')
    client.write('lost', (error) => tools.mark(client, 'written', error))
    await until(client, 'close')
    server.close()
  },

  "write() in a peer's reset": async (tools) => {
    const { server, client, accepted } = await connected(tools)
    client.on('error', () => tools.mark(client, 'write() gave', client.write('lost')))
    client.resume()
    accepted.resetAndDestroy()
    await until(client, 'close')
    server.close()
  },

  'write() to a peer that is gone over a path': async ({ serve, net, watch, mark, path }) => {
    const { server, path: at } = await serve((socket) => socket.destroy(), { at: [path('socket')] })
    const client = watch('client', net.connect({ path: at, allowHalfOpen: true }))
    const [accepted] = await until(server, 'connection')
    await until(accepted, 'close')
    client.write('lost', (error) => mark(client, 'written', error))
    await until(client, 'close')
    server.close()
  },

  'destroy(error) of a client': async (tools) => {
    const { server, client } = await connected(tools, (socket) => socket.resume())
    tools.note('gives the socket', client.destroy(new Error('of the client')) === client)
    tools.ticks(client, 'after destroy()')
    await until(client, 'close')
    tools.mark(client, 'errored', client.errored)
    server.close()
  },

  'destroy(error) of an accepted socket': async (tools) => {
    const { server, client, accepted } = await connected(tools)
    accepted.destroy(new Error('of the server'))
    tools.ticks(accepted, 'after destroy()')
    client.resume()
    await until(client, 'close')
    server.close()
  },

  'destroy(error) with writes that wait': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect(port, '127.0.0.1'))
    for (const text of ['one', 'two']) client.write(text, (error) => mark(client, text, error))
    client.end('three', (error) => mark(client, 'ended', error))
    client.destroy(new Error('of the client'))
    await until(client, 'close')
    server.close()
  },

  'destroy() twice': async (tools) => {
    const { server, client } = await connected(tools, (socket) => socket.resume())
    client.destroy(new Error('first'))
    client.destroy(new Error('second'))
    await until(client, 'close')
    client.destroy(new Error('third'))
    await immediate()
    server.close()
  },

  'an error thrown by a listener for data': async (tools) => {
    const { server, client, accepted } = await connected(tools)
    client.once('data', () => {
      throw new Error('thrown by the listener')
    })
    accepted.end('hello')
    tools.note('uncaught', await uncaught())
    client.destroy()
    server.close()
  },

  'an error thrown by a listener for connect': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => socket.end('hello'))
    const client = watch('client', net.connect(port, '127.0.0.1').resume())
    client.once('connect', () => {
      throw new Error('thrown by the listener')
    })
    note('uncaught', await uncaught())
    client.destroy()
    server.close()
  },
}
