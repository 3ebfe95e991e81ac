import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { constants } from 'node:os'
import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { abort, connect, getOption, listen } from '../../lib/index.js'
import { refusalOf, tcpStates, useOwnNetwork } from '../sockets/network.js'
import { closed, connectedPair, stockServer, thrownBy } from '../support.js'
import { closeServer, pairs, portOfServer } from './pairs.js'

useOwnNetwork()

const { errno } = constants

/** The events of a socket's end, in order. */
function eventsOf(socket: net.Socket): string[] {
  const events: string[] = []
  for (const name of ['end', 'error', 'close']) socket.on(name, () => events.push(name))
  return events
}

/** Aborts a socket, and expects it to close without an error. */
async function abortQuietly(socket: net.Socket): Promise<void> {
  const events = eventsOf(socket)
  const gone = once(socket, 'close')
  abort(socket)
  expect(socket.destroyed).toBe(true)
  expect(await gone).toEqual([false])
  expect(events).toEqual(['close'])
}

/** Expects neither side of a connection to have left anything. */
async function expectNothingLeft(ports: readonly (number | undefined)[], server: net.Server): Promise<void> {
  await closeServer(server)
  for (const port of ports as number[]) {
    await expect.poll(() => tcpStates(port)).toEqual([])
    expect(refusalOf(port)).toBeUndefined()
  }
}

const ends = ['client', 'accepted'] as const
// A TLS end still says goodbye to an end that is gone, and is reset for it.
const withoutGoodbye = (kind: string) => !kind.startsWith('tls')
const cases = pairs.flatMap(([kind, open]) => ends.map((end) => [kind, end, open] as const))

describe('abort', () => {
  test.each(cases)('of %s, %s side, resets the connection and leaves no TIME_WAIT', async (_, end, open) => {
    const pair = await open()
    const [one, other] = end === 'client' ? [pair.client, pair.accepted] : [pair.accepted, pair.client]
    const ports = [one.localPort, other.localPort]
    const failed = once(other, 'error')
    await abortQuietly(one)
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await expectNothingLeft(ports, pair.server)
  })

  test.each(cases.filter(([kind]) => withoutGoodbye(kind)))(
    'of %s, %s side, is not what destroy() does',
    async (_, end, open) => {
      const pair = await open()
      const [one, other] = end === 'client' ? [pair.client, pair.accepted] : [pair.accepted, pair.client]
      const port = one.localPort as number
      const done = [one, other].map(closed)
      one.destroy()
      other.resume()
      await done[0]
      other.end()
      await done[1]
      await expect.poll(() => tcpStates(port)).toContain('TIME_WAIT')
      await closeServer(pair.server)
    },
  )

  test.each(ends)('drops what the %s side has not sent', async (end) => {
    const pair = await connectedPair()
    const [one, other] = end === 'client' ? [pair.client, pair.accepted] : [pair.accepted, pair.client]
    const ports = [one.localPort, other.localPort]
    other.pause()
    let arrived = 0
    other.on('data', (chunk) => {
      arrived += chunk.length
    })
    other.pause()
    const all = 32 << 20
    one.write(Buffer.alloc(all))
    expect(one.writableLength).toBeGreaterThan(0)
    await abortQuietly(one)
    await expect.poll(() => getOption(other, 'SO_ERROR')).toBe(errno.ECONNRESET)
    const gone = closed(other)
    other.resume().destroy()
    await gone
    expect(arrived).toBeLessThan(all)
    await expectNothingLeft(ports, pair.server)
  })

  test.each(ends)('resets with data that the %s side has not read', async (end) => {
    const pair = await connectedPair()
    const [one, other] = end === 'client' ? [pair.client, pair.accepted] : [pair.accepted, pair.client]
    const ports = [one.localPort, other.localPort]
    one.pause()
    await new Promise((resolve) => other.write('not read', resolve))
    const failed = once(other, 'error')
    await abortQuietly(one)
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await expectNothingLeft(ports, pair.server)
  })

  test('resets a connection whose peer has ended its side', async () => {
    const server = await listen(net.createServer(), { host: '127.0.0.1' })
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = await connect({ port: portOfServer(server), host: '127.0.0.1', allowHalfOpen: true })
    const [peer] = await accepted
    const ports = [client.localPort, peer.localPort]
    const ended = once(client.resume(), 'end')
    peer.end()
    await ended
    const failed = once(peer, 'error')
    await abortQuietly(client)
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await expectNothingLeft(ports, server)
  })

  test('resets a connection whose own side is ended', async () => {
    const server = await listen(net.createServer({ allowHalfOpen: true }), { host: '127.0.0.1' })
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = await connect({ port: portOfServer(server), host: '127.0.0.1' })
    const [peer] = await accepted
    const ports = [client.localPort, peer.localPort]
    const ended = once(peer.resume(), 'end')
    client.end()
    await ended
    await abortQuietly(client)
    // After a FIN the kernel calls the reset EPIPE.
    await expect.poll(() => getOption(peer, 'SO_ERROR')).toBe(errno.EPIPE)
    peer.destroy()
    await expectNothingLeft(ports, server)
  })

  test('makes an HTTP request fail as a lost connection does', async () => {
    const { server, port } = await stockServer(() => {})
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const request = http.get({ port, host: '127.0.0.1', agent: false })
    const [socket] = await accepted
    const failed = once(request, 'error')
    abort(socket)
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await closeServer(server)
  })

  test('of a Unix socket throws ERR_SOCKCTL_UNSUPPORTED and leaves it alone', async () => {
    const server = net.createServer((socket) => socket.pipe(socket)).listen(`\0sockctl-abort-${process.pid}`)
    await once(server, 'listening')
    const client = net.connect(server.address() as string)
    await once(client, 'connect')
    expect(thrownBy(() => abort(client))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
    const answer = once(client, 'data')
    client.write('hello')
    expect((await answer).toString()).toBe('hello')
    client.end()
    await closeServer(server)
  })

  test('throws ERR_INVALID_STATE for a socket that is not connected yet', async () => {
    expect(thrownBy(() => abort(new net.Socket()))).toHaveProperty('code', 'ERR_INVALID_STATE')
    const { server, port } = await stockServer(() => {})
    const client = net.connect(port, '127.0.0.1')
    expect(thrownBy(() => abort(client))).toHaveProperty('code', 'ERR_INVALID_STATE')
    await once(client, 'connect')
    expect(client.destroyed).toBe(false)
    client.destroy()
    await closeServer(server)
  })

  test('throws ERR_SOCKET_CLOSED the second time', async () => {
    const { client, accepted, server } = await connectedPair()
    accepted.on('error', () => {})
    abort(client)
    expect(thrownBy(() => abort(client))).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
    await once(client, 'close')
    expect(thrownBy(() => abort(client))).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
    await closeServer(server)
  })

  test('throws ERR_SOCKET_CLOSED for what destroy() closed', async () => {
    const { client, server } = await connectedPair()
    client.destroy()
    expect(thrownBy(() => abort(client))).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
    await closeServer(server)
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a descriptor', 0],
    ['a server', net.createServer()],
    ['a stream', new Duplex()],
    ['an object with an fd', { fd: 0 }],
    ['a class', net.Socket],
  ])('throws ERR_INVALID_ARG_TYPE for %s', (_, socket) => {
    expect(thrownBy(() => abort(socket as net.Socket))).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })
})
