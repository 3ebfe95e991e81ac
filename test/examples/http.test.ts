import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { connectionFactory, getOption, listen } from '../../lib/index.js'
import { closeServer, portOfServer } from '../adopt/pairs.js'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { keepExamples, linesOf } from './run.js'

useOwnNetwork()

const start = keepExamples()
const host = '127.0.0.1'
const synReceived = '03'

describe('examples/http-server.mjs', () => {
  test('accepts connections with the options of its listener', async () => {
    const server = start('http-server.mjs')
    const [response] = await once(http.get({ host, port: await server.port(), agent: false }), 'response')
    const answer = JSON.parse(await text(response))
    expect(answer).toMatchObject({ SO_RCVBUF: 200_000, TCP_USER_TIMEOUT: 20_000 })
    expect(await server.stop()).toEqual({ status: 0, stderr: '' })
  })

  test('is not given a connection before there is a request', async () => {
    const server = start('http-server.mjs')
    const port = await server.port()
    const client = net.connect(port, host)
    await once(client, 'connect')
    expect(tcpStates(port).sort()).toEqual([synReceived, 'LISTEN'])
    client.write('GET / HTTP/1.0\r\n\r\n')
    const [answer] = await once(client, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 200/)
    client.destroy()
  })

  test.skipIf(!isRoot)('answers an agent that comes from reserved ports (needs root)', async () => {
    const server = start('http-server.mjs')
    const createConnection = connectionFactory({ localPort: 'reserved', reuseAddress: true })
    const agent = Object.assign(new http.Agent({ keepAlive: true }), { createConnection })
    const ports: number[] = []
    for (let count = 0; count < 2; count++) {
      const [response] = await once(http.get({ host, port: await server.port(), agent }), 'response')
      ports.push(JSON.parse(await text(response)).port)
    }
    agent.destroy()
    expect(ports[0]).toBeLessThan(1024)
    expect(ports[1]).toBe(ports[0])
  })
})

describe('http.request, with a factory and no agent,', () => {
  test('connects with the options, and asks for the path', async () => {
    const paths: (string | undefined)[] = []
    const server = http.createServer((request, response) => {
      paths.push(request.url)
      response.end('answer')
    })
    await listen(server, { host })
    const createConnection = connectionFactory({ options: { TCP_USER_TIMEOUT: 8000 } })
    const request = http.get({ host, port: portOfServer(server), path: '/path?query', createConnection })
    const [response] = await once(request, 'response')
    expect(getOption(response.socket, 'TCP_USER_TIMEOUT')).toBe(8000)
    expect(await text(response)).toBe('answer')
    expect(paths).toEqual(['/path?query'])
    await closeServer(server)
  })
})

describe('examples/http-agent.mjs', () => {
  test('makes both requests over one connection, which has the options', async () => {
    const server = start('http-server.mjs')
    const lines = await linesOf('http-agent.mjs', `http://${host}:${await server.port()}/`)
    const [first, answer, again, same] = lines as [string, string, string, string]
    const { port } = JSON.parse(answer)
    expect(first).toBe(`first from port ${port}, TCP_USER_TIMEOUT 10000 ms: 200`)
    expect(again).toBe(`again from port ${port}, TCP_USER_TIMEOUT 10000 ms: 200`)
    expect(same).toBe(answer)
  })
})

describe('examples/undici-fetch.mjs, with http:,', () => {
  test('makes both requests over one connection of the factory', async () => {
    const server = start('http-server.mjs')
    const lines = await linesOf('undici-fetch.mjs', `http://${host}:${await server.port()}/path`)
    const [connecting, first, again] = lines as [string, string, string]
    expect(connecting).toMatch(/^descriptor \d+ is about to connect$/)
    expect(first).toMatch(/^200 \{"SO_RCVBUF":200000,.*"port":\d+\}$/)
    expect(again).toBe(first)
    expect(lines).toHaveLength(3)
  })
})
