import { once } from 'node:events'
import https from 'node:https'
import { describe, expect, test } from 'vitest'
import { connectionFactory } from '../../lib/index.js'
import { trust } from '../adopt/tls.js'
import { refusalOf, useOwnNetwork } from '../sockets/network.js'
import { useCredentialsFile } from './credentials.js'
import { keepExamples, linesOf, runExample } from './run.js'

useOwnNetwork()

const start = keepExamples()
const pem = useCredentialsFile()

describe('examples/https-server.mjs', () => {
  test('shares its port with nobody', async () => {
    const server = start('https-server.mjs', pem, pem)
    expect((await server.line(/shared by (.*)/))[1]).toBe('nothing')
    expect(refusalOf(await server.port())).toBe('EADDRINUSE')
    expect(await server.stop()).toEqual({ status: 0, stderr: '' })
  })
})

describe('examples/https-agent.mjs', () => {
  test('resumes the session, names the server and has its options', async () => {
    const server = start('https-server.mjs', pem, pem)
    const lines = await linesOf('https-agent.mjs', `https://localhost:${await server.port()}/`, pem)
    const [first, answer, second, resumed] = lines as [string, string, string, string]
    expect(first).toBe('TLSv1.3, new session, TCP_USER_TIMEOUT 10000 ms')
    expect(second).toBe('TLSv1.3, session resumed, TCP_USER_TIMEOUT 10000 ms')
    const seen = { alpnProtocol: 'http/1.1', servername: 'localhost', TOS: 0x20 }
    expect(JSON.parse(answer)).toMatchObject({ ...seen, isReused: false })
    expect(JSON.parse(resumed)).toMatchObject({ ...seen, isReused: true })
    expect(JSON.parse(resumed).port).not.toBe(JSON.parse(answer).port)
  })

  test('refuses a certificate that it does not trust, or that is for another name', async () => {
    const server = start('https-server.mjs', pem, pem)
    const port = await server.port()
    const untrusted = await runExample('https-agent.mjs', `https://localhost:${port}/`)
    expect(untrusted.status).toBe(1)
    expect(untrusted.stderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
    const createConnection = connectionFactory({ host: '127.0.0.1' })
    const agent = new (class extends https.Agent {
      override createConnection(options: https.RequestOptions) {
        const onSocket = { ...options, socket: createConnection({ port }) }
        return super.createConnection(onSocket)
      }
    })()
    const [error] = await once(https.get(`https://other.name:${port}/`, { agent, ca: trust.ca }), 'error')
    expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })
})

describe('examples/undici-fetch.mjs, with https:,', () => {
  test('makes both requests over one connection of the factory, and names the server', async () => {
    const server = start('https-server.mjs', pem, pem)
    const lines = await linesOf('undici-fetch.mjs', `https://localhost:${await server.port()}/`, pem)
    const [connecting, first, again] = lines as [string, string, string]
    expect(connecting).toMatch(/^descriptor \d+ is about to connect$/)
    expect(first).toMatch(/^200 \{"alpnProtocol":"http\/1.1","servername":"localhost",/)
    expect(again).toBe(first)
  })

  test('refuses a certificate that it does not trust', async () => {
    const server = start('https-server.mjs', pem, pem)
    const { status, stderr } = await runExample('undici-fetch.mjs', `https://localhost:${await server.port()}/`)
    expect(status).toBe(1)
    expect(stderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
  })
})
