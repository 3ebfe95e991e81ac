import net from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bindDatagram, connect, type ListenOptions, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { rejectionOf } from '../support.js'
import { exchange, keepDatagrams } from './datagrams.js'
import { ip, type Link, Neighbour, packetsSent, whyNoNeighbour } from './neighbour.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const make = keepDatagrams()

describe.skipIf(whyNoNeighbour)(`SO_BINDTODEVICE${whyNoNeighbour}`, () => {
  let neighbour: Neighbour
  let [one, two] = [] as unknown as [Link, Link]

  beforeAll(async () => {
    neighbour = new Neighbour()
    one = await neighbour.link(1)
    two = await neighbour.link(2)
    // The far end of the first link can be reached over the second, for those who insist.
    ip(`-6 route add fd83:1::/64 via ${two.ipv6.there} dev ${two.here} metric 9999`)
  })

  afterAll(() => neighbour.close())

  async function serve(options: ListenOptions): Promise<number> {
    const server = net.createServer((socket) => socket.on('error', () => {}).end('hello'))
    return portOfServer(await listen(keep(server), options))
  }

  test.each(['ipv4', 'ipv6'] as const)('of listen lets in what comes over the interface, over %s', async (family) => {
    const port = await serve({ options: { SO_BINDTODEVICE: one.here } })
    expect(await neighbour.ask(one[family].here, port)).toBe('hello')
    expect(await neighbour.ask(two[family].here, port)).toBe('ECONNREFUSED')
    const local = family === 'ipv4' ? '127.0.0.1' : '::1'
    expect(await rejectionOf(connect({ host: local, port }))).toHaveProperty('code', 'ECONNREFUSED')
  })

  test('of listen lets two servers have one port, each on an interface', async () => {
    const port = await serve({ options: { SO_BINDTODEVICE: one.here } })
    await serve({ port, options: { SO_BINDTODEVICE: two.here } })
    for (const link of [one, two]) expect(await neighbour.ask(link.ipv4.here, port)).toBe('hello')
    const error = await rejectionOf(serve({ port }))
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })
  })

  test.each(['ipv4', 'ipv6'] as const)('of connect sends over the interface, over %s', async (family) => {
    const { port, close } = await neighbour.serve()
    const host = one[family].there
    // The address is on the first link: without the option, so is the traffic.
    const usual = await connect({ host, port })
    expect(usual.localAddress).toBe(one[family].here)
    usual.destroy()
    const before = packetsSent(two.here)
    const options = { SO_BINDTODEVICE: two.here }
    const localAddress = two[family].here
    const client = await connect({ host, port, localAddress, options })
    expect(await text(client)).toContain(localAddress)
    expect(packetsSent(two.here)).toBeGreaterThanOrEqual(before + 3)
    await close()
  })

  test('of bindDatagram hears and speaks over the interface alone', async () => {
    const socket = await bindDatagram(make('udp4'), { options: { SO_BINDTODEVICE: one.here } })
    const { port } = socket.address()
    const received: string[] = []
    socket.on('message', (data) => received.push(String(data)))
    const stranger = make('udp4')
    await new Promise((resolve) => stranger.send('over the loopback', port, '127.0.0.1', resolve))
    const echo = neighbour.bind(make('udp4'))
    expect(await exchange(socket, echo, one.ipv4.there)).toEqual({ text: 'hello', port })
    await exchange(echo, socket, one.ipv4.here)
    expect(received).toEqual(['hello'])
  })
})
