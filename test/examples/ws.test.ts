import { once } from 'node:events'
import https from 'node:https'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { connectionFactory, getOption, listen } from '../../lib/index.js'
import { closeServer, portOfServer } from '../adopt/pairs.js'
import { credentials, trust } from '../adopt/tls.js'
import { useOwnNetwork } from '../sockets/network.js'
import { timerOf } from './kernel.js'
import { keepExamples, linesOf } from './run.js'

useOwnNetwork()

const start = keepExamples()

describe('examples/ws-server.mjs', () => {
  test('talks to examples/ws-client.mjs', async () => {
    const server = start('ws-server.mjs')
    const lines = await linesOf('ws-client.mjs', `ws://127.0.0.1:${await server.port()}/path`, 'echo')
    expect(lines[0]).toMatch(/^descriptor \d+ is about to connect$/)
    expect(lines.slice(1)).toEqual(['echo'])
    await server.line(/connected, probed after 50 s, then every 7 s/)
  })

  test('probes its connections, and says goodbye to them at its end', async () => {
    const server = start('ws-server.mjs')
    const port = await server.port()
    const client = new WebSocket(`ws://127.0.0.1:${port}`)
    const [, localPort] = await server.line(/^(\d+) connected/)
    await expect.poll(() => timerOf(port, Number(localPort)).isKeepalive).toBe(true)
    const closed = once(client, 'close')
    expect(await server.stop()).toEqual({ status: 0, stderr: '' })
    expect((await closed)[0]).toBe(1001)
  })
})

describe('ws, with wss: and an agent that puts TLS on sockets of a factory,', () => {
  test('connects with the options', async () => {
    const connectTcp = connectionFactory({ options: { TCP_USER_TIMEOUT: 12_000 } })
    const agent = new (class extends https.Agent {
      override createConnection(options: https.RequestOptions) {
        const onSocket = { ...options, socket: connectTcp(options) }
        return super.createConnection(onSocket)
      }
    })()
    const server = await listen(https.createServer(credentials), { host: '127.0.0.1' })
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) => socket.on('message', (message) => socket.send(message)))
    const client = new WebSocket(`wss://localhost:${portOfServer(server)}`, { agent, ca: trust.ca })
    const [[response]] = await Promise.all([once(client, 'upgrade'), once(client, 'open')])
    expect(getOption(response.socket, 'TCP_USER_TIMEOUT')).toBe(12_000)
    client.send('echo')
    expect(String((await once(client, 'message'))[0])).toBe('echo')
    client.terminate()
    await closeServer(server)
  })
})
