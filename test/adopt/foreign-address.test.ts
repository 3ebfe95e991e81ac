import net from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bindDatagram, connect, type ListenOptions, listen, type SocketOptions } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { rejectionOf } from '../support.js'
import { exchange, keepDatagrams } from './datagrams.js'
import { ip, type Link, Neighbour, whyNoNeighbour } from './neighbour.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const make = keepDatagrams()

async function serve(options: ListenOptions): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => {}).end(`hello from ${socket.localAddress}`))
  return portOfServer(await listen(keep(server), options))
}

/** Addresses that nobody has: one that comes later, and a network of which we answer for each. */
const families = [
  {
    family: 'ipv4',
    late: '192.0.2.1',
    other: '198.51.100.7',
    freebind: { IP_FREEBIND: true } as SocketOptions,
    transparent: { IP_TRANSPARENT: true } as SocketOptions,
  },
  {
    family: 'ipv6',
    late: '2001:db8::1',
    other: '2001:db8:51::7',
    freebind: { IPV6_FREEBIND: true } as SocketOptions,
    transparent: { IPV6_TRANSPARENT: true } as SocketOptions,
  },
] as const

const refusal = { code: 'EADDRNOTAVAIL', syscall: 'bind' }

describe.skipIf(whyNoNeighbour)(`an address that this host does not have${whyNoNeighbour}`, () => {
  let neighbour: Neighbour
  let link: Link

  beforeAll(async () => {
    neighbour = new Neighbour()
    link = await neighbour.link(1)
    // What comes over the link for these networks is for this host, whose addresses they are not: as a proxy has it.
    for (const [version, network] of [
      ['-4', '198.51.100.0/24'],
      ['-6', '2001:db8:51::/64'],
    ]) {
      ip(`${version} rule add iif ${link.here} lookup 100`)
      ip(`${version} route add local ${network} dev lo table 100`)
    }
    neighbour.run(() => {
      ip(`-4 route add 198.51.100.0/24 via ${link.ipv4.here}`)
      ip(`-6 route add 2001:db8:51::/64 via ${link.ipv6.here}`)
    })
  })

  afterAll(() => neighbour.close())

  describe.each(families)('of $family', ({ family, late, other, freebind, transparent }) => {
    test('is refused to listen, connect and bindDatagram, at bind', async () => {
      for (const address of [late, other]) {
        expect(await rejectionOf(serve({ host: address }))).toMatchObject({ ...refusal, address })
        const error = await rejectionOf(connect({ host: link[family].there, port: 9, localAddress: address }))
        expect(error).toMatchObject({ ...refusal, address })
        const socket = make(family === 'ipv4' ? 'udp4' : 'udp6')
        expect(await rejectionOf(bindDatagram(socket, { address }))).toMatchObject({ ...refusal, address })
      }
    })

    test('can be listened at with freebind, and serves once it is there', async () => {
      const port = await serve({ host: late, options: freebind })
      const route = `${family === 'ipv4' ? '-4' : '-6'} route`
      ip(`${route} add local ${late} dev lo`)
      const client = await connect({ host: late, port })
      expect(await text(client)).toBe(`hello from ${late}`)
      ip(`${route} del local ${late} dev lo`)
    })

    test('can be served from with transparent', async () => {
      const port = await serve({ host: other, options: transparent })
      expect(await neighbour.ask(other, port)).toBe(`hello from ${other}`)
    })

    test('is served from on the wildcard address too, with transparent', async () => {
      const host = family === 'ipv4' ? '0.0.0.0' : '::'
      const port = await serve({ host, options: transparent })
      expect(await neighbour.ask(other, port)).toBe(`hello from ${other}`)
      expect(await neighbour.ask(link[family].here, port)).toBe(`hello from ${link[family].here}`)
    })

    test('can be connected from with transparent, and the peer sees it', async () => {
      const { port, close } = await neighbour.serve()
      const client = await connect({ host: link[family].there, port, localAddress: other, options: transparent })
      expect(client.localAddress).toBe(other)
      expect(await text(client)).toContain(other)
      await close()
    })

    test('can be sent from and received at with transparent', async () => {
      const socket = await bindDatagram(make(family === 'ipv4' ? 'udp4' : 'udp6'), {
        address: other,
        options: transparent,
      })
      const peer = neighbour.bind(make(family === 'ipv4' ? 'udp4' : 'udp6'), family)
      expect(await exchange(socket, peer, link[family].there)).toEqual({ text: 'hello', port: socket.address().port })
      expect(await exchange(peer, socket, other)).toEqual({ text: 'hello', port: peer.address().port })
    })
  })
})
