// Sockets as streams: pipes, iteration, encodings, and more data than the kernel takes at once.
import { createInterface } from 'node:readline'
import { PassThrough, pipeline, Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline as piped } from 'node:stream/promises'
import { until } from '../tools.mjs'

const host = '127.0.0.1'
const MiB = 1 << 20

/** Events whose number depends on how the kernel cuts the data. */
const without = ['drain', 'pause', 'resume', 'readable']

/** Data whose bytes differ from place to place. */
function bytes(length) {
  return Buffer.from(Uint32Array.from({ length: length / 4 }, (_, index) => (index * 2654435761) >>> 0).buffer)
}

/** A client of a server that sends back what it gets. */
async function echoed({ serve, net, watch }, onAccepted = (socket) => socket.pipe(socket), options = {}) {
  const { server, port } = await serve(onAccepted, { without, options })
  const client = watch('client', net.connect(port, host), { without })
  client.once('close', () => server.close())
  return client
}

export const programs = {
  'an echo': async (tools) => {
    const client = await echoed(tools)
    client.end('hello')
    tools.note('answer', await text(client))
  },

  'an echo of nothing': async (tools) => {
    const client = await echoed(tools)
    client.end()
    tools.note('answer', await text(client))
  },

  'an echo of 2 MiB': async (tools) => {
    const client = await echoed(tools)
    const sent = bytes(2 * MiB)
    tools.mark(client, 'write() gave', client.write(sent))
    client.end()
    tools.note('the same', (await buffer(client)).equals(sent))
  },

  'a write of 4 MiB that waits for a drain': async (tools) => {
    const client = await echoed(tools, (socket) => socket.resume())
    client.resume()
    await until(client, 'connect')
    let turns = 0
    for (const piece of Array(64).fill(bytes(MiB / 16))) {
      if (!client.write(piece)) {
        await until(client, 'drain')
        turns++
      }
    }
    tools.note('had to wait', turns > 0)
    client.end()
    await until(client, 'close')
  },

  'a pipeline of a readable into a socket': async (tools) => {
    const client = await echoed(tools, (socket) => socket.resume())
    client.resume()
    await piped(Readable.from(['one ', 'two ', 'three']), client)
    tools.note('done')
  },

  'a pipeline of a socket into a stream': async (tools) => {
    const client = await echoed(tools, (socket) => socket.end(bytes(MiB)))
    const sink = new PassThrough()
    pipeline(client, sink, (error) => tools.note('pipeline', error))
    tools.note('length', (await buffer(sink)).length)
  },

  'a pipeline that fails in the middle': async (tools) => {
    const client = await echoed(tools, (socket) => socket.resume())
    const source = new PassThrough()
    pipeline(source, client, (error) => tools.note('pipeline', error))
    await until(client, 'connect')
    source.write('hello')
    source.destroy(new Error('in the middle'))
  },

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

  'a proxy by two pipes': async ({ serve, net, watch }) => {
    const { server: origin, port: at } = await serve((socket) => socket.pipe(socket), { name: 'origin', without })
    const { server, port } = await serve(
      (socket) => {
        const upstream = watch('upstream', net.connect(at, host), { without })
        socket.pipe(upstream).pipe(socket)
      },
      { without, options: { allowHalfOpen: true } },
    )
    const client = watch('client', net.connect(port, host).resume(), { without })
    client.end('through')
    await until(client, 'close')
    server.close()
    origin.close()
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
