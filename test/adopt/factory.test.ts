import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type ConnectionTarget, type ConnectOptions, connectionFactory, getOption, listen } from '../../lib/index.js'
import { Socket } from '../../lib/net.js'
import { unusedPort, useOwnNetwork } from '../sockets/network.js'
import { closed, isRoot, openDescriptors, thrownBy, timerCount } from '../support.js'
import { useFolder } from './folder.js'
import { portOfServer } from './pairs.js'
import { keepServers, lookupOf } from './servers.js'

useOwnNetwork()

const host = '127.0.0.1'
const keep = keepServers()
const clients: net.Socket[] = []
let path: string

useFolder((_, socketPath) => {
  path = socketPath
})

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
})

async function serve(options: { host?: string; port?: number; path?: string } = { host }): Promise<net.Server> {
  return listen(keep(net.createServer((socket) => socket.on('error', () => {}).resume())), options)
}

/** Calls a factory, and waits for what it calls back with. */
function outcomeOf(target: ConnectionTarget, defaults?: ConnectOptions): Promise<[Error | null, net.Socket | null]> {
  return new Promise((resolve) => {
    const socket = connectionFactory(defaults)(target, (error, connected) => resolve([error, connected]))
    clients.push(socket.on('error', () => {}))
  })
}

async function connected(target: ConnectionTarget, defaults?: ConnectOptions): Promise<net.Socket> {
  const [error, socket] = await outcomeOf(target, defaults)
  if (!socket) throw error
  return socket
}

describe('connectionFactory', () => {
  test('returns a socket of sockctl/net at once, and calls back with it once it is connected', async () => {
    const port = portOfServer(await serve())
    const seen: unknown[] = []
    const socket = connectionFactory({ options: { SO_RCVBUF: 65_536 } })({ host, port }, (...outcome) => {
      seen.push(...outcome)
    })
    clients.push(socket)
    expect(socket).toBeInstanceOf(Socket)
    expect(socket.connecting).toBe(true)
    await once(socket, 'connect')
    expect(seen).toEqual([null, socket])
    expect(getOption(socket, 'SO_RCVBUF')).toBe(131_072)
  })

  test.each<[string, (port: number) => ConnectionTarget]>([
    ['host', (port) => ({ host, port })],
    ['hostname', (port) => ({ hostname: host, port })],
    ['hostname before host', (port) => ({ hostname: host, host: '127.0.0.99:1', port })],
    ['a port that is text', (port) => ({ host, port: String(port) })],
    ['null and empty in the place of nothing', (port) => ({ host, hostname: '', port, path: null, socketPath: '' })],
    ['no local address', (port) => ({ host, port, localAddress: null })],
    ['a URL', (port) => new URL(`http://${host}:${port}/path?query`)],
  ])('understands a target with %s', async (_, target) => {
    const server = await serve()
    const socket = await connected(target(portOfServer(server)))
    expect(socket).toMatchObject({ remoteAddress: host, remotePort: portOfServer(server) })
  })

  test('understands the brackets around an IPv6 address', async () => {
    const port = portOfServer(await serve({ host: '::1' }))
    expect((await connected(new URL(`http://[::1]:${port}/`))).remoteAddress).toBe('::1')
  })

  test.each(['path', 'socketPath'])('connects to the Unix socket of %s', async (name) => {
    const accepted = once(await serve({ path }), 'connection')
    await connected({ [name]: path, host: 'not.looked.up', port: 1 })
    await accepted
  })

  test('goes to the path of the defaults, wherever a target without one would go', async () => {
    const accepted = once(await serve({ path }), 'connection')
    await connected({ host: 'not.looked.up', port: 1 }, { path })
    await accepted
  })

  test.skipIf(!isRoot)('knows the usual ports of schemes (needs root, for the ports)', async () => {
    const [plain, secure] = [await serve({ host, port: 80 }), await serve({ host, port: 443 })]
    for (const [protocol, server] of [
      ['http:', plain],
      ['ws:', plain],
      ['https:', secure],
      ['wss:', secure],
    ] as const) {
      expect((await connected({ host, protocol, port: '' })).remotePort).toBe(portOfServer(server))
    }
  })

  test('can be called as net.createConnection is, and tells the listener of no failure', async () => {
    const server = await serve()
    const port = portOfServer(server)
    await serve({ path })
    const connect = connectionFactory({ host })
    for (const start of [
      (listener: () => void) => connect(port, host, listener),
      (listener: () => void) => connect(port, listener),
      (listener: () => void) => connectionFactory()(path, listener),
    ]) {
      await new Promise<void>((resolve) => clients.push(start(resolve)))
    }
    let isTold = false
    const refused = connect(unusedPort(), host, () => {
      isTold = true
    })
    await closed(refused)
    expect(isTold).toBe(false)
  })

  test('takes the options of http2.connect for no callback', async () => {
    const port = portOfServer(await serve())
    const socket = connectionFactory()(new URL(`http://${host}:${port}`), { maxSessionMemory: 10 })
    clients.push(socket)
    await once(socket, 'connect')
  })

  test("lets the target's words go before the defaults", async () => {
    const port = portOfServer(await serve())
    const defaults = { host: '127.0.0.99', port: 1, localAddress: '127.0.0.4', noDelay: false }
    const socket = await connected({ host, port, localAddress: '127.0.0.5', noDelay: true }, defaults)
    expect(socket).toMatchObject({ remoteAddress: host, localAddress: '127.0.0.5' })
    expect(getOption(socket, 'TCP_NODELAY')).toBe(true)
    expect((await connected({}, { host, port, localAddress: '127.0.0.4' })).localAddress).toBe('127.0.0.4')
  })

  test('looks names up with the lookup of the target', async () => {
    const port = portOfServer(await serve())
    const lookup = lookupOf(host)
    expect((await connected({ host: 'some.name', port, lookup })).remoteAddress).toBe(host)
    expect(lookup).toHaveBeenCalledOnce()
  })

  test('gives the idle time of the target to the socket', async () => {
    const port = portOfServer(await serve())
    const socket = await connected({ host, port, timeout: 20 })
    await once(socket, 'timeout')
    expect(socket.timeout).toBe(20)
  })
})

describe('connectionFactory, given something bad,', () => {
  test.each<[string, unknown, string]>([
    ['an option', { options: { SO_KEEPALIVE: 'yes' } }, 'ERR_INVALID_ARG_TYPE'],
    ['a port', { port: 65_536 }, 'ERR_SOCKET_BAD_PORT'],
    ['a local port', { localPort: -1 }, 'ERR_SOCKET_BAD_PORT'],
    ['a local address', { localAddress: 'localhost' }, 'ERR_INVALID_IP_ADDRESS'],
    ['a time limit', { timeout: -1 }, 'ERR_OUT_OF_RANGE'],
    ['a path with a port', { path: '/x', port: 1 }, 'ERR_INVALID_ARG_VALUE'],
    ['no object', null, 'ERR_INVALID_ARG_TYPE'],
  ])('throws for defaults with %s at once', (_, defaults, code) => {
    expect(thrownBy(() => connectionFactory(defaults as ConnectOptions)).code).toBe(code)
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['neither port nor path', { host }, 'ERR_MISSING_ARGS'],
    ['a port out of range', { host, port: 65_536 }, 'ERR_SOCKET_BAD_PORT'],
    ['a port that is no number', { host, port: 'http' }, 'ERR_SOCKET_BAD_PORT'],
    ['a host that is no text', { host: 5, port: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['a path that is no text', { path: 5 }, 'ERR_INVALID_ARG_TYPE'],
    ['a local address that is none', { host, port: 1, localAddress: 'here' }, 'ERR_INVALID_IP_ADDRESS'],
  ])('throws for a target with %s, and leaves no descriptor and no timer', (_, target, code) => {
    const descriptors = openDescriptors()
    const factory = connectionFactory({ timeout: 60_000 })
    const timers = timerCount()
    expect(thrownBy(() => factory(target as ConnectionTarget)).code).toBe(code)
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
    expect(timerCount()).toBeLessThanOrEqual(timers)
  })
})
