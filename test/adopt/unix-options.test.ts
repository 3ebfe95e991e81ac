import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, test } from 'vitest'
import { connect, getOption, listen, type ReadableOption, type SocketOptions } from '../../lib/index.js'
import { useFolder } from './folder.js'
import { keepServers } from './servers.js'

const keep = keepServers()
let folder: string

useFolder((made) => {
  folder = made
})

/** Options of a Unix socket, each with what it reads then. */
const options: readonly (readonly [name: ReadableOption, set: SocketOptions, reads: unknown])[] = [
  ['SO_PASSCRED', { SO_PASSCRED: true }, true],
  ['SO_SNDBUF', { SO_SNDBUF: 40_000 }, 80_000],
  ['SO_LINGER', { SO_LINGER: { on: true, seconds: 0 } }, { on: true, seconds: 0 }],
  ['SO_PEEK_OFF', { SO_PEEK_OFF: 0 }, 0],
]

describe.each(['a path', 'an abstract name'])('a Unix socket at %s', (where) => {
  let path: string

  beforeEach(() => {
    path = `${where === 'a path' ? '' : '\0'}${join(folder, 'socket')}`
  })

  test.each(options)('has %s before listen binds and before connect connects', async (name, set, reads) => {
    const seen: unknown[] = []
    const control = (socket: { fd: number }) => void seen.push(getOption(socket, name))
    const server = await listen(keep(net.createServer((socket) => socket.end('hello'))), {
      path,
      options: set,
      control,
    })
    const client = await connect({ path, options: set, control })
    expect(seen).toEqual([reads, reads])
    expect(getOption(server, name)).toEqual(reads)
    if (name !== 'SO_PEEK_OFF') expect(await text(client)).toBe('hello')
    else client.destroy()
  })

  test('tells each side whom it talks to', async () => {
    const server = await listen(keep(net.createServer()), { path })
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = await connect({ path })
    const [socket] = await accepted
    const own = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() }
    for (const end of [client, socket]) expect(getOption(end, 'SO_PEERCRED')).toEqual(own)
    client.destroy()
    await once(socket.resume(), 'close')
  })

  test('is for streams of any length, both ways at once', async () => {
    await listen(keep(net.createServer((socket) => socket.pipe(socket))), { path })
    const client = await connect({ path, allowHalfOpen: true })
    const sent = 'sockctl!'.repeat(2 ** 17)
    const answer = text(client)
    client.end(sent)
    expect((await answer) === sent).toBe(true)
  })
})
