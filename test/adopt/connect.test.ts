import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { tcpInfo } from '../../lib/diag.js'
import { type ConnectOptions, connect, getOption, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { rejectionOf, stockServer } from '../support.js'
import { closeServer, portOfServer } from './pairs.js'
import { keepServers } from './servers.js'
import { credentials, trust } from './tls.js'

useOwnNetwork()

const host = '127.0.0.1'

const keep = keepServers()

async function serve(onConnection: (socket: net.Socket) => void, options?: net.ServerOpts): Promise<number> {
  return portOfServer(await listen(keep(net.createServer(options, onConnection)), { host }))
}

/** A connection, and the socket that the server has for it. */
async function pair(options: ConnectOptions, serverOptions?: net.ServerOpts): Promise<[net.Socket, net.Socket]> {
  let take: (socket: net.Socket) => void
  const accepted = new Promise<net.Socket>((resolve) => {
    take = resolve
  })
  const port = await serve((socket) => take(socket), serverOptions)
  const client = await connect({ host, port, ...options })
  return [client, await accepted]
}

/** All that a socket receives, which is left open for the other direction. */
async function readAll(socket: net.Socket): Promise<string> {
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
  })
  await once(socket, 'end')
  return received
}

describe('connect', () => {
  test('gives a connected stock socket that carries data both ways', async () => {
    const port = await serve((socket) => socket.pipe(socket))
    const client = await connect({ host, port })
    expect(client).toBeInstanceOf(net.Socket)
    expect(client).toMatchObject({ connecting: false, readyState: 'open', remoteAddress: host, remotePort: port })
    expect(client.address()).toMatchObject({ address: host, family: 'IPv4' })
    const sent = Buffer.alloc(1 << 20, 'data')
    client.end(sent)
    const received: Buffer[] = []
    for await (const chunk of client) received.push(chunk)
    expect(Buffer.concat(received).equals(sent)).toBe(true)
  })

  test('ends its side when the peer ends, as stock sockets do', async () => {
    const [client, accepted] = await pair({}, { allowHalfOpen: true })
    const ended = once(accepted.resume(), 'end')
    accepted.end('bye')
    expect(await readAll(client)).toBe('bye')
    await ended
    expect(client.writable).toBe(false)
  })

  test('with allowHalfOpen goes on to write when the peer ends', async () => {
    const [client, accepted] = await pair({ allowHalfOpen: true }, { allowHalfOpen: true })
    accepted.end('bye')
    expect(await readAll(client)).toBe('bye')
    expect(client.writable).toBe(true)
    client.end('so long')
    expect(await readAll(accepted)).toBe('so long')
  })

  test('ends its own side and goes on to read', async () => {
    const [client, accepted] = await pair({}, { allowHalfOpen: true })
    client.end('question')
    expect(await readAll(accepted)).toBe('question')
    accepted.end('answer')
    expect(await readAll(client)).toBe('answer')
  })

  test('loses nothing that the server sends before anybody listens', async () => {
    const port = await serve((socket) => socket.end('early'))
    const client = await connect({ host, port })
    await expect.poll(() => tcpInfo(client).state).toBe('CLOSE_WAIT')
    await new Promise((resolve) => setImmediate(resolve))
    expect(await text(client)).toBe('early')
  })

  test('sets noDelay, keepAlive and its delay', async () => {
    const [client] = await pair({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 42_000 })
    expect(getOption(client, 'TCP_NODELAY')).toBe(true)
    expect(getOption(client, 'SO_KEEPALIVE')).toBe(true)
    expect(getOption(client, 'TCP_KEEPIDLE')).toBe(42)
    client.destroy()
  })

  test('sets nothing that it is not told to', async () => {
    const [client] = await pair({})
    for (const name of ['TCP_NODELAY', 'SO_KEEPALIVE', 'SO_REUSEADDR', 'SO_REUSEPORT'] as const) {
      expect(getOption(client, name)).toBe(false)
    }
    client.destroy()
  })

  test('sets options before it connects', async () => {
    const [client, accepted] = await pair({ options: { TCP_MAXSEG: 600, IP_TOS: 0x20 } })
    expect(tcpInfo(accepted).sendMss).toBeLessThanOrEqual(600)
    expect(getOption(client, 'IP_TOS')).toBe(0x20)
    client.destroy()
  })

  test('reads into the buffer of onread', async () => {
    const port = await serve((socket) => socket.end('into the buffer'))
    const buffer = Buffer.alloc(64)
    let length = 0
    const callback = (count: number) => {
      length += count
      return true
    }
    const client = await connect({ host, port, onread: { buffer, callback } })
    await once(client, 'close')
    expect(buffer.toString('utf8', 0, length)).toBe('into the buffer')
  })

  test('carries TLS', async () => {
    const server = keep(tls.createServer(credentials, (socket) => socket.end('secret')))
    await listen(server, { host })
    const client = tls.connect({ socket: await connect({ host, port: portOfServer(server) }), ...trust })
    expect(await text(client)).toBe('secret')
    expect(client.authorized).toBe(true)
  })

  test('is what an HTTP agent can connect with', async () => {
    const server = keep(http.createServer((request, response) => response.end(String(request.socket.remoteAddress))))
    await listen(server, { host: '0.0.0.0' })
    const agent = new http.Agent({ keepAlive: true })
    let made = 0
    Object.assign(agent, {
      createConnection(options: net.TcpNetConnectOpts, done: (error: Error | null, socket?: net.Socket) => void) {
        made++
        const { port, host } = options
        connect({ port, host, localAddress: '127.0.0.9' }).then((socket) => done(null, socket), done)
      },
    })
    for (let round = 0; round < 2; round++) {
      const request = http.get({ host, port: portOfServer(server), agent })
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      expect(await text(response)).toBe('127.0.0.9')
    }
    expect(made).toBe(1)
    agent.destroy()
  })

  test('passes the refusal of a server on, with address and port', async () => {
    const { server, port } = await stockServer(() => {})
    await closeServer(server)
    const error = await rejectionOf(connect({ host, port }))
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', address: host, port })
    expect(error.errno).toBeLessThan(0)
    expect(error).not.toBeInstanceOf(AggregateError)
  })
})
