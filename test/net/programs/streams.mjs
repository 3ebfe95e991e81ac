// Sockets as streams: iteration, encodings, and reading by turns.
import { createInterface } from 'node:readline'
import { buffer, text } from 'node:stream/consumers'
import { echoed, until } from '../tools.mjs'

const host = '127.0.0.1'

export const programs = {
  'an iteration of a socket': async (tools) => {
    const client = await echoed(tools, (socket) => socket.end('hello'))
    let read = ''
    for await (const chunk of client) read += chunk
    tools.note('read', read)
  },

  'an iteration that is left': async (tools) => {
    const client = await echoed(tools, (socket) => {
      socket.write('hello')
    })
    for await (const chunk of client) {
      tools.note('read', chunk)
      break
    }
    tools.state(client, 'left')
  },

  'an iteration of a socket that is reset': async (tools) => {
    const client = await echoed(tools, (socket) => socket.resetAndDestroy())
    try {
      for await (const chunk of client) tools.note('read', chunk)
    } catch (error) {
      tools.note('threw', error)
    }
  },

  'setEncoding()': async (tools) => {
    const client = await echoed(tools, (socket) => {
      for (const byte of Buffer.from('grüß €')) socket.write(Uint8Array.of(byte))
      socket.end()
    })
    client.setEncoding('utf8').on('data', () => {})
    await until(client, 'close')
  },

  'a default encoding': async (tools) => {
    const client = await echoed(tools)
    client.setDefaultEncoding('hex')
    client.write('68656c6c6f')
    client.end('ff', 'hex')
    tools.note('answer', await buffer(client))
  },

  'cork() and uncork()': async (tools) => {
    const client = await echoed(tools)
    await until(client, 'connect')
    client.cork()
    for (const piece of ['one ', Buffer.from('two '), 'three']) client.write(piece, () => tools.mark(client, 'written'))
    tools.state(client, 'corked')
    client.uncork()
    client.end()
    tools.note('answer', await text(client))
  },

  'pause() and resume()': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => socket.end('hello'))
    const client = watch('client', net.connect(port, host))
    client.on('data', () => {
      client.pause()
      mark(client, 'paused', client.isPaused())
      setImmediate(() => client.resume())
    })
    await until(client, 'close')
    server.close()
  },

  'the end in ticks': async ({ serve, net, watch, ticks }) => {
    const { server, port } = await serve((socket) => socket.end())
    const client = watch('client', net.connect(port, host))
    client.on('readable', () => {
      client.read()
      ticks(client, 'after read()')
    })
    await until(client, 'close')
    server.close()
  },

  'a drain and the callback of its write': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', new net.Socket({ writableHighWaterMark: 1 }))
    client.connect(port, host)
    mark(
      client,
      'write() gave',
      client.write('more than one', () => mark(client, 'written')),
    )
    await until(client, 'drain')
    client.end()
    client.resume()
    await until(client, 'close')
    server.close()
  },

  'read() with a size': async ({ serve, net, watch, mark }) => {
    const { server, port } = await serve((socket) => socket.end('0123456789'))
    const client = watch('client', net.connect(port, host), { without: ['readable'] })
    client.on('readable', () => {
      for (let chunk = client.read(4); chunk !== null; chunk = client.read(4)) mark(client, 'read', chunk)
    })
    await until(client, 'close')
    server.close()
  },

  'unshift()': async ({ serve, net, watch }) => {
    const { server, port } = await serve((socket) => socket.end('world'))
    const client = watch('client', net.connect(port, host))
    await until(client, 'connect')
    client.unshift('hello ')
    client.resume()
    await until(client, 'close')
    server.close()
  },

  'readline over a socket': async (tools) => {
    const client = await echoed(tools, (socket) => socket.end('one\ntwo\nthree\n'))
    for await (const line of createInterface({ input: client })) tools.note('line', line)
    client.end()
  },

  'a conversation in turns': async ({ serve, net, watch }) => {
    const { server, port } = await serve((socket) => socket.on('data', (data) => socket.write(`${data}!`)))
    const client = watch('client', net.connect(port, host))
    for (const word of ['one', 'two', 'three']) {
      client.write(word)
      await until(client, 'data')
    }
    client.end()
    await until(client, 'close')
    server.close()
  },
}
