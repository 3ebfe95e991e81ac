import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { getOption, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { openDescriptors, rejectionOf } from '../support.js'
import { closeServer, portOfServer } from './pairs.js'
import { keepServers } from './servers.js'
import { credentials, trust } from './tls.js'

useOwnNetwork()

const host = '127.0.0.1'
const keep = keepServers()

/** A server that answers 'hello', and is closed after the test. */
function greeter(): net.Server {
  return keep(net.createServer((socket) => socket.end('hello')))
}

/** What a request is answered with. */
async function bodyOf(request: http.ClientRequest): Promise<string> {
  const [response] = await once(request, 'response')
  return text(response)
}

async function answerOverHttp2(origin: string): Promise<string> {
  const session = http2.connect(origin, trust)
  const answer = await text(session.request({ ':path': '/' }))
  session.close()
  return answer
}

const greet = (_: unknown, response: { end(body: string): unknown }) => response.end('hello')

const kinds: [string, () => net.Server, (port: number) => Promise<string>][] = [
  ['net', () => net.createServer((socket) => socket.end('hello')), (port) => text(net.connect(port, host))],
  [
    'tls',
    () => tls.createServer(credentials, (socket) => socket.end('hello')),
    (port) => text(tls.connect({ port, host, ...trust })),
  ],
  ['http', () => http.createServer(greet), (port) => bodyOf(http.get({ port, host, agent: false }))],
  [
    'https',
    () => https.createServer(credentials, greet),
    (port) => bodyOf(https.get({ port, host, agent: false, ...trust })),
  ],
  ['http2', () => http2.createServer(greet), (port) => answerOverHttp2(`http://${host}:${port}`)],
  [
    'http2 over tls',
    () => http2.createSecureServer(credentials, greet),
    (port) => answerOverHttp2(`https://${host}:${port}`),
  ],
]

describe('listen', () => {
  test.each(kinds)('lets a server of %s serve', async (_, make, ask) => {
    const server = make()
    expect(await listen(server, { host })).toBe(server)
    expect(server.listening).toBe(true)
    expect(server.address()).toEqual({ address: host, family: 'IPv4', port: expect.any(Number) })
    expect(await ask(portOfServer(server))).toBe('hello')
    expect(await ask(portOfServer(server))).toBe('hello')
    await closeServer(server)
    expect(server.address()).toBe(null)
  })

  test('takes the port that it is told', async () => {
    const server = await listen(greeter(), { host, port: 40_080 })
    expect(server.address()).toEqual({ address: host, family: 'IPv4', port: 40_080 })
  })

  test('without a host listens on both families, as Node does', async () => {
    const server = await listen(greeter(), {})
    expect(server.address()).toMatchObject({ address: '::', family: 'IPv6' })
    for (const address of ['127.0.0.1', '::1']) {
      expect(await text(net.connect(portOfServer(server), address))).toBe('hello')
    }
  })

  test.each([
    ['::1', '::1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['localhost', 'localhost'],
    ['', '127.0.0.1'],
  ])('on %j is reached at %s', async (given, address) => {
    const server = await listen(greeter(), { host: given })
    const { port } = server.address() as net.AddressInfo
    expect(await text(net.connect({ port, host: address }))).toBe('hello')
  })

  test('has the events of a stock server, in their order', async () => {
    const eventsOf = async (start: (server: net.Server) => unknown) => {
      const events: string[] = []
      const server = net.createServer((socket) => socket.end())
      const { emit } = server
      server.emit = ((name: string, ...args: unknown[]) => {
        if (!/Listener$/.test(name)) events.push(name)
        return Reflect.apply(emit, server, [name, ...args])
      }) as typeof emit
      await start(server)
      await once(net.connect(portOfServer(server), host).resume(), 'close')
      await closeServer(server)
      return events
    }
    const stock = await eventsOf((server) => once(server.listen(0, host), 'listening'))
    expect(stock).toEqual(['listening', 'connection', 'close'])
    expect(await eventsOf((server) => listen(server, { host }))).toEqual(stock)
  })

  test('can be asked again once the server is closed', async () => {
    const server = await listen(greeter(), { host })
    const port = portOfServer(server)
    await closeServer(server)
    await listen(server, { host, port })
    expect(await text(net.connect(port, host))).toBe('hello')
  })

  test('of a server that listens throws ERR_SERVER_ALREADY_LISTEN and leaves it alone', async () => {
    const server = await listen(greeter(), { host })
    const port = portOfServer(server)
    const descriptors = openDescriptors()
    expect(await rejectionOf(listen(server, { host }))).toHaveProperty('code', 'ERR_SERVER_ALREADY_LISTEN')
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
    expect(await text(net.connect(port, host))).toBe('hello')
  })

  test('called twice at once gives the server one listener', async () => {
    const server = greeter()
    const descriptors = openDescriptors()
    const results = await Promise.allSettled([listen(server, { host }), listen(server, { host }), listen(server, {})])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    for (const result of results.slice(1)) {
      expect(result).toHaveProperty('reason.code', 'ERR_SERVER_ALREADY_LISTEN')
    }
    expect(openDescriptors()).toBe(descriptors + 1)
    expect(server.address()).toMatchObject({ address: host })
  })

  test('keeps the options that the server was made with', async () => {
    const server = keep(net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 5000 }))
    await listen(server, { host })
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = net.connect(portOfServer(server), host)
    const [socket] = await accepted
    expect(getOption(socket, 'TCP_NODELAY')).toBe(true)
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(5)
    for (const end of [client, socket]) end.destroy()
  })
})
