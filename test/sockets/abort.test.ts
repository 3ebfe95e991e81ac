import { once } from 'node:events'
import { readSync, writeSync } from 'node:fs'
import net from 'node:net'
import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { BareSocket, getOption, listen } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { closeServer, portOfServer } from '../adopt/pairs.js'
import { closed, openDescriptors, thrownBy } from '../support.js'
import { codeOf, portOf, refusalOf, tcpStates, useOwnNetwork } from './network.js'

useOwnNetwork()

interface Connection {
  readonly server: net.Server
  readonly client: BareSocket
  readonly accepted: net.Socket
}

/** A connection whose client is a BareSocket. On loopback connect() is done when it returns, if not in name. */
async function connection(options: net.ServerOpts = {}): Promise<Connection> {
  const server = await listen(net.createServer(options), { host: '127.0.0.1' })
  const client = new BareSocket('ipv4')
  const accepted = once(server, 'connection') as Promise<[net.Socket]>
  const address = encodeAddress('ipv4', { address: '127.0.0.1', port: portOfServer(server) })
  expect(native.connect(client.fd, address)).toBe(errnoOf('EINPROGRESS'))
  return { server, client, accepted: (await accepted)[0] }
}

const { errno } = constants

describe('abort', () => {
  test('gives the peer ECONNRESET', async () => {
    const { client, accepted, server } = await connection()
    const failed = once(accepted, 'error')
    client.abort()
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await closeServer(server)
  })

  // A peer that has ended its side already gets EPIPE; one that has data to read may see that and an end.
  test.each([
    ['in peace', (_: BareSocket) => {}, errno.ECONNRESET],
    ['with data that was not sent', (client: BareSocket) => fill(client.fd), errno.ECONNRESET],
    ['half-closed', (client: BareSocket) => client.shutdown('write'), errno.EPIPE],
  ])('resets a connection %s and leaves no TIME_WAIT', async (_, prepare, error) => {
    const { client, accepted, server } = await connection({ pauseOnConnect: true })
    const [port, acceptedPort] = [portOf(client), portOfServer(server)]
    prepare(client)
    client.abort()
    expect(client.fd).toBe(-1)
    await expect.poll(() => tcpStates(port)).toEqual([])
    expect(getOption(accepted, 'SO_ERROR')).toBe(error)
    accepted.destroy()
    await closeServer(server)
    expect(tcpStates(acceptedPort)).toEqual([])
    for (const each of [port, acceptedPort]) expect(refusalOf(each)).toBeUndefined()
  })

  test('resets what waits in the queue of a listener', async () => {
    const listener = new BareSocket('ipv4')
    listener.listen(1, { address: '127.0.0.1' })
    const client = net.connect(portOf(listener), '127.0.0.1')
    await once(client, 'connect')
    const failed = once(client, 'error')
    listener.abort()
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
  })

  test.each([
    ['a TCP socket that never was connected', 'ipv4', 'stream'],
    ['a datagram socket', 'ipv6', 'datagram'],
    ['a Unix socket', 'unix', 'stream'],
  ] as const)('closes %s', (_, family, type) => {
    const before = openDescriptors()
    const socket = new BareSocket(family, type)
    expect(openDescriptors()).toBe(before + 1)
    socket.abort()
    expect(openDescriptors()).toBe(before)
    expect(socket.fd).toBe(-1)
  })

  test('gives the peer of a Unix socket an end and no reset', async () => {
    const path = '\0sockctl abort'
    const server = await listen(net.createServer(), { path })
    const client = new BareSocket('unix')
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    client.connect({ path })
    const [socket] = await accepted
    const ended = once(socket.resume(), 'end')
    client.abort()
    await ended
    await closeServer(server)
  })

  test('throws ERR_SOCKET_CLOSED for a socket that is closed', () => {
    const socket = new BareSocket('ipv4')
    socket.close()
    expect(codeOf(() => socket.abort())).toBe('ERR_SOCKET_CLOSED')
  })
})

/** Writes until the kernel takes no more. */
function fill(fd: number): void {
  const chunk = Buffer.alloc(1 << 20)
  try {
    for (;;) writeSync(fd, chunk)
  } catch (error) {
    expect(error).toHaveProperty('code', 'EAGAIN')
  }
}

/** A Node socket on a duplicate of the descriptor, which tells what arrives. */
function watch({ fd }: BareSocket): net.Socket {
  const duplicate = native.dup(fd)
  const watcher = new net.Socket({ fd: duplicate, allowHalfOpen: true, readable: true, writable: true })
  native.release(duplicate)
  return watcher.on('error', () => {})
}

describe('close', () => {
  test('leaves a TIME_WAIT where it comes first, and the port is taken', async () => {
    const { client, accepted, server } = await connection()
    const port = portOf(client)
    const gone = once(accepted.resume(), 'close')
    client.close()
    await gone
    expect(tcpStates(port)).toEqual(['TIME_WAIT'])
    expect(refusalOf(port)).toBe('EADDRINUSE')
    await closeServer(server)
  })

  test('leaves none where the peer came first', async () => {
    const { client, accepted, server } = await connection()
    const port = portOf(client)
    const watcher = watch(client)
    const ended = once(watcher.resume(), 'end')
    accepted.end()
    await ended
    expect(tcpStates(port)).toEqual(['CLOSE_WAIT'])
    watcher.destroy()
    await once(watcher, 'close')
    client.close()
    await once(accepted.resume(), 'close')
    await expect.poll(() => tcpStates(port)).toEqual([])
    expect(refusalOf(port)).toBeUndefined()
    await closeServer(server)
  })
})

describe('shutdown', () => {
  test("of writing ends the peer's reading and not ours", async () => {
    const { client, accepted, server } = await connection({ allowHalfOpen: true })
    const ended = once(accepted.resume(), 'end')
    client.shutdown('write')
    await ended
    expect(codeOf(() => writeSync(client.fd, 'x'))).toBe('EPIPE')
    const watcher = watch(client)
    const arrived = once(watcher, 'data')
    accepted.end('still here')
    expect((await arrived).toString()).toBe('still here')
    watcher.destroy()
    await once(watcher, 'close')
    client.close()
    await closeServer(server)
  })

  test.each(['read', 'both'] as const)('of %s ends our reading', async (how) => {
    const { client, accepted, server } = await connection()
    expect(codeOf(() => readSync(client.fd, Buffer.alloc(1)))).toBe('EAGAIN')
    client.shutdown(how)
    expect(readSync(client.fd, Buffer.alloc(1))).toBe(0)
    accepted.on('error', () => {})
    client.close()
    accepted.destroy()
    await closeServer(server)
  })

  test('throws ENOTCONN where there is no connection', () => {
    using socket = new BareSocket('ipv4')
    expect(thrownBy(() => socket.shutdown('both'))).toMatchObject({ code: 'ENOTCONN', syscall: 'shutdown' })
  })

  test.each(['rd', 'toString', 2, undefined, null])('refuses %j', (how) => {
    using socket = new BareSocket('ipv4')
    expect(codeOf(() => socket.shutdown(how as 'read'))).toBe('ERR_INVALID_ARG_VALUE')
  })
})

describe('peerAddress', () => {
  test('is the peer while there is one', async () => {
    const { client, accepted, server } = await connection()
    const port = portOfServer(server)
    expect(client.peerAddress()).toEqual({ family: 'IPv4', address: '127.0.0.1', port })
    expect(portOf(client)).toBe(accepted.remotePort)
    const reset = closed(watch(client))
    accepted.resetAndDestroy()
    await reset
    expect(client.peerAddress()).toBeUndefined()
    client.close()
    await closeServer(server)
  })

  test.each(['ipv4', 'ipv6', 'unix'] as const)('is undefined for a new or listening %s socket', (family) => {
    using socket = new BareSocket(family)
    expect(socket.peerAddress()).toBeUndefined()
    socket.listen(1, family === 'unix' ? { path: '\0sockctl peer' } : {})
    expect(socket.peerAddress()).toBeUndefined()
  })
})
