import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { fdOf, isNodeSocket } from '../lib/handle.js'
import { BareSocket, getOption, type SocketLike, setOption } from '../lib/index.js'
import { inCluster } from './adopt/cluster.js'
import { closeServer } from './adopt/pairs.js'
import { closed, connectedPair, inProcess, stockServer, thrownBy } from './support.js'

/** Expects every way to a descriptor to fail alike. */
function expectRefused(target: SocketLike, code: string): void {
  for (const run of [
    () => fdOf(target),
    () => getOption(target, 'SO_KEEPALIVE'),
    () => setOption(target, 'SO_KEEPALIVE', true),
  ]) {
    expect(thrownBy(run)).toHaveProperty('code', code)
  }
}

describe('fdOf', () => {
  test('throws ERR_INVALID_STATE for a socket that was only constructed', () => {
    expectRefused(new net.Socket(), 'ERR_INVALID_STATE')
    expectRefused(new tls.TLSSocket(new net.Socket()), 'ERR_INVALID_STATE')
  })

  test('throws ERR_INVALID_STATE for a socket that starts to connect', async () => {
    const { server, port } = await stockServer((socket) => socket.end())
    const client = net.connect(port, '127.0.0.1')
    expect(client.connecting).toBe(true)
    expectRefused(client, 'ERR_INVALID_STATE')
    await once(client, 'connect')
    expect(getOption(client, 'TCP_INFO').state).toBe('ESTABLISHED')
    client.destroy()
    await closeServer(server)
  })

  test('throws ERR_SOCKET_CLOSED for a socket from its destroy() on', async () => {
    const { client, accepted, server } = await connectedPair()
    for (const end of [client, accepted]) {
      const done = closed(end)
      end.destroy()
      expectRefused(end, 'ERR_SOCKET_CLOSED')
      await done
      expectRefused(end, 'ERR_SOCKET_CLOSED')
    }
    await closeServer(server)
  })

  test('throws ERR_SOCKET_CLOSED for a socket whose connection was refused', async () => {
    const { server, port } = await stockServer(() => {})
    await closeServer(server)
    const client = net.connect(port, '127.0.0.1')
    await closed(client)
    expectRefused(client, 'ERR_SOCKET_CLOSED')
  })

  test('throws ERR_SERVER_NOT_RUNNING for a server before, and after it listens', async () => {
    const server = net.createServer()
    expectRefused(server, 'ERR_SERVER_NOT_RUNNING')
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    expect(getOption(server, 'SO_ACCEPTCONN')).toBe(true)
    server.close()
    expectRefused(server, 'ERR_SERVER_NOT_RUNNING')
    await once(server, 'close')
  })

  test('throws ERR_INVALID_STATE for a datagram socket that is not bound', async () => {
    const socket = dgram.createSocket('udp4')
    expectRefused(socket, 'ERR_INVALID_STATE')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    expect(getOption(socket, 'SO_TYPE')).toBe(2)
    socket.close()
  })

  test.each(['udp4', 'udp6'] as const)('throws ERR_SOCKET_DGRAM_NOT_RUNNING for a closed %s socket', async (type) => {
    const unbound = dgram.createSocket(type)
    unbound.close()
    expectRefused(unbound, 'ERR_SOCKET_DGRAM_NOT_RUNNING')
    const bound = dgram.createSocket(type).bind(0)
    await once(bound, 'listening')
    bound.close()
    expectRefused(bound, 'ERR_SOCKET_DGRAM_NOT_RUNNING')
  })

  test('throws ERR_SOCKET_CLOSED for a BareSocket that was closed or detached', () => {
    const socket = new BareSocket('ipv4')
    socket.close()
    expectRefused(socket, 'ERR_SOCKET_CLOSED')
    const given = new BareSocket('ipv4')
    const socketOfNode = new net.Socket({ fd: given.fd, readable: false, writable: false })
    given.detach()
    expectRefused(given, 'ERR_SOCKET_CLOSED')
    expect(getOption(socketOfNode, 'SO_TYPE')).toBe(1)
    socketOfNode.destroy()
  })

  test.each([
    ['-1', -1, 'ERR_OUT_OF_RANGE'],
    ['NaN', Number.NaN, 'ERR_OUT_OF_RANGE'],
    ['a fraction', 1.5, 'ERR_OUT_OF_RANGE'],
    ['a number beyond 31 bits', 2 ** 31, 'ERR_OUT_OF_RANGE'],
    ['a number that is 1 in 32 bits', 2 ** 32 + 1, 'ERR_OUT_OF_RANGE'],
    ['infinity', Number.POSITIVE_INFINITY, 'ERR_OUT_OF_RANGE'],
    ['undefined', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['a string', '3', 'ERR_INVALID_ARG_TYPE'],
    ['a bigint', 3n, 'ERR_INVALID_ARG_TYPE'],
    ['a symbol', Symbol('fd'), 'ERR_INVALID_ARG_TYPE'],
    ['a function', () => 3, 'ERR_INVALID_ARG_TYPE'],
    ['an empty object', {}, 'ERR_INVALID_ARG_TYPE'],
    ['an array', [3], 'ERR_INVALID_ARG_TYPE'],
    ['an object with a string for an fd', { fd: '3' }, 'ERR_INVALID_ARG_TYPE'],
    ['an object with an fd below -1', { fd: -2 }, 'ERR_OUT_OF_RANGE'],
    ['an object with an fd of -1', { fd: -1 }, 'ERR_SOCKET_CLOSED'],
    ['an object whose socket is none', { socket: {} }, 'ERR_INVALID_STATE'],
  ])('throws for %s', (_, target, code) => {
    expectRefused(target as SocketLike, code)
  })

  test('causes no warning for a datagram socket', async () => {
    const warnings = await inProcess<string[]>(`
      import dgram from 'node:dgram'
      const warnings = []
      process.on('warning', ({ name, code }) => warnings.push(code ?? name))
      const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1', () => {
        sockctl.getOption(socket, 'SO_TYPE')
        socket.close()
        setImmediate(report, warnings)
      })`)
    expect(warnings).toEqual([])
  })

  test('leaves it to the system to tell a descriptor that is closed, or no socket', () => {
    const socket = new BareSocket('ipv4')
    const { fd } = socket
    socket.close()
    expect(thrownBy(() => getOption(fd, 'SO_TYPE'))).toMatchObject({ code: 'EBADF', syscall: 'getsockopt' })
    expect(thrownBy(() => getOption({ fd: 2 ** 31 - 1 }, 'SO_TYPE'))).toHaveProperty('code', 'EBADF')
  })

  test('throws ERR_INVALID_STATE for a server of a cluster worker, whose listener is in the primary', async () => {
    const answer = await inCluster<{ code: string; own: boolean }>(
      'report((await start()).message)',
      `
      const server = net.createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const own = await sockctl.listen(net.createServer(), { host: '127.0.0.1' })
      const answer = { own: sockctl.getOption(own, 'SO_ACCEPTCONN') }
      try { sockctl.getOption(server, 'SO_TYPE') } catch ({ code }) { answer.code = code }
      process.send(answer)`,
    )
    expect(answer).toEqual({ code: 'ERR_INVALID_STATE', own: true })
  })
})

describe('isNodeSocket', () => {
  test('tells what the event loop closes', async () => {
    using socket = new BareSocket('ipv4')
    const server = net.createServer()
    const datagrams = dgram.createSocket('udp4')
    for (const own of [3, socket, { fd: 3 }]) expect(isNodeSocket(own)).toBe(false)
    for (const target of [server, new net.Socket(), datagrams]) expect(isNodeSocket(target)).toBe(true)
    datagrams.close()
  })
})
