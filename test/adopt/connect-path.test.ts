import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BareSocket, connect, listen } from '../../lib/index.js'
import { keepServers, refusedConnect } from './servers.js'

const keep = keepServers()
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

describe('connect to a path', () => {
  test('carries data both ways', async () => {
    const path = join(folder, 'socket')
    const server = keep(net.createServer((socket) => socket.pipe(socket)).listen(path))
    await once(server, 'listening')
    const client = await connect({ path })
    client.end('hello')
    expect(await text(client)).toBe('hello')
  })

  // Node.js 20 fills a name up with zero bytes when it connects, which makes it another one.
  test('reaches an abstract name, which listen() made', async () => {
    const path = `\0${folder}`
    const server = keep(net.createServer((socket) => socket.end('hello')))
    await listen(server, { path })
    expect(await text(await connect({ path }))).toBe('hello')
  })

  test('passes on that nothing is there, and that nobody listens', async () => {
    using deaf = new BareSocket('unix')
    deaf.bind({ path: join(folder, 'deaf') })
    for (const [name, code] of Object.entries({ none: 'ENOENT', deaf: 'ECONNREFUSED' })) {
      const path = join(folder, name)
      expect(await refusedConnect({ path })).toMatchObject({ code, syscall: 'connect', address: path })
    }
  })

  test('passes on that the queue of the listener is full', async () => {
    const path = join(folder, 'full')
    using listener = new BareSocket('unix')
    listener.listen(0, { path })
    const first = await connect({ path })
    expect(await refusedConnect({ path })).toMatchObject({ code: 'EAGAIN', syscall: 'connect' })
    first.destroy()
  })
})
