import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import stock from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { BareSocket, getOption } from '../../lib/index.js'
import net from '../../lib/net.js'
import { closeServer, portOfServer } from '../adopt/pairs.js'
import { lookupOf } from '../adopt/servers.js'
import { tcpStates, unusedPort, useOwnNetwork } from '../sockets/network.js'
import { isRoot, openDescriptors, stockServer, thrownBy } from '../support.js'

useOwnNetwork()

const host = '127.0.0.1'
const ports = { low: 700, high: 702 }
const servers: stock.Server[] = []
const clients: stock.Socket[] = []

async function serve(address = host): Promise<number> {
  const { server, port } = await stockServer((socket) => socket.on('error', () => {}).resume(), address)
  servers.push(server)
  return port
}

function keep<Socket extends stock.Socket>(client: Socket): Socket {
  clients.push(client)
  return client
}

async function dial(options: net.NetConnectOptions): Promise<stock.Socket> {
  const client = keep(net.connect(options))
  await once(client, 'connect')
  return client
}

/** The error that a connection to be made ends with; expects no descriptor to be left. */
async function failureOf(options: net.NetConnectOptions): Promise<Error> {
  const descriptors = openDescriptors()
  const [error] = await once(net.connect(options), 'error')
  await new Promise((resolve) => setImmediate(resolve))
  expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  return error
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.resetAndDestroy()
  await Promise.all(servers.splice(0).map(closeServer))
})

describe('connect of sockctl/net', () => {
  test.each([host, '::1'])('sets options before it connects to %s, and keeps Node’s handle', async (address) => {
    const seen: number[] = []
    const client = await dial({
      host: address,
      port: await serve(address),
      options: { TCP_MAXSEG: 1000, SO_RCVBUF: 8192 },
      control: (socket) => seen.push(socket.fd),
    })
    expect(seen).toHaveLength(1)
    expect(getOption(client, 'SO_RCVBUF')).toBe(16_384)
    expect(getOption(client, 'TCP_INFO').sendMss).toBeLessThanOrEqual(1000)
    const plain = await dial({ host: address, port: portOfServer(servers[0] as stock.Server) })
    const handleOf = (socket: stock.Socket) => (socket as unknown as { _handle: object })._handle
    expect(Object.getPrototypeOf(handleOf(client))).toBe(Object.getPrototypeOf(handleOf(plain)))
    expect(Object.keys(handleOf(client))).toEqual(Object.keys(handleOf(plain)))
  })

  test('prepares a socket for each address of a name', async () => {
    const port = await serve()
    const families: string[] = []
    const client = await dial({
      host: 'both.example',
      port,
      lookup: lookupOf('::1', host),
      autoSelectFamily: true,
      options: { TCP_KEEPIDLE: 77 },
      control: (socket) => families.push(socket.family),
    })
    expect(families).toEqual(['ipv6', 'ipv4'])
    expect(getOption(client, 'TCP_KEEPIDLE')).toBe(77)
  })

  test('connects from a port, and leaves SO_REUSEADDR off', async () => {
    const [port, localPort] = [await serve(), unusedPort()]
    const client = await dial({ host, port, localPort })
    expect(client.localPort).toBe(localPort)
    expect(getOption(client, 'SO_REUSEADDR')).toBe(false)
  })

  test('refuses a port in TIME_WAIT at bind, where Node takes it', async () => {
    const [first, second, localPort] = [await serve(), await serve(), unusedPort()]
    const client = await dial({ host, port: first, localPort, reuseAddress: true })
    const gone = once(client.resume(), 'close')
    client.end()
    await gone
    await expect.poll(() => tcpStates(localPort)).toEqual(['TIME_WAIT'])
    const error = await failureOf({ host, port: second, localPort })
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', address: '0.0.0.0', port: localPort })
    await once(keep(stock.connect({ host, port: second, localPort })), 'connect')
  })

  test('takes the defaults of a socket for every form of connect()', async () => {
    const port = await serve()
    const socket = keep(new net.Socket({ options: { TCP_KEEPIDLE: 78 } }))
    await once(socket.connect(port, host), 'connect')
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(78)
    socket.resetAndDestroy()
    await once(socket, 'close')
    await once(socket.connect({ port, host }), 'connect')
    expect(getOption(socket, 'TCP_KEEPIDLE')).toBe(78)
  })

  test('connects to a path, with options', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockctl-net-'))
    try {
      const path = join(folder, 'socket')
      const server = stock.createServer().listen(path)
      servers.push(server)
      await once(server, 'listening')
      const client = net.connect({ path, options: { SO_PASSCRED: true } })
      await once(client, 'connect')
      expect(getOption(client, 'SO_PASSCRED')).toBe(true)
      client.destroy()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.runIf(isRoot)(
    'connects from reserved ports, and goes on to the next where one clashes (needs root)',
    async () => {
      const options = { host, port: await serve(), localPort: ports, reuseAddress: true }
      const found = await Promise.all([1, 2, 3].map(() => dial(options)))
      expect(found.map(({ localPort }) => localPort).sort()).toEqual([700, 701, 702])
      expect(await failureOf(options)).toMatchObject({
        code: 'ERR_SOCKCTL_NO_RESERVED_PORT',
        refusals: { EADDRNOTAVAIL: 3 },
      })
      expect((await dial({ ...options, port: await serve() })).localPort).toBeGreaterThanOrEqual(ports.low)
    },
  )

  test('tells the true reason where a socket cannot be made or prepared', async () => {
    const port = await serve()
    const own = new Error('mine')
    const control = () => {
      throw own
    }
    expect(await failureOf({ host, port, control })).toBe(own)
    const refused = await failureOf({ host, port, options: { IP_UNICAST_IF: 2 ** 31 - 1 } })
    expect(refused).toMatchObject({ syscall: 'setsockopt', option: 'IP_UNICAST_IF' })
    const shown: Error[] = []
    const client = new net.Socket()
    client.on('connectionAttemptFailed', (_address, _port, _family, error) => shown.push(error))
    client.connect({ host: 'x', port, lookup: lookupOf(host, '::1'), autoSelectFamily: true, control })
    const [error] = await once(client, 'error')
    expect(shown).toMatchObject([
      { message: 'mine', cause: own },
      { message: 'mine', cause: own },
    ])
    expect(error.errors).toEqual(shown)
  })

  test('refuses bad options before it does anything', () => {
    const descriptors = openDescriptors()
    const bad: unknown[] = [{ options: 1 }, { control: 1 }, { reuseAddress: 1 }, { localPort: { low: 0 } }]
    for (const options of bad) {
      expect(thrownBy(() => net.connect({ port: 1, ...(options as object) })).code).toMatch(/^ERR_/)
      expect(thrownBy(() => new net.Socket(options as object)).code).toMatch(/^ERR_/)
    }
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })

  test('refuses options for a socket that has its descriptor', () => {
    using bare = new BareSocket('ipv4')
    const socket = new net.Socket({ fd: bare.detach(), readable: false, writable: false })
    const options = { TCP_KEEPIDLE: 1 }
    expect(thrownBy(() => socket.connect({ port: 1, host, options })).code).toBe('ERR_INVALID_STATE')
    socket.destroy()
  })

  test('leaves no descriptor when it is destroyed at any point', async () => {
    const port = await serve()
    const descriptors = openDescriptors()
    for (const event of ['lookup', 'connect']) {
      const client = new net.Socket({ options: { TCP_KEEPIDLE: 9 } })
      client.once(event, () => client.destroy()).connect({ host: 'x', port, lookup: lookupOf(host) })
      await once(client, 'close')
    }
    net.connect({ host, port, options: { TCP_KEEPIDLE: 9 } }).destroy()
    await expect.poll(openDescriptors).toBe(descriptors)
  })
})
