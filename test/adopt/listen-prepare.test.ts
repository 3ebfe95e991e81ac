import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { tcpInfo } from '../../lib/diag.js'
import { BareSocket, connect, getOption, type ListenOptions, listen } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { unusedPort, useOwnNetwork } from '../sockets/network.js'
import { inProcess, isRoot, openDescriptors, rejectionOf } from '../support.js'
import { portOfServer } from './pairs.js'
import { keepServers, refusedListen } from './servers.js'

useOwnNetwork()

const host = '127.0.0.1'
const keep = keepServers()

/** A stock server that listens with sockctl, and is closed after the test. */
function serve(options: ListenOptions, onConnection?: (socket: net.Socket) => void): Promise<net.Server> {
  return listen(keep(net.createServer(onConnection)), options)
}

describe('listen', () => {
  test('sets options before it binds', async () => {
    const server = await serve({ host: '192.0.2.1', options: { IP_FREEBIND: true } })
    expect(server.address()).toMatchObject({ address: '192.0.2.1' })
  })

  test('gives its options to the sockets that it accepts', async () => {
    const options = { TCP_NODELAY: true, SO_KEEPALIVE: true, TCP_KEEPIDLE: 55, SO_LINGER: { on: true, seconds: 0 } }
    const server = await serve({ host, options })
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = await connect({ port: portOfServer(server), host })
    const [socket] = await accepted
    expect(getOption(socket, 'TCP_NODELAY')).toBe(true)
    expect(getOption(socket, 'SO_KEEPALIVE')).toBe(true)
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(55)
    const failed = once(client, 'error')
    socket.destroy()
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
  })

  test('rejects an option that the kernel refuses, and names it', async () => {
    const error = await refusedListen({ host, options: { TCP_NODELAY: true, TCP_CONGESTION: 'no-such' } })
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'setsockopt', option: 'TCP_CONGESTION' })
  })

  test('binds and listens in one native call', async () => {
    const [bind, listening] = [vi.spyOn(native, 'bind'), vi.spyOn(native, 'listen')]
    try {
      await serve({ host, port: unusedPort() })
      expect(bind).toHaveBeenCalledTimes(1)
      expect(listening.mock.calls).toEqual([[expect.any(Number), 511, expect.any(Uint8Array)]])
    } finally {
      bind.mockRestore()
      listening.mockRestore()
    }
  })

  test.each([
    [undefined, 511],
    [0, 511],
    [7, 7],
    [1000, 1000],
  ])('with a backlog of %s has an accept queue of %i', async (backlog, length) => {
    const server = await serve({ host, backlog })
    expect(tcpInfo(server)).toMatchObject({ state: 'LISTEN', sacked: length, unacked: 0 })
  })
})

describe.skipIf(!isRoot)(`listen on a reserved port${isRoot ? '' : ' (needs root)'}`, () => {
  test('takes one that is free', async () => {
    const port = portOfServer(await serve({ host, port: 'reserved' }))
    expect(port).toBeGreaterThanOrEqual(512)
    expect(port).toBeLessThanOrEqual(1023)
  })

  test('takes those of a range in turn, until they are used up', async () => {
    const range = { low: 721, high: 722, start: 722 }
    expect(portOfServer(await serve({ host, port: range }))).toBe(722)
    expect(portOfServer(await serve({ host, port: range }))).toBe(721)
    expect(await refusedListen({ host, port: range })).toMatchObject({
      code: 'ERR_SOCKCTL_NO_RESERVED_PORT',
      tried: 2,
      refusals: { EADDRINUSE: 2 },
    })
  })

  test('binds to the address of the range', async () => {
    const server = await serve({ port: { low: 731, high: 731, address: '127.0.0.4' } })
    expect(server.address()).toMatchObject({ address: '127.0.0.4', port: 731 })
  })
})

describe('the control function of listen', () => {
  test('gets the socket with its options, before it is bound', async () => {
    const seen: unknown[] = []
    const control = vi.fn((socket: BareSocket) => {
      seen.push(socket instanceof BareSocket, socket.address().port)
      seen.push(getOption(socket, 'TCP_NODELAY'), getOption(socket, 'SO_REUSEADDR'), getOption(socket, 'SO_ACCEPTCONN'))
    })
    await serve({ host, options: { TCP_NODELAY: true }, control })
    expect(control).toHaveBeenCalledTimes(1)
    expect(seen).toEqual([true, 0, true, true, false])
  })

  test('rejects with what it throws', async () => {
    const reason = new RangeError('on purpose')
    const control = () => {
      throw reason
    }
    expect(await refusedListen({ host, control })).toBe(reason)
  })

  test('must not bind or close the socket', async () => {
    expect(await refusedListen({ host, control: (socket) => socket.bind() })).toMatchObject({
      code: 'EINVAL',
      syscall: 'bind',
    })
    const error = await refusedListen({ host, control: (socket) => socket.close() })
    expect(error).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
  })

  test('can close the server, which does not listen then', async () => {
    const server = keep(net.createServer())
    const descriptors = openDescriptors()
    const error = await rejectionOf(listen(server, { host, control: () => void server.close() }))
    expect(error).toHaveProperty('code', 'ERR_SERVER_NOT_RUNNING')
    expect(server.listening).toBe(false)
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
    await listen(server, { host })
    expect(server.listening).toBe(true)
  })
})

describe('a listener of listening', () => {
  test('that throws does not keep listen waiting', async () => {
    const answer = await inProcess(`
      import net from 'node:net'
      const caught = []
      process.on('uncaughtException', ({ message }) => caught.push(message))
      const server = net.createServer().on('listening', () => { throw new Error('on purpose') })
      await sockctl.listen(server, { host: '${host}' })
      report({ caught, listening: server.listening })
      server.close()
    `)
    expect(answer).toEqual({ caught: ['on purpose'], listening: true })
  })

  test('that fires the signal makes listen reject, and the server close', async () => {
    const controller = new AbortController()
    const server = net.createServer().on('listening', () => controller.abort())
    const error = await rejectionOf(listen(server, { host, signal: controller.signal }))
    expect(error).toHaveProperty('code', 'ABORT_ERR')
    expect(server.listening).toBe(false)
  })

  test('that comes after a close() is not waited for', async () => {
    const server = keep(net.createServer())
    // Right after the listener is adopted, before the tick in which Node says 'listening'.
    const close = () => void server.close()
    const error = await rejectionOf(listen(server, { host, control: () => queueMicrotask(close) }))
    expect(error).toHaveProperty('code', 'ERR_SERVER_NOT_RUNNING')
  })
})
