import { once } from 'node:events'
import http2 from 'node:http2'
import { describe, expect, test } from 'vitest'
import { useOwnNetwork } from '../sockets/network.js'
import { useCredentialsFile } from './credentials.js'
import { timerOf } from './kernel.js'
import { keepExamples, linesOf, runExample } from './run.js'

useOwnNetwork()

const start = keepExamples()
const pem = useCredentialsFile()

describe.each([
  ['h2c', 'http://127.0.0.1', []],
  ['h2', 'https://localhost', ['--cert', pem, '--key', pem]],
] as const)('examples/http2-server.mjs and http2-client.mjs, with %s,', (protocol, origin, args) => {
  test('have their options on both sides', async () => {
    const server = start('http2-server.mjs', ...args)
    const lines = await linesOf('http2-client.mjs', `${origin}:${await server.port()}/`, pem)
    const [answer, own] = lines as [string, string]
    expect(JSON.parse(answer)).toMatchObject({ alpnProtocol: protocol, TCP_NOTSENT_LOWAT: 16_384 })
    expect(own).toBe(`${protocol}, TCP_USER_TIMEOUT 10000 ms`)
    expect(await server.stop()).toEqual({ status: 0, stderr: '' })
  })
})

describe('examples/http2-server.mjs', () => {
  test('accepts connections that are probed as its listener says', async () => {
    const server = start('http2-server.mjs')
    const port = await server.port()
    const session = http2.connect(`http://127.0.0.1:${port}`)
    const [headers] = await once(session.request().resume(), 'response')
    expect(headers[':status']).toBe(200)
    // Data in flight has a timer of its own before the probes have theirs.
    const keepalive = () => timerOf(port, session.socket.localPort as number)
    await expect.poll(() => keepalive().isKeepalive).toBe(true)
    expect(keepalive().seconds).toBeGreaterThan(35)
    session.close()
  })
})

describe('examples/http2-client.mjs', () => {
  test('refuses a certificate that it does not trust', async () => {
    const server = start('http2-server.mjs', '--cert', pem, '--key', pem)
    const { status, stderr } = await runExample('http2-client.mjs', `https://localhost:${await server.port()}/`)
    expect(status).toBe(1)
    expect(stderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
  })
})
