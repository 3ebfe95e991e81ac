import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { giveUpAfter, listen, ServerConnections } from '../../../lib/index.js'
import { useOwnNetwork } from '../../sockets/network.js'
import { closed } from '../../support.js'
import { closeServer, portOfServer } from '../pairs.js'
import { credentials, trust } from '../tls.js'

useOwnNetwork()

const host = '127.0.0.1'

/** The two ends of a connection that runs in memory. */
function streamPair(): [Duplex, Duplex] {
  const end = (other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        other().push(chunk)
        done()
      },
      final(done) {
        other().push(null)
        done()
      },
    })
  const one: Duplex = end(() => other)
  const other: Duplex = end(() => one)
  return [one, other]
}

describe('ServerConnections', () => {
  test.each(['connection', 'secureConnection'])('takes a socket that a listener has closed at %s', async (event) => {
    const server = tls.createServer(credentials)
    const connections = new ServerConnections(server)
    server.prependListener(event, (socket: net.Socket) => socket.destroy())
    await listen(server, { host })
    const client = tls.connect({ port: portOfServer(server), host, ...trust })
    await closed(client.resume())
    expect(await connections.closeAfterPeers({ timeout: 100 })).toEqual([])
    await closeServer(server)
  })

  test('leaves TLS over a stream that is no socket alone', async () => {
    const server = tls.createServer(credentials, (socket) => socket.end('hello'))
    const connections = new ServerConnections(server)
    const [there, here] = streamPair()
    server.emit('connection', there)
    const client = tls.connect({ socket: here, ...trust })
    await once(client, 'secureConnect')
    expect(await connections.closeAfterPeers({ timeout: 100 })).toEqual([])
    expect(await text(client)).toBe('hello')
  })

  test('closes a handshake over a Unix socket, which has no reset', async () => {
    const server = tls.createServer(credentials).on('tlsClientError', () => {})
    const connections = new ServerConnections(server)
    server.listen(`\0sockctl-strange-${process.pid}`)
    const accepted = once(server, 'connection')
    const client = net.connect(server.address() as string)
    await accepted
    const gone = closed(client.resume())
    expect(await connections.closeAfterPeers({ timeout: 20, onTimeout: 'abort' })).toEqual([])
    await gone
    await closeServer(server)
  })
})

describe('giveUpAfter', () => {
  test('of a server leaves a stream that is no socket alone', async () => {
    const server = await listen(
      http.createServer((_request, response) => response.end('hello')),
      { host },
    )
    giveUpAfter(server, 5000)
    const [there, here] = streamPair()
    server.emit('connection', there)
    here.end('GET / HTTP/1.0\r\n\r\n')
    expect(await text(here)).toContain('hello')
    await closeServer(server)
  })
})
