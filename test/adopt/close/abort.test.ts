import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { sockets } from '../../../lib/diag.js'
import { fdOf } from '../../../lib/handle.js'
import { abort, listen } from '../../../lib/index.js'
import { native } from '../../../lib/native.js'
import { tcpStates, useOwnNetwork } from '../../sockets/network.js'
import { closed, connectedPair, stockServer, thrownBy } from '../../support.js'
import { closeServer, portOfServer } from '../pairs.js'
import { credentials, trust } from '../tls.js'

useOwnNetwork()

const host = '127.0.0.1'

/** Aborts one connection after the other, each end in turn, and expects sock_diag to find no remnant of any. */
async function abortMany(count: number, server: net.Server, event: string, dial: (port: number) => net.Socket) {
  await listen(server, { host })
  const port = portOfServer(server)
  for (let made = 0; made < count; made++) {
    const accepted = once(server, event) as Promise<[net.Socket]>
    const client = dial(port)
    const ready = client instanceof tls.TLSSocket ? once(client, 'secureConnect') : once(client, 'connect')
    const [[peer]] = await Promise.all([accepted, ready])
    const [one, other] = made % 2 === 0 ? [client, peer] : [peer, client]
    const gone = Promise.all([client, peer].map(closed))
    // Half of them with a FIN of the other end on its way or there, and none of ours.
    if (made % 4 < 2) other.end()
    abort(one)
    other.resume()
    await gone
  }
  await closeServer(server)
  return [...sockets({ protocol: 'tcp', localPort: port }), ...sockets({ protocol: 'tcp', remotePort: port })]
}

describe('abort', () => {
  test('of 1,000 connections leaves nothing on either side', async () => {
    expect(await abortMany(1000, net.createServer(), 'connection', (port) => net.connect(port, host))).toEqual([])
  })

  test('of 100 TLS connections leaves nothing on either side', async () => {
    const dial = (port: number) => tls.connect({ port, host, ...trust })
    expect(await abortMany(100, tls.createServer(credentials), 'secureConnection', dial)).toEqual([])
  })

  test('resets at once, although a duplicate of the descriptor lives', async () => {
    const { client, accepted, server } = await connectedPair()
    const duplicate = native.dup(fdOf(client))
    const port = client.localPort as number
    const failed = once(accepted, 'error')
    abort(client)
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    expect(tcpStates(port)).toEqual([])
    native.close(duplicate)
    await closeServer(server)
  })

  test.each(['request', 'response', 'incoming'] as const)('takes the %s of an HTTP server or client', async (which) => {
    const server = await listen(http.createServer(), { host })
    const request = http.get({ port: portOfServer(server), host, agent: false })
    const failed = once(request, 'error')
    const [incoming, response] = await once(server, 'request')
    const peer = incoming.socket
    const gone = closed(peer)
    abort({ request, response, incoming }[which])
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await gone
    expect(tcpStates(peer.remotePort ?? portOfServer(server))).not.toContain('TIME_WAIT')
    await closeServer(server)
  })

  test.each(['client', 'server'] as const)('takes an HTTP/2 session of the %s', async (which) => {
    const server = await listen(http2.createServer(), { host })
    const opened = once(server, 'session') as Promise<[http2.ServerHttp2Session]>
    const client = http2.connect(`http://${host}:${portOfServer(server)}`)
    const stream = client.request({ ':path': '/' }).on('error', () => {})
    const [[session], [served]] = await Promise.all([opened, once(server, 'stream')])
    served.on('error', () => {})
    const [one, other] = which === 'client' ? [client, session] : [session, client]
    one.on('error', () => {})
    // Node tells a session of the reset that has no stream open, and otherwise the streams.
    other.on('error', () => {})
    const gone = new Promise((resolve) => other.once('close', resolve))
    const streamGone = new Promise((resolve) => stream.once('close', resolve))
    abort(one)
    await Promise.all([gone, streamGone])
    served.destroy()
    expect(one.destroyed).toBe(true)
    expect(tcpStates(portOfServer(server))).toEqual(['LISTEN'])
    await closeServer(server)
  })

  test.each(['request', 'incoming', 'served'] as const)(
    'leaves the next user of a connection alone: %s',
    async (which) => {
      const server = await listen(http.createServer(), { host })
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      const ask = async () => {
        const request = http.get({ host, port: portOfServer(server), agent })
        const [served, response] = (await once(server, 'request')) as [http.IncomingMessage, http.ServerResponse]
        return { request, served, response }
      }
      const first = await ask()
      first.response.end('first')
      const [incoming] = (await once(first.request, 'response')) as [http.IncomingMessage]
      await once(incoming.resume(), 'close')
      const second = await ask()
      expect(second.request.socket).toBe(first.request.socket)
      const refusal = thrownBy(() => abort({ ...first, incoming }[which]))
      expect(refusal).toHaveProperty('code', 'ERR_INVALID_STATE')
      second.response.end('second')
      const [answer] = (await once(second.request, 'response')) as [http.IncomingMessage]
      expect(await text(answer)).toBe('second')
      agent.destroy()
      await closeServer(server)
    },
  )

  test('takes a request that was read to its end, and whose turn has not come', async () => {
    const requests: http.IncomingMessage[] = []
    const server = await listen(
      http.createServer((request) => requests.push(request.resume())),
      { host },
    )
    const client = net.connect(portOfServer(server), host)
    const failed = once(client, 'error')
    client.write('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => requests[1]?.destroyed).toBe(true)
    abort(requests[1] as http.IncomingMessage)
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await closeServer(server)
  })

  test('takes a request whose body was read to its end', async () => {
    const server = await listen(http.createServer(), { host })
    const request = http.request({ host, port: portOfServer(server), agent: false, method: 'POST' }).end('body')
    const failed = once(request, 'error')
    const [served] = (await once(server, 'request')) as [http.IncomingMessage]
    await pipeline(served, new PassThrough().resume())
    served.destroy()
    abort(served)
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await closeServer(server)
  })

  test('refuses an HTTP/2 stream, whose session others use', async () => {
    const server = await listen(http2.createServer(), { host })
    const client = http2.connect(`http://${host}:${portOfServer(server)}`)
    const stream = client.request({ ':path': '/' })
    await once(server, 'stream')
    expect(thrownBy(() => abort(stream as never))).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    const gone = once(client, 'close')
    client.destroy()
    await gone
    await closeServer(server)
  })

  test('of TLS over a stream that is no socket throws ERR_INVALID_STATE', async () => {
    const pipe = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    const socket = tls.connect({ socket: pipe, ...trust }).on('error', () => {})
    expect(thrownBy(() => abort(socket))).toHaveProperty('code', 'ERR_INVALID_STATE')
    socket.destroy()
  })

  test('of a request that has no connection yet throws ERR_INVALID_STATE', async () => {
    const { server, port } = await stockServer(() => {})
    const request = http.get({ port, host, agent: false }).on('error', () => {})
    expect(thrownBy(() => abort(request))).toHaveProperty('code', 'ERR_INVALID_STATE')
    request.destroy()
    await closeServer(server)
  })
})
