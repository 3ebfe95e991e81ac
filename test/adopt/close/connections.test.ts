import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { type CloseReport, listen, ServerConnections } from '../../../lib/index.js'
import { tcpStates, useOwnNetwork } from '../../sockets/network.js'
import { inProcess, rejectionOf, thrownBy } from '../../support.js'
import { closeServer, portOfServer } from '../pairs.js'
import { credentials, trust } from '../tls.js'

useOwnNetwork()

const host = '127.0.0.1'
const byPeer = { closedFirst: 'peer', timedOut: false, timeWait: 'none', peer: 'time-wait' }

async function answerOf(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  await once(response.resume(), 'end')
  return response
}

describe('ServerConnections', () => {
  test.each([
    ['net', () => net.createServer(), (port: number) => net.connect(port, host)],
    ['tls', () => tls.createServer(credentials), (port: number) => tls.connect({ port, host, ...trust })],
  ])('of %s waits for every peer, and for those that come meanwhile', async (kind, make, dial) => {
    const server = make()
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const event = kind === 'net' ? 'connection' : 'secureConnection'
    const open = async () => {
      const accepted = once(server, event)
      const client = dial(portOfServer(server))
      await accepted
      return client.resume()
    }
    const clients = [await open(), await open()]
    expect(connections.size).toBe(2)
    const seen: CloseReport[] = []
    const reports = connections.closeAfterPeers({ onReport: (report) => seen.push(report) })
    clients.push(await open())
    for (const client of clients) client.end()
    expect(await reports).toMatchObject([byPeer, byPeer, byPeer])
    expect(seen).toHaveLength(3)
    expect(connections.size).toBe(0)
    await closeServer(server)
  })

  test.each([
    ['http', () => http.createServer(), (port: number) => net.connect(port, host)],
    ['https', () => https.createServer(credentials), (port: number) => tls.connect({ port, host, ...trust })],
  ])('of %s keeps what is idle, and says Connection: close with the next response', async (kind, make, dial) => {
    const server = make().on('request', (_request, response: http.ServerResponse) => response.end('hello'))
    server.keepAliveTimeout = 50
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const client = dial(portOfServer(server))
    await once(client, kind === 'http' ? 'connect' : 'secureConnect')
    client.setEncoding('latin1')
    const ask = async () => {
      const answer = once(client, 'data')
      client.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
      return (await answer)[0]
    }
    expect(await ask()).toContain('Connection: keep-alive')
    const reports = connections.closeAfterPeers()
    // Longer than the server would leave it: it adds a second of its own.
    await delay(1200)
    expect(connections.size).toBe(1)
    expect(await ask()).toContain('Connection: close')
    expect(tcpStates(client.localPort as number)).toEqual(['ESTABLISHED'])
    client.end()
    expect(await reports).toMatchObject([byPeer])
    await closeServer(server)
  })

  test('of http closes what is idle at the timeout', async () => {
    const server = http.createServer((_request, response) => response.end('hello'))
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const agent = new http.Agent({ keepAlive: true })
    await answerOf(http.get({ host, port: portOfServer(server), agent }))
    const [report] = await connections.closeAfterPeers({ timeout: 50 })
    expect(report).toMatchObject({ timedOut: true, closedFirst: 'us', timeWait: 'held' })
    await closeServer(server)
    agent.destroy()
  })

  test('of http lets a response that is on its way get to its end', async () => {
    const server = http.createServer()
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const request = http.get({ host, port: portOfServer(server), agent: false })
    const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse]
    const reports = connections.closeAfterPeers()
    setImmediate(() => response.end('late'))
    const answer = await answerOf(request)
    expect(answer.headers.connection).toBe('close')
    expect(await reports).toMatchObject([byPeer])
    await closeServer(server)
  })

  test.each([
    ['http2', () => http2.createServer(), (port: number) => http2.connect(`http://${host}:${port}`)],
    [
      'http2 over tls',
      () => http2.createSecureServer(credentials),
      (port: number) => http2.connect(`https://${host}:${port}`, trust),
    ],
  ])('of %s says GOAWAY, after which streams end well', async (_, make, dial) => {
    const server = make()
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const client = dial(portOfServer(server))
    const stream = client.request({ ':path': '/' })
    const [served] = (await once(server, 'stream')) as [http2.ServerHttp2Stream]
    const goodbye = once(client, 'goaway')
    const reports = connections.closeAfterPeers({ timeout: 3000 })
    await goodbye
    served.respond({ ':status': 200 })
    served.write('hello')
    expect((await once(stream.setEncoding('utf8'), 'data'))[0]).toBe('hello')
    stream.resume()
    served.end()
    expect(await reports).toMatchObject([byPeer])
    await closeServer(server)
  })

  test('of many connections hears one signal, and nobody warns of a leak', async () => {
    const server = net.createServer()
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const clients = Array.from({ length: 12 }, () => net.connect(portOfServer(server), host))
    while (connections.size < clients.length) await once(server, 'connection')
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    const given = new AbortController()
    const refusal = rejectionOf(connections.closeAfterPeers({ signal: given.signal }))
    await delay(10)
    given.abort('enough')
    expect(await refusal).toMatchObject({ name: 'AbortError', cause: 'enough' })
    process.off('warning', warn)
    expect(warnings).toEqual([])
    for (const client of clients) client.destroy()
    await closeServer(server)
  })

  test('closes them in turns where the process may have no more descriptors', async () => {
    const program = `
      const { once } = await import('node:events')
      const { readdirSync } = await import('node:fs')
      const { execFileSync } = await import('node:child_process')
      const net = await import('node:net')
      const server = net.createServer()
      const connections = new sockctl.ServerConnections(server)
      await sockctl.listen(server, { host: '${host}' })
      // What asks the kernel for remnants is loaded with the first one.
      const { port } = server.address()
      const dial = () => net.connect(port, '${host}').resume()
      const first = dial().end()
      await once(server, 'connection')
      await connections.closeAfterPeers()
      const open = async () => {
        const clients = Array.from({ length: 40 }, dial)
        while (connections.size < clients.length) await once(server, 'connection')
        return clients
      }
      const clients = await open()
      const limit = readdirSync('/proc/self/fd').length + 10
      execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=' + limit])
      const closing = connections.closeAfterPeers({ settle: 0 })
      for (const client of clients) client.end()
      const { length } = await closing
      const ended = connections.size
      await open()
      await connections.closeAfterPeers({ timeout: 50, settle: 0 })
      while (connections.size > 0) await new Promise(setImmediate)
      report({ hasReports: length > 0, ended })
      process.exit()`
    expect(await inProcess(program)).toEqual({ hasReports: true, ended: 0 })
  })

  test('refuses what is no server, and bad options', async () => {
    expect(thrownBy(() => new ServerConnections({} as net.Server))).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    const connections = new ServerConnections(net.createServer())
    const refusal = connections.closeAfterPeers({ timeout: -1 })
    expect(await rejectionOf(refusal)).toHaveProperty('code', 'ERR_OUT_OF_RANGE')
    expect(await connections.closeAfterPeers()).toEqual([])
  })
})
