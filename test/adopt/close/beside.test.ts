import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { listen, ServerConnections } from '../../../lib/index.js'
import { portOfServer } from '../pairs.js'
import { keepServers } from '../servers.js'

const keep = keepServers()
const host = '127.0.0.1'

const answer: http.RequestListener = (_request, response) => void response.end('hello')

/** What a client gets that asks once more after the goodbye, on one connection. */
async function told(server: http.Server, connections: ServerConnections[]): Promise<string> {
  await listen(server, { host })
  const client = net.connect(portOfServer(server), host)
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(client, 'data')
  const closed = connections.map((one) => one.closeAfterPeers({ timeout: 20_000 }))
  client.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const rest = await text(client)
  await Promise.all(closed)
  return rest
}

describe('ServerConnections beside others on an HTTP server', () => {
  test('leaves the event loop alone, and says goodbye', async () => {
    const server = keep(http.createServer(answer))
    const connections = [new ServerConnections(server), new ServerConnections(server)]
    expect(server.listenerCount('request')).toBe(3)
    expect(await told(server, connections)).toMatch(/Connection: close/i)
  })

  test.each([1, 2, 3])(
    'lets all listeners of the program be removed (%i), and follows those that come',
    async (count) => {
      const server = keep(http.createServer())
      const before = Array.from({ length: count }, () => () => {})
      for (const one of before) server.on('request', one)
      const connections = new ServerConnections(server)
      server.removeAllListeners('request')
      await new Promise(setImmediate)
      expect(server.listenerCount('request')).toBe(0)
      server.on('request', answer)
      await new Promise(setImmediate)
      expect(server.listenerCount('request')).toBe(2)
      expect(await told(server, [connections])).toMatch(/Connection: close/i)
    },
  )

  test('hears a signal of another DOM', async () => {
    const server = keep(http.createServer(answer))
    const connections = new ServerConnections(server)
    await listen(server, { host })
    const client = net.connect(portOfServer(server), host).on('error', () => {})
    await once(server, 'connection')
    const signal = Object.assign(new EventTarget(), { aborted: false, reason: 'enough', throwIfAborted() {} })
    const closed = connections.closeAfterPeers({ signal: signal as unknown as AbortSignal })
    signal.dispatchEvent(new Event('abort'))
    await expect(closed).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' })
    client.destroy()
  })
})
