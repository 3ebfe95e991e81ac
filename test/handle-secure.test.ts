import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { fdOf } from '../lib/handle.js'
import { connect, getOption, listen, type SocketLike, setOption } from '../lib/index.js'
import { closeServer, type Pair, portOfServer, tlsPair } from './adopt/pairs.js'
import { credentials, trust } from './adopt/tls.js'
import { connectedPair, thrownBy } from './support.js'

/** Expects an option that is set through one object to show at another, which stands for the same socket. */
function expectSame(target: SocketLike, socket: SocketLike): void {
  expect(fdOf(target)).toBe(fdOf(socket))
  const before = getOption(socket, 'TCP_KEEPIDLE')
  setOption(target, 'TCP_KEEPIDLE', 1234)
  expect(before).not.toBe(1234)
  expect(getOption(fdOf(socket), 'TCP_KEEPIDLE')).toBe(1234)
}

async function endPair({ client, accepted, server }: Pair): Promise<void> {
  for (const end of [client, accepted]) end.on('error', () => {}).destroy()
  await closeServer(server)
}

describe('fdOf of TLS', () => {
  test.each([
    ['a socket of its own', true],
    ['a socket that it was given', false],
  ])('finds the TCP socket below, over %s', async (_, own) => {
    const pair = await tlsPair(own)
    for (const end of [pair.client, pair.accepted]) {
      expect(getOption(end, 'TCP_INFO').state).toBe('ESTABLISHED')
      expectSame(end, fdOf(end))
    }
    expect(fdOf(pair.client)).not.toBe(fdOf(pair.accepted))
    await endPair(pair)
  })

  test('over a net.Socket finds that socket', async () => {
    const server = await listen(tls.createServer(credentials), { host: '127.0.0.1' })
    const below = await connect({ port: portOfServer(server), host: '127.0.0.1' })
    const fd = fdOf(below)
    const client = tls.connect({ socket: below, ...trust })
    await once(client, 'secureConnect')
    expect(fdOf(client)).toBe(fd)
    client.destroy()
    await closeServer(server)
  })

  test('over a stream that is no socket throws ERR_INVALID_STATE', async () => {
    const { client: carrier, accepted, server } = await connectedPair()
    new tls.TLSSocket(accepted, { isServer: true, ...credentials }).on('error', () => {})
    const stream = new Duplex({
      read: () => {},
      write: (chunk, _, done) => carrier.write(chunk, done),
      final: (done) => carrier.end(done),
    })
    carrier.on('data', (chunk) => stream.push(chunk))
    const client = tls.connect({ socket: stream, ...trust })
    await once(client, 'secureConnect')
    for (const run of [() => fdOf(client), () => getOption(client, 'SO_KEEPALIVE')]) {
      expect(thrownBy(run)).toHaveProperty('code', 'ERR_INVALID_STATE')
    }
    client.on('error', () => {}).destroy()
    await endPair({ client: carrier, accepted, server })
  })
})

describe('fdOf of servers', () => {
  test.each([
    ['tls', () => tls.createServer(credentials)],
    ['http', () => http.createServer()],
    ['https', () => https.createServer(credentials)],
    ['http2', () => http2.createServer()],
    ['http2 over tls', () => http2.createSecureServer(credentials)],
  ] as [string, () => net.Server][])('finds the listener of %s', async (_, make) => {
    const server = make()
    expect(thrownBy(() => fdOf(server))).toHaveProperty('code', 'ERR_SERVER_NOT_RUNNING')
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    expect(getOption(server, 'SO_ACCEPTCONN')).toBe(true)
    expectSame(server, fdOf(server))
    await closeServer(server)
    expect(thrownBy(() => fdOf(server))).toHaveProperty('code', 'ERR_SERVER_NOT_RUNNING')
  })
})

describe('fdOf of HTTP messages', () => {
  test('finds the socket that a request and a response are on', async () => {
    const server = http.createServer()
    await listen(server, { host: '127.0.0.1' })
    const request = http.get({ port: portOfServer(server), host: '127.0.0.1', agent: false })
    const [incoming, outgoing] = (await once(server, 'request')) as [http.IncomingMessage, http.ServerResponse]
    for (const message of [incoming, outgoing]) expect(fdOf(message)).toBe(fdOf(incoming.socket))
    expectSame(outgoing, incoming.socket)
    expectSame(request, request.socket as net.Socket)
    expect(fdOf(request)).not.toBe(fdOf(incoming))
    outgoing.end()
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
    expect(fdOf(answer)).toBe(fdOf(request))
    const gone = once(request, 'close')
    answer.resume()
    await gone
    for (const message of [answer, request]) {
      expect(thrownBy(() => fdOf(message)).code).toMatch(/^ERR_(INVALID_STATE|SOCKET_CLOSED)$/)
    }
    await closeServer(server)
  })

  test('throws ERR_INVALID_STATE for a request that has no socket yet', () => {
    const request = http.request({ host: '127.0.0.1', port: 1 }).on('error', () => {})
    expect(thrownBy(() => fdOf(request))).toHaveProperty('code', 'ERR_INVALID_STATE')
    request.destroy()
    expect(thrownBy(() => fdOf(request))).toHaveProperty('code', 'ERR_INVALID_STATE')
  })
})

describe('fdOf of HTTP/2 sessions', () => {
  const kinds: [string, () => http2.Http2Server | http2.Http2SecureServer, string][] = [
    ['http', () => http2.createServer(), 'http'],
    ['https', () => http2.createSecureServer(credentials), 'https'],
  ]

  test.each(kinds)('finds the socket of a session over %s at both ends', async (_, make, scheme) => {
    const server = await listen(make() as net.Server, { host: '127.0.0.1' })
    const accepted = once(server, 'session') as Promise<[http2.ServerHttp2Session]>
    const client = http2.connect(`${scheme}://127.0.0.1:${portOfServer(server)}`, trust)
    const [[session]] = await Promise.all([accepted, once(client, 'connect')])
    const fds = [session, client].map((one) => fdOf(one))
    expect(fds[0]).not.toBe(fds[1])
    for (const [index, one] of [session, client].entries()) {
      expect(getOption(one, 'TCP_INFO').state).toBe('ESTABLISHED')
      expectSame(one, fds[index] as number)
    }
    client.destroy()
    expect(thrownBy(() => fdOf(client))).toHaveProperty('code', 'ERR_INVALID_STATE')
    expect(thrownBy(() => getOption(client, 'SO_KEEPALIVE'))).toHaveProperty('code', 'ERR_INVALID_STATE')
    await once(session, 'close')
    expect(thrownBy(() => fdOf(session))).toHaveProperty('code', 'ERR_INVALID_STATE')
    await closeServer(server)
  })
})

describe('fdOf of a stream', () => {
  test('throws ERR_INVALID_ARG_TYPE for one that is no socket', () => {
    const stream = new Duplex() as unknown as net.Socket
    expect(thrownBy(() => fdOf(stream))).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    expect(stream instanceof net.Socket).toBe(false)
  })
})
