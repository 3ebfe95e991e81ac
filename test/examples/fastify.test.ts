import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { getOption, listen } from '../../lib/index.js'
import { closeServer, portOfServer } from '../adopt/pairs.js'
import { useOwnNetwork } from '../sockets/network.js'
import { keepExamples, runExample } from './run.js'

useOwnNetwork()

const start = keepExamples()
const host = '127.0.0.1'

async function answerAt(port: number): Promise<unknown> {
  const response = await fetch(`http://${host}:${port}/`, { headers: { connection: 'close' } })
  return response.json()
}

describe('examples/fastify-server.mjs', () => {
  test('listens with its options, runs the hooks, and closes though a connection is open', async () => {
    const server = start('fastify-server.mjs')
    const port = await server.port()
    await server.line(/ready for requests/)
    expect(await answerAt(port)).toMatchObject({ TCP_USER_TIMEOUT: 15_000, SO_REUSEPORT: true })
    const idle = net.connect(port, host).on('error', () => {})
    await once(idle, 'connect')
    const closed = once(idle, 'close')
    const stopped = server.stop()
    await server.line(/closed/)
    await closed
    expect(await stopped).toEqual({ status: 0, stderr: '' })
  })

  test('shares its port with another of its kind', async () => {
    const first = start('fastify-server.mjs')
    const port = await first.port()
    const second = start('fastify-server.mjs', String(port))
    expect(await second.port()).toBe(port)
    expect(await first.stop()).toEqual({ status: 0, stderr: '' })
    expect(await answerAt(port)).toMatchObject({ SO_REUSEPORT: true })
  })

  test('is told by fastify.listen() that the port is taken, and where that showed', async () => {
    const other = await listen(net.createServer(), { host })
    const port = portOfServer(other)
    const { status, stderr } = await runExample('fastify-server.mjs', String(port))
    await closeServer(other)
    expect({ status, stderr }).toEqual({ status: 1, stderr: `bind EADDRINUSE ${host}:${port}\n` })
  })
})

describe('fastify, with listen(fastify.server, ...) after ready(),', () => {
  test('serves and closes, and runs no onListen hooks', async () => {
    const app = fastify()
    let isToldOfListening = false
    app.addHook('onListen', (done) => {
      isToldOfListening = true
      done()
    })
    app.get('/', async (request) => ({ limit: getOption(request.socket, 'TCP_USER_TIMEOUT') }))
    await app.ready()
    await listen(app.server, { host, options: { TCP_USER_TIMEOUT: 9000 } })
    expect(app.listeningOrigin).toBe(`http://${host}:${portOfServer(app.server)}`)
    expect(await answerAt(portOfServer(app.server))).toEqual({ limit: 9000 })
    await app.close()
    expect(app.server.listening).toBe(false)
    expect(isToldOfListening).toBe(false)
  })
})

describe('listen', () => {
  test('does not call the listen() of a server that has one of its own', async () => {
    const server = http.createServer()
    let calls = 0
    Object.assign(server, { listen: () => calls++ })
    await listen(server, { host })
    expect(server.listening).toBe(true)
    expect(calls).toBe(0)
    await closeServer(server)
  })
})
