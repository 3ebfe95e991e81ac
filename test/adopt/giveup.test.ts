import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BareSocket, getOption, giveUpAfter, listen } from '../../lib/index.js'
import { portOf } from '../sockets/network.js'
import { connectedPair, isRoot, thrownBy } from '../support.js'
import { addresses, Cable } from './close/cable.js'
import { closeServer, type Pair, portOfServer, tlsPair } from './pairs.js'

const names = [
  'SO_KEEPALIVE',
  'TCP_KEEPIDLE',
  'TCP_KEEPINTVL',
  'TCP_KEEPCNT',
  'TCP_USER_TIMEOUT',
  'TCP_LINGER2',
] as const

function timesOf(socket: net.Socket): unknown[] {
  return names.map((name) => getOption(socket, name))
}

async function end({ client, accepted, server }: Pair): Promise<void> {
  for (const socket of [client, accepted]) socket.destroy()
  await closeServer(server)
}

describe('giveUpAfter', () => {
  test.each([
    [2000, [true, 1, 1, 1, 1500, 2]],
    [3999, [true, 1, 1, 2, 2500, 3]],
    [5000, [true, 2, 1, 3, 4500, 5]],
    [60_000, [true, 15, 15, 3, 59_500, 60]],
    [600_000, [true, 150, 150, 3, 599_500, 120]],
  ])('of %i ms sets the six options together', async (milliseconds, expected) => {
    const pair = await connectedPair()
    giveUpAfter(pair.client, milliseconds)
    expect(timesOf(pair.client)).toEqual(expected)
    await end(pair)
  })

  test.each([
    ['net', () => connectedPair()],
    ['tls', () => tlsPair(true)],
    ['tls over a given socket', () => tlsPair(false)],
  ])('survives setKeepAlive of Node: %s', async (_, open) => {
    const pair = await open()
    giveUpAfter(pair.client, 60_000)
    const before = timesOf(pair.client)
    pair.client.setKeepAlive(true, 7000)
    expect(timesOf(pair.client)).toEqual(before)
    giveUpAfter(pair.client, 5000)
    pair.client.setKeepAlive(false)
    pair.client.setKeepAlive(true, 9000)
    expect(timesOf(pair.client)).toEqual([true, 2, 1, 3, 4500, 5])
    await end(pair)
  })

  test.each([
    ['net', () => net.createServer({ keepAlive: true, keepAliveInitialDelay: 9000 })],
    ['http', () => http.createServer({ keepAlive: true, keepAliveInitialDelay: 9000 })],
  ])('of a server of %s holds for all that it accepts, whatever its own keepAlive', async (_, make) => {
    const server = await listen(make(), { host: '127.0.0.1' })
    giveUpAfter(server, 60_000)
    giveUpAfter(server, 5000)
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = net.connect(portOfServer(server), '127.0.0.1')
    const [socket] = await accepted
    const expected = [true, 2, 1, 3, 4500, 5]
    expect(timesOf(socket)).toEqual(expected)
    socket.setKeepAlive(true, 3000)
    expect(timesOf(socket)).toEqual(expected)
    await end({ client, accepted: socket, server })
  })

  test('refuses what it cannot keep', async () => {
    const { client, accepted, server } = await connectedPair()
    for (const [code, target, milliseconds] of [
      ['ERR_OUT_OF_RANGE', client, 1999],
      ['ERR_OUT_OF_RANGE', client, 32_767_001],
      ['ERR_OUT_OF_RANGE', client, 2000.5],
      ['ERR_INVALID_ARG_TYPE', client, '5000'],
      ['ERR_INVALID_ARG_TYPE', {}, 5000],
      ['ERR_INVALID_STATE', new net.Socket(), 5000],
      ['ERR_SERVER_NOT_RUNNING', net.createServer(), 5000],
    ] as const) {
      const refusal = thrownBy(() => giveUpAfter(target as net.Socket, milliseconds as number))
      expect(refusal).toHaveProperty('code', code)
    }
    await end({ client, accepted, server })
  })
})

const limit = 2000
// A retransmission timeout, what a link that goes down takes, and a busy machine.
const slack = 1200

describe.skipIf(!isRoot)(`giveUpAfter(…, ${limit}) with the cable cut (takes root)`, () => {
  let cable: Cable
  let server: net.Server
  beforeAll(() => {
    cable = new Cable()
  })
  afterAll(async () => {
    cable.mend()
    await closeServer(server)
    cable[Symbol.dispose]()
  })

  /** How long a socket takes to fail, and with what. */
  async function failure(socket: net.Socket, started: number): Promise<[code: unknown, duration: number]> {
    const [error] = await once(socket, 'error')
    return [error.code, performance.now() - started]
  }

  test('sockets that are idle or have data on their way, given up by themselves or by their listener', async () => {
    server = await listen(net.createServer({ keepAlive: true }), { host: addresses.here })
    giveUpAfter(server, limit)
    const sockets: net.Socket[] = []
    const peers: BareSocket[] = []
    for (let made = 0; made < 2; made++) {
      const accepted = once(server, 'connection') as Promise<[net.Socket]>
      peers.push(cable.dial(portOfServer(server)))
      sockets.push((await accepted)[0])
    }
    using far = cable.there(() => new BareSocket('ipv4'))
    far.listen(2, { address: addresses.there })
    for (let made = 0; made < 2; made++) {
      const socket = net.connect(portOf(far), addresses.there)
      await once(socket, 'connect')
      giveUpAfter(socket, limit)
      socket.setKeepAlive(true, 1000)
      sockets.push(socket)
    }
    const started = performance.now()
    cable.cut()
    for (const busy of [sockets[1], sockets[3]]) busy?.write('hello?')
    // Four at once: it takes as long as one.
    const failures = await Promise.all(sockets.map((socket) => failure(socket, started)))
    for (const [code, duration] of failures) {
      expect(code).toMatch(/^(ETIMEDOUT|EHOSTUNREACH)$/)
      expect(duration).toBeGreaterThan(limit - slack)
      expect(duration).toBeLessThan(limit + slack)
    }
    for (const peer of peers) peer.close()
  })
})
