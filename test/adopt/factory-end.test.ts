import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { SystemError } from '../../lib/errors.js'
import { BareSocket, type ConnectOptions, connectionFactory, listen } from '../../lib/index.js'
import { unusedPort, useOwnNetwork } from '../sockets/network.js'
import { closed, isRoot, openDescriptors, timerCount } from '../support.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const host = '127.0.0.1'
const keep = keepServers()
const clients: net.Socket[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.resetAndDestroy()
})

async function serve(): Promise<number> {
  const server = keep(net.createServer((socket) => socket.on('error', () => {}).resume()))
  return portOfServer(await listen(server, { host }))
}

/** A listener that completes no more connections: its queue, which nobody empties, is full. */
async function fullListener(): Promise<{ listener: BareSocket; port: number }> {
  const listener = new BareSocket('ipv4')
  listener.listen(1, { address: host, port: 0 })
  const port = listener.address().port as number
  for (let count = 0; count < 2; count++) {
    const socket = net.connect(port, host).on('error', () => {})
    clients.push(socket)
    await once(socket, 'connect')
  }
  return { listener, port }
}

interface Outcome {
  /** How often it called back. */
  readonly calls: readonly (readonly unknown[])[]
  /** What was emitted as 'error'. */
  readonly emitted: readonly SystemError[]
}

/** Makes a connection that must fail, and waits for its close. */
async function failureOf(target: object, defaults: ConnectOptions): Promise<Outcome> {
  const calls: unknown[][] = []
  const emitted: SystemError[] = []
  const socket = connectionFactory(defaults)(target, (...outcome) => calls.push(outcome))
  socket.on('error', (error: SystemError) => emitted.push(error))
  await closed(socket)
  return { calls, emitted }
}

describe('a connection of connectionFactory', () => {
  test('that is refused calls back once, and emits the same error', async () => {
    const port = unusedPort()
    const { calls, emitted } = await failureOf({ host, port }, { options: { SO_KEEPALIVE: true } })
    expect(emitted).toMatchObject([{ code: 'ECONNREFUSED', syscall: 'connect', address: host, port }])
    expect(calls).toEqual([[emitted[0], null]])
  })

  test('that fails at an option emits the error of the option', async () => {
    const target = { host, port: await serve() }
    const { calls, emitted } = await failureOf(target, { options: { SO_BINDTODEVICE: 'nonesuch' } })
    expect(emitted).toMatchObject([{ syscall: 'setsockopt', option: 'SO_BINDTODEVICE' }])
    expect(calls).toEqual([[emitted[0], null]])
  })

  test('that was called back for does not call back again when it fails later', async () => {
    const calls: unknown[][] = []
    const socket = connectionFactory()({ host, port: await serve() }, (...outcome) => calls.push(outcome))
    await once(socket, 'connect')
    socket.on('error', () => {}).destroy(new Error('later'))
    await closed(socket)
    expect(calls).toEqual([[null, socket]])
  })

  test('ends at the time limit of the defaults with ETIMEDOUT', async () => {
    const { listener, port } = await fullListener()
    const { calls, emitted } = await failureOf({ host, port }, { timeout: 50 })
    listener.close()
    expect(emitted).toMatchObject([{ code: 'ETIMEDOUT', syscall: 'connect' }])
    expect(calls).toEqual([[emitted[0], null]])
  })

  test('ends at the signal of the defaults', async () => {
    const { listener, port } = await fullListener()
    const controller = new AbortController()
    const failure = failureOf({ host, port }, { signal: controller.signal })
    controller.abort()
    const { calls, emitted } = await failure
    listener.close()
    expect(emitted).toMatchObject([{ name: 'AbortError', code: 'ABORT_ERR' }])
    expect(calls).toEqual([[emitted[0], null]])
  })

  test('is not tried when the signal has fired before', async () => {
    let connections = 0
    const server = await listen(keep(net.createServer()), { host })
    server.on('connection', (socket) => {
      connections++
      socket.on('error', () => {})
    })
    const { emitted } = await failureOf({ host, port: portOfServer(server) }, { signal: AbortSignal.abort() })
    expect(emitted).toMatchObject([{ code: 'ABORT_ERR' }])
    const next = once(server, 'connection')
    clients.push(net.connect(portOfServer(server), host))
    await next
    expect(connections).toBe(1)
  })

  test('outlives the signal and the time limit once it is connected', async () => {
    const controller = new AbortController()
    const timers = timerCount()
    const factory = connectionFactory({ signal: controller.signal, timeout: 1000 })
    const socket = factory({ host, port: await serve() })
    clients.push(socket)
    await once(socket, 'connect')
    expect(timerCount()).toBeLessThanOrEqual(timers)
    controller.abort()
    expect(socket.destroyed).toBe(false)
  })

  test('leaves nothing open, however it fails, 200 times', async () => {
    const [refusing, serving] = [unusedPort(), await serve()]
    const failures: [object, ConnectOptions][] = [
      [{ host, port: refusing }, { options: { SO_KEEPALIVE: true } }],
      [{ host, port: serving }, { options: { SO_BINDTODEVICE: 'nonesuch' } }],
      [{ host, port: serving }, { localAddress: '192.0.2.1' }],
      [{ path: '/nonesuch' }, { options: { SO_SNDBUF: 9000 } }],
    ]
    const descriptors = openDescriptors()
    for (let round = 0; round < 50; round++) {
      const outcomes = await Promise.all(failures.map(([target, defaults]) => failureOf(target, defaults)))
      for (const { calls, emitted } of outcomes) expect([calls.length, emitted.length]).toEqual([1, 1])
    }
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })
})

describe.skipIf(!isRoot)('a reserved port of connectionFactory (needs root)', () => {
  const localPort = { low: 801, high: 803, start: 801 }
  const dial = connectionFactory({ host, localPort, reuseAddress: true })

  async function from(port: number): Promise<number | undefined> {
    const socket = dial({ port })
    clients.push(socket)
    await once(socket, 'connect')
    return socket.localPort
  }

  test('moves on where a port has a connection to this very peer, until the range is used up', async () => {
    const [first, second] = [await serve(), await serve()]
    expect([await from(first), await from(first), await from(first)]).toEqual([801, 802, 803])
    expect(await from(second)).toBe(801)
    const descriptors = openDescriptors()
    const { calls, emitted } = await failureOf({ port: first }, { host, localPort, reuseAddress: true })
    expect(emitted).toMatchObject([{ code: 'ERR_SOCKCTL_NO_RESERVED_PORT', tried: 3, refusals: { EADDRNOTAVAIL: 3 } }])
    expect(calls).toEqual([[emitted[0], null]])
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })

  test('without reuseAddress serves one connection, whoever the peer is', async () => {
    const taken = connectionFactory({ host, localPort })
    for (const expected of [801, 802, 803]) {
      const socket = taken({ port: await serve() })
      clients.push(socket)
      await once(socket, 'connect')
      expect(socket.localPort).toBe(expected)
    }
    const { emitted } = await failureOf({ port: await serve() }, { host, localPort })
    expect(emitted).toMatchObject([{ code: 'ERR_SOCKCTL_NO_RESERVED_PORT', refusals: { EADDRINUSE: 3 } }])
  })
})
