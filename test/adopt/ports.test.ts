import net from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bindDatagram, type ConnectOptions, connect, getOption, listen, type SocketOptions } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot, rejectionOf } from '../support.js'
import { keepDatagrams } from './datagrams.js'
import { setSysctl } from './neighbour.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const make = keepDatagrams()
const why = isRoot ? '' : ' (needs root)'
/** How many ports the kernel has for sockets that ask for none. */
const count = 200
const [low, high] = [20_001, 20_200]
let clients: net.Socket[] = []

afterEach(() => {
  for (const client of clients) client.resetAndDestroy()
  clients = []
})

/** A server that keeps all connections; its port is none of those. */
async function serve(host: string, port: number, options: SocketOptions = {}): Promise<number> {
  const server = keep(net.createServer((socket) => socket.on('error', () => {}).resume()))
  return portOfServer(await listen(server, { host, port, options }))
}

/** Connects as often as it is possible, up to a limit; gives how often, and the error that was the end. */
async function connectMany(options: ConnectOptions, most: number): Promise<{ connections: number; error?: object }> {
  for (let connections = 0; connections < most; connections++) {
    try {
      clients.push(await connect(options))
    } catch (error) {
      const { code, syscall } = error as { code: string; syscall: string }
      return { connections, error: { code, syscall } }
    }
  }
  return { connections: most }
}

describe.skipIf(why).each([
  ['ipv4', '127.0.0.1', ['127.0.0.11', '127.0.0.12', '127.0.0.13']],
  ['ipv6', '::1', ['::1']],
] as const)(`with ${count} ports and source addresses of %s${why}`, (_, host, sources) => {
  beforeAll(() => setSysctl('ipv4/ip_local_port_range', `${low} ${high}`))

  test('a source address has each port once, for all destinations: refused at bind', async () => {
    const [one, other] = [await serve(host, 30_001), await serve(host, 30_002)]
    const [localAddress] = sources
    const options = { host, localAddress }
    expect(await connectMany({ ...options, port: one }, count)).toEqual({ connections: count })
    const refused = { connections: 0, error: { code: 'EADDRINUSE', syscall: 'bind' } }
    expect(await connectMany({ ...options, port: other }, 1)).toEqual(refused)
  })

  test('with IP_BIND_ADDRESS_NO_PORT it has each port once for each destination: refused at connect', async () => {
    const [one, other] = [await serve(host, 30_001), await serve(host, 30_002)]
    const options = { host, options: { IP_BIND_ADDRESS_NO_PORT: true } }
    for (const port of [one, other]) {
      for (const localAddress of sources) {
        const many = await connectMany({ ...options, port, localAddress }, count + 1)
        expect(many).toEqual({ connections: count, error: { code: 'EADDRNOTAVAIL', syscall: 'connect' } })
      }
    }
    expect(clients).toHaveLength(2 * sources.length * count)
    for (const client of clients) {
      expect(sources).toContain(client.localAddress)
      expect(client.localPort).toBeGreaterThanOrEqual(low)
      expect(client.localPort).toBeLessThanOrEqual(high)
    }
    expect(getOption(clients[0] as net.Socket, 'IP_BIND_ADDRESS_NO_PORT')).toBe(true)
  })
})

describe.skipIf(why)(`IP_LOCAL_PORT_RANGE${why}`, () => {
  const options = { IP_LOCAL_PORT_RANGE: { low: 20_050, high: 20_053 } }
  const ports = [20_050, 20_051, 20_052, 20_053]

  test.each(['127.0.0.1', '::1'])('is where listen, connect and bindDatagram get their ports at %s', async (host) => {
    const listeners = ports.map(async () => portOfServer(await listen(keep(net.createServer()), { host, options })))
    expect((await Promise.all(listeners)).sort()).toEqual(ports)
    const error = await rejectionOf(listen(net.createServer(), { host, options }))
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })

    const datagrams = ports.map(async () => {
      const socket = await bindDatagram(make(host === '::1' ? 'udp6' : 'udp4'), { address: host, options })
      return socket.address().port
    })
    expect((await Promise.all(datagrams)).sort()).toEqual(ports)
  })

  test.each(['127.0.0.1', '::1'])(
    'is where connect gets its ports at %s, with and without an address',
    async (host) => {
      const [one, other] = [await serve(host, 30_001), await serve(host, 30_002)]
      await connectMany({ host, port: one, options }, ports.length)
      const bound = { host, port: other, localAddress: host, options: { ...options, IP_BIND_ADDRESS_NO_PORT: true } }
      await connectMany(bound, ports.length)
      expect(clients.map(({ localPort }) => localPort).sort()).toEqual([...ports, ...ports].sort())
      const refused = { connections: 0, error: { code: 'EADDRNOTAVAIL', syscall: 'connect' } }
      expect(await connectMany(bound, 1)).toEqual(refused)
    },
  )

  test('does not matter where a port is asked for', async () => {
    const port = await serve('127.0.0.1', 30_003, options)
    expect(port).toBe(30_003)
    const client = await connect({ host: '127.0.0.1', port, localPort: 20_100, options })
    clients.push(client)
    expect(client.localPort).toBe(20_100)
  })
})
