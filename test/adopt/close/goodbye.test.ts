import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { listen, ServerConnections } from '../../../lib/index.js'
import { useOwnNetwork } from '../../sockets/network.js'
import { closeServer, portOfServer } from '../pairs.js'
import { credentials, trust } from '../tls.js'

useOwnNetwork()

const host = '127.0.0.1'
const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`

/** An HTTP server that answers when it is told to, and a connection to it on which two requests are on their way. */
async function pipelined() {
  const server = http.createServer()
  const connections = new ServerConnections(server)
  await listen(server, { host })
  const responses: http.ServerResponse[] = []
  server.on('request', (_request, response) => responses.push(response))
  const client = net.connect(portOfServer(server), host)
  const request = async (path: string) => {
    const came = once(server, 'request')
    client.write(ask(path))
    await came
  }
  await request('/first')
  await request('/second')
  return { server, connections, client, responses, request }
}

describe('closeAfterPeers', () => {
  test('answers all that a client has asked for before the answer that is the last', async () => {
    const { server, connections, client, responses, request } = await pipelined()
    const reports = connections.closeAfterPeers({ timeout: 5000 })
    await request('/third')
    for (const [index, response] of responses.entries()) response.end(`answer ${index}`)
    const answers = await text(client.on('data', (chunk) => String(chunk).includes('answer 2') && client.end()))
    expect(answers.match(/answer \d/g)).toEqual(['answer 0', 'answer 1', 'answer 2'])
    expect(answers.split('answer').map((part) => part.includes('Connection: close'))).toEqual([
      false,
      false,
      true,
      false,
    ])
    expect(await reports).toMatchObject([{ closedFirst: 'peer' }])
    await closeServer(server)
  })

  test.each(['checkContinue', 'checkExpectation'] as const)('tells those whose request came by %s', async (event) => {
    const server = http.createServer((_request, response) => response.end('unexpected'))
    const connections = new ServerConnections(server)
    await listen(server, { host })
    server.once(event, (incoming, response) => {
      if (event === 'checkExpectation') return response.end('unexpected')
      response.writeContinue()
      // As is usual, the one handler hands it to the other.
      return setImmediate(() => server.emit('request', incoming, response))
    })
    const client = net.connect(portOfServer(server), host)
    await once(client, 'connect')
    const reports = connections.closeAfterPeers({ timeout: 5000 })
    const expectation = event === 'checkContinue' ? '100-continue' : 'much'
    client.write(`POST / HTTP/1.1\r\nHost: here\r\nExpect: ${expectation}\r\nContent-Length: 0\r\n\r\n`)
    const answer = await text(client.on('data', (chunk) => String(chunk).includes('unexpected') && client.end()))
    expect(answer).toContain('Connection: close')
    expect(await reports).toMatchObject([{ closedFirst: 'peer' }])
    // Whoever comes when the program listens no more has Node's own answer.
    expect(server.listenerCount(event)).toBe(0)
    await closeServer(server)
  })

  test('keeps what is idle after an answer that was on its way, too', async () => {
    const server = http.createServer()
    server.keepAliveTimeout = 50
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const client = net.connect(portOfServer(server), host)
    client.write(ask('/'))
    const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse]
    response.write('begun')
    await once(client, 'data')
    const reports = connections.closeAfterPeers()
    response.end('done')
    await once(client, 'data')
    // Longer than the server would leave it: it adds a second of its own.
    await delay(1200)
    expect(connections.size).toBe(1)
    client.end()
    expect(await reports).toMatchObject([{ closedFirst: 'peer' }])
    await closeServer(server)
  })

  test('takes an HTTP/2 session that is on its way out', async () => {
    const server = http2.createServer()
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const opened = once(server, 'session') as Promise<[http2.ServerHttp2Session]>
    const client = http2.connect(`http://${host}:${portOfServer(server)}`)
    const [[session]] = await Promise.all([opened, once(client, 'remoteSettings')])
    session.destroy()
    await connections.closeAfterPeers({ timeout: 5000 })
    expect(connections.size).toBe(0)
    client.destroy()
    await closeServer(server)
  })

  test('waits for a handshake of TLS that is under way', async () => {
    const server = https.createServer(credentials, (_request, response) => response.end('hello'))
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const accepted = once(server, 'connection')
    const plain = net.connect(portOfServer(server), host)
    await accepted
    const reports = connections.closeAfterPeers({ timeout: 5000 })
    const client = tls.connect({ socket: plain, ...trust })
    client.write(ask('/'))
    expect(String((await once(client, 'data'))[0])).toContain('Connection: close')
    client.end()
    expect(await reports).toMatchObject([{ closedFirst: 'peer', timedOut: false }])
    await closeServer(server)
  })

  test.each(['close', 'abort'] as const)('ends a handshake at the timeout: %s', async (onTimeout) => {
    const server = https.createServer(credentials)
    server.on('tlsClientError', () => {})
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const accepted = once(server, 'connection')
    const client = net.connect(portOfServer(server), host).resume()
    const failed = new Promise((resolve) => client.on('error', () => {}).on('close', resolve))
    await accepted
    expect(await connections.closeAfterPeers({ timeout: 50, onTimeout })).toEqual([])
    expect(await failed).toBe(onTimeout === 'abort')
    await closeServer(server)
  })

  test('called twice takes in who comes until the second is through', async () => {
    const server = net.createServer()
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const open = async () => {
      const accepted = once(server, 'connection')
      const client = net.connect(portOfServer(server), host).resume()
      await accepted
      return client
    }
    const first = await open()
    const given = new AbortController()
    const one = connections.closeAfterPeers({ signal: given.signal })
    const other = connections.closeAfterPeers()
    given.abort()
    await expect(one).rejects.toHaveProperty('name', 'AbortError')
    const second = await open()
    first.end()
    second.end()
    expect(await other).toMatchObject([{ closedFirst: 'peer' }, { closedFirst: 'peer' }])
    await closeServer(server)
  })
})

describe('ServerConnections', () => {
  test('of http2 leaves streams to the program that listens for them', async () => {
    const server = http2.createServer()
    new ServerConnections(server)
    server.on('stream', (stream) => {
      stream.additionalHeaders({ ':status': 100 })
      stream.respond({ ':status': 200 })
      stream.end('hello')
    })
    await listen(server, { host })
    const client = http2.connect(`http://${host}:${portOfServer(server)}`)
    const stream = client.request({ ':path': '/', expect: '100-continue' }, { endStream: true })
    let continued = 0
    stream.on('headers', ({ ':status': status }) => {
      if (status === 100) continued++
    })
    expect(await text(stream)).toBe('hello')
    expect(continued).toBe(1)
    client.close()
    await closeServer(server)
  })
})
