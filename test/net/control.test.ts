import { once } from 'node:events'
import http from 'node:http'
import stock from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { connectionFactory, getOption } from '../../lib/index.js'
import net from '../../lib/net.js'
import { lookupOf } from '../adopt/servers.js'
import { openDescriptors, stockServer, thrownBy } from '../support.js'

const host = '127.0.0.1'
const servers: stock.Server[] = []
let names = 0

async function serve(address = host): Promise<number> {
  const { server, port } = await stockServer((socket) => socket.on('error', () => {}).resume(), address)
  servers.push(server)
  return port
}

async function errorOf(socket: stock.Socket): Promise<Error> {
  const [error] = await once(socket, 'error')
  return error
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

describe('connect of sockctl/net', () => {
  test.each([{}, { localAddress: host }])('can be ended by its control function, with %j', async (more) => {
    const options = { port: await serve(), host, ...more }
    const descriptors = openDescriptors()
    const own = new Error('mine')
    const destroyed: stock.Socket = net.connect({ ...options, control: () => void destroyed.destroy(own) })
    expect(await errorOf(destroyed)).toBe(own)
    const controller = new AbortController()
    const given = { ...options, signal: controller.signal, control: () => controller.abort() }
    const aborted = net.connect(given)
    expect(await errorOf(aborted)).toMatchObject({ code: 'ABORT_ERR' })
    await expect.poll(openDescriptors).toBe(descriptors)
  })

  test('can be ended by its control function between the addresses of a name', async () => {
    const own = new Error('mine')
    const client = new net.Socket({ control: () => void client.destroy(own) })
    client.connect({ port: await serve(), host: 'both', lookup: lookupOf('::1', host), autoSelectFamily: true })
    expect(await errorOf(client)).toBe(own)
  })

  test('tells of a Unix socket that cannot be prepared when somebody listens', async () => {
    const createConnection = connectionFactory({ options: { TCP_KEEPIDLE: 5 } })
    const agent = Object.assign(new http.Agent(), { createConnection })
    const request = http.get({ agent, socketPath: `\0sockctl-control-${process.pid}` })
    const [error] = await once(request, 'error')
    expect(error).toMatchObject({ syscall: 'setsockopt', option: 'TCP_KEEPIDLE' })
  })

  test('leaves a local port out where there is a path, as Node does', async () => {
    const path = join(tmpdir(), `sockctl-control-${process.pid}-${names++}`)
    const server = stock.createServer((socket) => socket.end()).listen(path)
    servers.push(server)
    await once(server, 'listening')
    const client = connectionFactory({ localPort: 0, options: { SO_PASSCRED: true } })({ path, localPort: 9 } as object)
    await once(client.resume(), 'close')
    expect(client.errored).toBeNull()
  })

  test('forgets an attempt that failed when another one connects', async () => {
    const port = await serve()
    const client = net.connect({
      port,
      host: 'both',
      lookup: lookupOf('::1', host),
      autoSelectFamily: true,
      options: { IP_TOS: 'CS1', IP_UNICAST_IF: 0 },
      control: ({ family }) => {
        if (family === 'ipv6') throw new Error('not this one')
      },
    })
    await once(client, 'connect')
    const own = new Error('mine')
    client.destroy(own)
    expect(await errorOf(client)).toBe(own)
  })

  test('tells of each address why it could not be bound', async () => {
    const taken = await serve()
    const own = new Error('mine')
    const attempts: (() => void)[] = [() => {}, () => Promise.reject(own), () => {}]
    const client = net.connect({
      port: taken,
      host: 'three',
      localPort: taken,
      lookup: lookupOf(host, '127.0.0.2', '127.0.0.3'),
      autoSelectFamily: true,
      control: () => attempts.shift()?.(),
    })
    const error = (await errorOf(client)) as AggregateError
    const cause = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' })
    expect(error.errors).toMatchObject([
      { code: 'EADDRINUSE', syscall: 'bind' },
      { code: 'ERR_INVALID_ARG_VALUE', cause },
      { code: 'EADDRINUSE', syscall: 'bind' },
    ])
    expect(error.errors[0].cause).toBeUndefined()
  })

  test('keeps the options of a connect() for that one alone', async () => {
    const port = await serve()
    const client = net.connect({ port, host, options: { TCP_KEEPIDLE: 77 } })
    await once(client, 'connect')
    client.resetAndDestroy()
    await once(client, 'close')
    await once(client.connect(port, host), 'connect')
    expect(getOption(client, 'TCP_KEEPIDLE')).not.toBe(77)
    client.destroy()
  })

  test('takes what Node takes: nulls, and whatever a control function throws', async () => {
    const port = await serve()
    const nulls = { options: null, control: null, reuseAddress: null, protocol: null }
    const client = net.connect({ port, host, ...(nulls as object) })
    await once(client, 'connect')
    client.destroy()
    const thrown = net.connect({
      port,
      host,
      control: () => {
        throw null
      },
    })
    expect(await errorOf(thrown)).toBeInstanceOf(Error)
    for (const args of [[[]], [[null]]]) {
      expect(thrownBy(() => Reflect.apply(net.connect, net, args)).code).toBe('ERR_MISSING_ARGS')
    }
  })
})

describe('listen of sockctl/net', () => {
  test.each(['128', -1, 2.5, 2 ** 31, true])('takes %j for a backlog, as Node does', async (backlog) => {
    const server = net.createServer().listen({ port: 0, host, backlog } as object)
    await once(server, 'listening')
    server.close()
  })

  test('does not listen once its control function has fired the signal', async () => {
    const descriptors = openDescriptors()
    const controller = new AbortController()
    const events: string[] = []
    const server = net.createServer()
    for (const name of ['listening', 'error']) server.on(name, () => events.push(name))
    server.listen({ port: 0, host, signal: controller.signal, control: () => controller.abort() })
    await once(server, 'close')
    await new Promise((resolve) => setImmediate(resolve))
    expect({ events, listening: server.listening }).toEqual({ events: [], listening: false })
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })

  test('does not listen once its control function has closed the server', async () => {
    const descriptors = openDescriptors()
    const events: string[] = []
    const server = net.createServer()
    for (const name of ['listening', 'error', 'close']) server.on(name, () => events.push(name))
    const closed = new Promise((resolve) => {
      server.listen({ port: 0, host, control: () => void server.close(resolve) })
    })
    expect(await closed).toHaveProperty('code', 'ERR_SERVER_NOT_RUNNING')
    await new Promise((resolve) => setImmediate(resolve))
    expect({ events, listening: server.listening }).toEqual({ events: ['close'], listening: false })
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })

  test('refuses to listen twice where its control function listens', async () => {
    const server: net.Server = net.createServer()
    const errors: unknown[] = []
    server.on('error', (error) => errors.push(error))
    server.listen({ port: 0, host, control: () => void server.listen(0) })
    await once(server, 'listening')
    await new Promise((resolve) => setImmediate(resolve))
    const descriptors = openDescriptors()
    expect(errors).toMatchObject([{ code: 'ERR_SERVER_ALREADY_LISTEN' }])
    await new Promise((resolve) => server.close(resolve))
    expect(openDescriptors()).toBe(descriptors - 1)
  })

  test('takes options that are inherited or computed', async () => {
    class Config {
      get port() {
        return 0
      }
      host = host
      reuseAddress = true
    }
    const server = net.createServer().listen(new Config())
    await once(server, 'listening')
    expect(server.address()).toMatchObject({ address: host })
    server.close()
  })
})
