import { spawn } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fdOf } from '../lib/handle.js'
import { abort, BareSocket, getOption, listen, type SocketLike, setOption } from '../lib/index.js'
import { native } from '../lib/native.js'
import { decodeAddress, type SocketAddress } from '../lib/sockaddr.js'
import { closeServer } from './adopt/pairs.js'
import { closed, connectedPair, stockServer } from './support.js'

/** The local address of a descriptor, as the kernel has it. */
function nameOf(fd: number): SocketAddress {
  const bytes = new Uint8Array(128)
  return decodeAddress(bytes.subarray(0, native.getsockname(fd, bytes)))
}

/** Sets an option through a target, and expects to find it at the descriptor itself. */
function expectReaches(target: SocketLike, fd: number): void {
  const before = getOption(fd, 'SO_KEEPALIVE')
  expect(getOption(target, 'SO_KEEPALIVE')).toBe(before)
  setOption(target, 'SO_KEEPALIVE', !before)
  expect(getOption(fd, 'SO_KEEPALIVE')).toBe(!before)
  expect(getOption(target, 'SO_KEEPALIVE')).toBe(!before)
}

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('fdOf', () => {
  test('takes a descriptor, a BareSocket, and anything with an fd', () => {
    using socket = new BareSocket('ipv4')
    for (const target of [socket.fd, socket, { fd: socket.fd }]) {
      expect(fdOf(target)).toBe(socket.fd)
      expectReaches(target, socket.fd)
    }
  })

  test('finds the two ends of a connection', async () => {
    const { client, accepted, server } = await connectedPair()
    for (const end of [client, accepted]) {
      const fd = fdOf(end)
      expect(nameOf(fd)).toMatchObject({ address: end.localAddress, port: end.localPort })
      expectReaches(end, fd)
    }
    expect(fdOf(client)).not.toBe(fdOf(accepted))
    abort(client)
    accepted.destroy()
    await closeServer(server)
  })

  test.each(['127.0.0.1', '::1'])('finds the listener of a server on %s', async (host) => {
    const { server } = await stockServer(() => {}, host)
    const fd = fdOf(server)
    expect(nameOf(fd)).toEqual(server.address())
    expect(getOption(server, 'SO_ACCEPTCONN')).toBe(true)
    expectReaches(server, fd)
    await closeServer(server)
  })

  test.each([
    ['udp4', '127.0.0.1'],
    ['udp6', '::1'],
  ] as const)('finds a bound %s socket', async (type, address) => {
    const socket = dgram.createSocket(type)
    socket.bind(0, address)
    await once(socket, 'listening')
    expect(nameOf(fdOf(socket))).toEqual(socket.address())
    expect(getOption(socket, 'SO_BROADCAST')).toBe(false)
    setOption(socket, 'SO_BROADCAST', true)
    expect(getOption(fdOf(socket), 'SO_BROADCAST')).toBe(true)
    socket.close()
  })

  test('finds a connected datagram socket', async () => {
    const socket = dgram.createSocket('udp4')
    socket.connect(9, '127.0.0.1')
    await once(socket, 'connect')
    expect(nameOf(fdOf(socket))).toEqual(socket.address())
    socket.close()
  })

  test.each([
    ['a path', () => join(folder, 'socket')],
    ['an abstract name', () => `\0sockctl-handle-${process.pid}`],
  ])('finds the sockets of %s', async (_, pathOf) => {
    const path = pathOf()
    const server = await listen(net.createServer(), { path })
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    using client = new BareSocket('unix')
    client.connect({ path })
    const [socket] = await accepted
    for (const target of [server, socket]) {
      expect(nameOf(fdOf(target))).toEqual({ family: 'unix', path })
      expect(getOption(target, 'SO_DOMAIN')).toBe(1)
      setOption(target, 'SO_PASSCRED', true)
      expect(getOption(fdOf(target), 'SO_PASSCRED')).toBe(true)
    }
    socket.destroy()
    await closeServer(server)
  })

  test('finds the sockets that Node has for the pipes of a child process', async () => {
    const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()'])
    const pipes = [child.stdin, child.stdout, child.stderr] as unknown as net.Socket[]
    for (const pipe of pipes) {
      expect(readlinkSync(`/proc/self/fd/${fdOf(pipe)}`)).toMatch(/^socket:/)
      expect(getOption(pipe, 'SO_DOMAIN')).toBe(1)
    }
    expect(new Set(pipes.map(fdOf)).size).toBe(3)
    child.kill()
    await once(child, 'close')
  })
})

interface BoundSocket {
  fd(): number
  address(): net.AddressInfo
  close(): void
}

const { BoundSocket } = net as unknown as {
  BoundSocket?: { new (options: { host: string; port: number }): BoundSocket }
}

describe.skipIf(!BoundSocket)(`fdOf of a net.BoundSocket${BoundSocket ? '' : ' (needs Node.js 24.19 or 26.4)'}`, () => {
  test('finds its descriptor', () => {
    const bound = new (BoundSocket as NonNullable<typeof BoundSocket>)({ host: '127.0.0.1', port: 0 })
    const fd = fdOf(bound)
    expect(nameOf(fd)).toMatchObject({ address: '127.0.0.1', port: bound.address().port })
    expectReaches(bound, fd)
    bound.close()
  })
})

describe('setOption', () => {
  test('with SO_LINGER on a client makes its end a reset', async () => {
    const { client, accepted, server } = await connectedPair()
    setOption(client, 'SO_LINGER', { on: true, seconds: 0 })
    const failed = once(accepted, 'error')
    client.destroy()
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await closeServer(server)
  })

  test('on a server is inherited by what it accepts from then on', async () => {
    const { server, port } = await stockServer(() => {})
    setOption(server, 'TCP_KEEPIDLE', 77)
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = net.connect(port, '127.0.0.1')
    const [socket] = await accepted
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(77)
    for (const end of [client, socket]) end.destroy()
    await closeServer(server)
  })

  test('with SO_BROADCAST on a datagram socket lets it send to a broadcast address', async () => {
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const send = () => new Promise<Error | null>((resolve) => socket.send('x', 9, '127.255.255.255', resolve))
    expect(await send()).toHaveProperty('code', 'EACCES')
    setOption(socket, 'SO_BROADCAST', true)
    expect(await send()).toBe(null)
    socket.close()
  })

  test('works on an IP option of both ends', async () => {
    const { client, accepted, server } = await connectedPair()
    for (const end of [client, accepted]) {
      setOption(end, 'IP_TTL', 33)
      expect(getOption(fdOf(end), 'IP_TTL')).toBe(33)
    }
    const done = [client, accepted].map(closed)
    client.destroy()
    accepted.destroy()
    await Promise.all(done)
    await closeServer(server)
  })
})
