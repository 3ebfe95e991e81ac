import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { drain, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { openDescriptors, rejectionOf } from '../support.js'
import { Clients, HalfOpen, startMember } from './drains.js'
import { closeServer, portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const host = '127.0.0.1'
const hostile = [undefined, null, 0, 'server', {}, [], { fd: 1 }, new net.Socket(), { server: net.createServer() }]

describe('drain', () => {
  test.each(hostile)('refuses %o as a server', async (value) => {
    expect(await rejectionOf(drain(value as never))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  test.each([
    [null, 'ERR_INVALID_ARG_TYPE'],
    [[], 'ERR_INVALID_ARG_TYPE'],
    [{ timeout: '1' }, 'ERR_INVALID_ARG_TYPE'],
    [{ timeout: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ timeout: 0.5 }, 'ERR_OUT_OF_RANGE'],
    [{ timeout: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    [{ timeout: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
    [{ signal: {} }, 'ERR_INVALID_ARG_TYPE'],
    [{ signal: null }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %o as options', async (options, code) => {
    const server = keep(await listen(net.createServer(), { host }))
    expect(await rejectionOf(drain(server, options as never))).toMatchObject({ code })
    expect(server.listening).toBe(true)
  })

  test('refuses a server that does not listen, or no more', async () => {
    const server = net.createServer()
    expect(await rejectionOf(drain(server))).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    await listen(server, { host })
    await drain(server)
    expect(await rejectionOf(drain(server))).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
  })

  test('refuses a signal that has fired, and a second drain', async () => {
    const server = await listen(net.createServer(), { host })
    const fired = AbortSignal.abort('enough')
    expect(await rejectionOf(drain(server, { signal: fired }))).toMatchObject({ name: 'AbortError', cause: 'enough' })
    const [first, second] = [drain(server), drain(server)]
    expect(await rejectionOf(second)).toMatchObject({ code: 'ERR_INVALID_STATE' })
    await first
  })

  test('lets the listener go on in its group when the signal fires', async () => {
    const old = keep(await startMember('old', { host }))
    const port = portOfServer(old)
    using _client = new HalfOpen(port)
    keep(await startMember('next', { host, port }))
    const signal = AbortSignal.timeout(50)
    expect(await rejectionOf(drain(old, { signal }))).toMatchObject({ name: 'AbortError' })
    const clients = new Clients({ host, port }, 8)
    await clients.told(200)
    expect(await clients.stop()).toEqual(['next', 'old'])
  })

  test('says that somebody else has closed the server meanwhile, and frees the group', async () => {
    const old = await startMember('old', { host })
    const port = portOfServer(old)
    using _client = new HalfOpen(port)
    keep(await startMember('next', { host, port }))
    const draining = rejectionOf(drain(old))
    const clients = new Clients({ host, port }, 8)
    await clients.told(20)
    old.close()
    expect(await draining).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    keep(await startMember('later', { host, port }))
    clients.forget()
    await clients.told(200)
    expect(await clients.stop()).toEqual(['later', 'next'])
  })

  test('leaves the next listener of a server alone that was closed and listens again', async () => {
    const server = keep(await startMember('old', { host }))
    const port = portOfServer(server)
    using _client = new HalfOpen(port)
    keep(await startMember('next', { host, port }))
    const draining = rejectionOf(drain(server))
    const clients = new Clients({ host, port }, 8)
    await clients.told(20)
    server.close()
    await once(server, 'close')
    await listen(server, { host })
    expect(await draining).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
    expect(server.listening).toBe(true)
    await clients.stop()
  })

  test('closes at once with no time at all, and says what was not seen to', async () => {
    const old = await startMember('old', { host })
    keep(await startMember('next', { host, port: portOfServer(old) }))
    const report = await drain(old, { timeout: 0 })
    expect(report.durationMs).toBeLessThan(1000)
    expect(old.listening).toBe(false)
  })

  test('leaves no descriptor, whatever comes of it', async () => {
    const round = async (options: object) => {
      const old = await startMember('old', { host })
      const next = await startMember('next', { host, port: portOfServer(old) })
      await drain(old, options).catch(() => {})
      await Promise.all([closeServer(old), closeServer(next)])
    }
    await round({})
    const before = openDescriptors()
    for (const options of [{}, { timeout: 0 }, { signal: AbortSignal.timeout(1) }]) await round(options)
    // Those of earlier tests may close meanwhile.
    expect(openDescriptors()).toBeLessThanOrEqual(before)
  })
})
