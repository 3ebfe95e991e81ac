import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import type { SystemError } from '../../lib/errors.js'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { useCredentialsFile } from './credentials.js'
import { keepExamples, linesOf, runExample } from './run.js'

useOwnNetwork()

const start = keepExamples()
const pem = useCredentialsFile()

describe('examples/tls-server.mjs', () => {
  test('talks to examples/tls-client.mjs, by name and by address', async () => {
    const server = start('tls-server.mjs', pem, pem)
    const port = String(await server.port())
    for (const host of ['localhost', '127.0.0.1']) {
      const lines = await linesOf('tls-client.mjs', '--ca', pem, host, port, 'echo')
      expect(lines).toEqual(['TLSv1.3, TCP_SYNCNT 2', 'echo'])
    }
    await server.line(/speaks TLSv1.3, probed after 20 s/)
    expect(await server.stop()).toEqual({ status: 0, stderr: '' })
  })

  test('resets who does not end the handshake, and keeps nothing', async () => {
    const server = start('tls-server.mjs', '--handshake', '100', pem, pem)
    const port = await server.port()
    const client = net.connect(port, '127.0.0.1').resume()
    const [error] = (await once(client, 'error')) as [SystemError]
    expect(error.code).toBe('ECONNRESET')
    await server.line(/ERR_TLS_HANDSHAKE_TIMEOUT/)
    expect(tcpStates(port)).toEqual(['LISTEN'])
    expect(await server.stop()).toEqual({ status: 0, stderr: '' })
  })
})

describe('examples/tls-client.mjs', () => {
  test('refuses a certificate that it does not trust', async () => {
    const server = start('tls-server.mjs', pem, pem)
    const { status, stderr } = await runExample('tls-client.mjs', 'localhost', String(await server.port()), 'echo')
    expect(status).toBe(1)
    expect(stderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
  })
})
