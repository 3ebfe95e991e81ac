// Pipes, and more data than the kernel takes at once.
import { PassThrough, pipeline, Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline as piped } from 'node:stream/promises'
import { echoed, until, uncounted as without } from '../tools.mjs'

const host = '127.0.0.1'
const MiB = 1 << 20

/** Data whose bytes differ from place to place. */
function bytes(length) {
  return Buffer.from(Uint32Array.from({ length: length / 4 }, (_, index) => (index * 2654435761) >>> 0).buffer)
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
}
