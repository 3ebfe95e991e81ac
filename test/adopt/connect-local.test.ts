import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { BareSocket, type ConnectOptions, connect, getOption, listen } from '../../lib/index.js'
import { tcpStates, unusedPort, useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { closeServer, portOfServer } from './pairs.js'
import { refusedConnect } from './servers.js'

useOwnNetwork()

const host = '127.0.0.1'
let servers: net.Server[] = []
let clients: net.Socket[] = []

async function serve(options = { host }): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => {}).resume())
  servers.push(server)
  return portOfServer(await listen(server, options))
}

/** Connects; the socket is reset after the test, so that it leaves nothing. */
async function dial(options: ConnectOptions): Promise<net.Socket> {
  const client = await connect(options)
  clients.push(client)
  return client
}

/** Makes a connection from a port and closes it first, which leaves a TIME_WAIT there. */
async function leaveRemnant(options: ConnectOptions): Promise<void> {
  const client = await connect(options)
  const localPort = client.localPort as number
  const gone = once(client.resume(), 'close')
  client.end()
  await gone
  await expect.poll(() => tcpStates(localPort)).toEqual(['TIME_WAIT'])
}

afterEach(async () => {
  for (const client of clients) client.resetAndDestroy()
  await Promise.all(servers.map(closeServer))
  servers = []
  clients = []
})

describe('connect', () => {
  test.each([
    ['127.0.0.7', host],
    ['::1', '::1'],
  ])('connects from %s', async (localAddress, address) => {
    const port = await serve({ host: address })
    const accepted = once(servers[0] as net.Server, 'connection') as Promise<[net.Socket]>
    const client = await dial({ host: address, port, localAddress })
    const [socket] = await accepted
    expect(client.localAddress).toBe(localAddress)
    expect(socket).toMatchObject({ remoteAddress: localAddress, remotePort: client.localPort })
  })

  test('connects from a port, and leaves SO_REUSEADDR off', async () => {
    const [port, localPort] = [await serve(), unusedPort()]
    const accepted = once(servers[0] as net.Server, 'connection') as Promise<[net.Socket]>
    const client = await dial({ host, port, localPort })
    expect(client.localPort).toBe(localPort)
    expect((await accepted)[0].remotePort).toBe(localPort)
    expect(getOption(client, 'SO_REUSEADDR')).toBe(false)
  })

  test('refuses a port that is bound, at bind', async () => {
    using holder = new BareSocket('ipv4')
    holder.bind({ address: host })
    const localPort = holder.address().port as number
    const error = await refusedConnect({ host, port: await serve(), localAddress: host, localPort })
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', address: host, port: localPort })
  })

  test('refuses a port that is in TIME_WAIT, at bind', async () => {
    const [port, localPort] = [await serve(), unusedPort()]
    await leaveRemnant({ host, port, localPort, reuseAddress: true })
    for (const peer of [port, await serve()]) {
      const error = await refusedConnect({ host, port: peer, localPort })
      expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', port: localPort })
    }
    // With SO_REUSEADDR on both the remnant is in the way of its own peer alone.
    const client = await dial({ host, port: await serve(), localPort, reuseAddress: true })
    expect(client.localPort).toBe(localPort)
  })

  test('refuses an address of another host, at bind', async () => {
    const error = await refusedConnect({ host, port: await serve(), localAddress: '192.0.2.1' })
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind', address: '192.0.2.1' })
  })

  test('refuses a local address of the other family', async () => {
    const error = await refusedConnect({ host, port: await serve(), localAddress: '::1' })
    expect(error).toHaveProperty('code', 'ERR_INVALID_ADDRESS_FAMILY')
  })

  test('with reuseAddress reports a connection to the same peer at connect', async () => {
    const [port, localPort] = [await serve(), unusedPort()]
    const options = { host, port, localPort, localAddress: host, reuseAddress: true }
    const client = await dial(options)
    expect(getOption(client, 'SO_REUSEADDR')).toBe(true)
    expect(await refusedConnect(options)).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'connect' })
    await dial({ ...options, port: await serve() })
  })
})

describe.skipIf(!isRoot)(`connect from a reserved port${isRoot ? '' : ' (needs root)'}`, () => {
  const range = { low: 801, high: 803, start: 801 }

  test('has one that the server sees, and SO_REUSEADDR off', async () => {
    const port = await serve()
    const accepted = once(servers[0] as net.Server, 'connection') as Promise<[net.Socket]>
    const client = await dial({ host, port, localPort: 'reserved' })
    const [{ remotePort }] = await accepted
    expect(remotePort).toBe(client.localPort)
    expect(remotePort).toBeGreaterThanOrEqual(512)
    expect(remotePort).toBeLessThanOrEqual(1023)
    expect(getOption(client, 'SO_REUSEADDR')).toBe(false)
  })

  test('skips what is taken, whoever the peer is', async () => {
    using holder = new BareSocket('ipv4')
    holder.bind({ port: 802 })
    const ports: (number | undefined)[] = []
    for (let round = 0; round < 2; round++) {
      const { localPort } = await dial({ host, port: await serve(), localPort: range })
      ports.push(localPort)
    }
    expect(ports).toEqual([801, 803])
    expect(await refusedConnect({ host, port: await serve(), localPort: range })).toMatchObject({
      code: 'ERR_SOCKCTL_NO_RESERVED_PORT',
      syscall: 'bind',
      tried: 3,
      refusals: { EADDRINUSE: 3 },
    })
  })

  test('skips what is in TIME_WAIT', async () => {
    const options = { host, port: await serve(), localPort: { low: 811, high: 812, start: 811 } }
    await leaveRemnant(options)
    expect((await dial(options)).localPort).toBe(812)
  })

  test('is bound to the local address', async () => {
    const port = await serve()
    const client = await dial({ host, port, localAddress: '127.0.0.3', localPort: range })
    expect(client).toMatchObject({ localAddress: '127.0.0.3', localPort: 801 })
    const other = await dial({ host, port, localPort: { ...range, address: '127.0.0.4' } })
    expect(other).toMatchObject({ localAddress: '127.0.0.4', localPort: 801 })
  })

  test('with reuseAddress serves two servers, and another port the server that it serves already', async () => {
    const [first, second] = [await serve(), await serve()]
    const from = (port: number) => dial({ host, port, localPort: range, reuseAddress: true })
    expect((await from(first)).localPort).toBe(801)
    expect((await from(second)).localPort).toBe(801)
    expect((await from(first)).localPort).toBe(802)
    expect((await from(first)).localPort).toBe(803)
    expect(await refusedConnect({ host, port: first, localPort: range, reuseAddress: true })).toMatchObject({
      code: 'ERR_SOCKCTL_NO_RESERVED_PORT',
      tried: 3,
      refusals: { EADDRNOTAVAIL: 3 },
    })
    expect((await from(second)).localPort).toBe(802)
  })

  test('is not wasted on a server that refuses', async () => {
    const port = unusedPort()
    const error = await refusedConnect({ host, port, localPort: range, reuseAddress: true })
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
  })
})
