import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import type { SystemError } from '../../lib/errors.js'
import { connectionFactory } from '../../lib/index.js'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { timerOf } from './kernel.js'
import { keepExamples } from './run.js'

useOwnNetwork()

const start = keepExamples()
const host = '127.0.0.1'

describe('examples/net-server.mjs', () => {
  test('accepts connections that are probed as its listener says, and sends back what it gets', async () => {
    const server = start('net-server.mjs')
    const port = await server.port()
    const client = net.connect(port, host)
    await once(client, 'connect')
    const localPort = client.localPort as number
    const [line] = await server.line(/connected/)
    expect(line).toBeDefined()
    await server.line(new RegExp(`${host}:${localPort} connected, 3 probes every 10 s after 30 s`))
    client.write('echo')
    const [echo] = await once(client, 'data')
    expect(String(echo)).toBe('echo')
    const { isKeepalive, seconds } = timerOf(port, localPort)
    expect(isKeepalive).toBe(true)
    expect(seconds).toBeGreaterThan(20)
    expect(seconds).toBeLessThanOrEqual(30)
    client.end()
    await server.line(/closed/)
    expect(await server.stop()).toEqual({ status: 0, stderr: '' })
  })

  test('resets a silent connection, and keeps nothing of it', async () => {
    const server = start('net-server.mjs', '--idle', '100')
    const port = await server.port()
    const client = net.connect(port, host).resume()
    const [error] = (await once(client, 'error')) as [SystemError]
    expect(error.code).toBe('ECONNRESET')
    await server.line(/silent/)
    await server.line(/closed/)
    expect(tcpStates(port)).toEqual(['LISTEN'])
    expect(await server.stop()).toEqual({ status: 0, stderr: '' })
  })

  test.skipIf(!isRoot)('sees the reserved port of a client (needs root)', async () => {
    const server = start('net-server.mjs')
    const client = connectionFactory({ host, localPort: 'reserved' })({ port: await server.port() })
    await once(client, 'connect')
    const [, port] = await server.line(/:(\d+) connected/)
    expect(Number(port)).toBe(client.localPort)
    expect(Number(port)).toBeLessThan(1024)
    client.resetAndDestroy()
  })
})
