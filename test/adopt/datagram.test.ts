import type dgram from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { BareSocket, bindDatagram, getOption, setOption } from '../../lib/index.js'
import { codeOf, unusedPort, useOwnNetwork } from '../sockets/network.js'
import { isRoot, openDescriptors } from '../support.js'
import { closeDatagram, datagramTypes, exchange, keepDatagrams } from './datagrams.js'

useOwnNetwork()

const make = keepDatagrams()

describe.each(datagramTypes)('bindDatagram with $type', ({ type, family, loopback, wildcard }) => {
  test('gives the socket, bound, after listening', async () => {
    const socket = make(type)
    const listening = vi.fn()
    socket.on('listening', listening)
    const result = bindDatagram(socket, { address: loopback })
    expect(listening).not.toHaveBeenCalled()
    expect(await result).toBe(socket)
    expect(listening).toHaveBeenCalledTimes(1)
    expect(socket.address()).toEqual({ address: loopback, family: socket.address().family, port: expect.any(Number) })
    expect(socket.address().port).toBeGreaterThan(0)
  })

  test('binds to the wildcard address, and a port of the kernel, without options', async () => {
    const socket = await bindDatagram(make(type))
    expect(socket.address()).toMatchObject({ address: wildcard, port: expect.any(Number) })
  })

  test('binds to the port that it is told', async () => {
    const port = unusedPort(loopback)
    const socket = await bindDatagram(make(type), { address: loopback, port })
    expect(socket.address()).toMatchObject({ address: loopback, port })
  })

  test('leaves SO_REUSEADDR and SO_REUSEPORT off', async () => {
    const socket = await bindDatagram(make(type), { address: loopback })
    expect(getOption(socket, 'SO_REUSEADDR')).toBe(false)
    expect(getOption(socket, 'SO_REUSEPORT')).toBe(false)
  })

  test('receives and sends', async () => {
    const [one, other] = [await bindDatagram(make(type), { address: loopback }), await bindDatagram(make(type))]
    expect(await exchange(one, other, loopback)).toEqual({ text: 'hello', port: one.address().port })
    expect(await exchange(other, one, loopback)).toEqual({ text: 'hello', port: other.address().port })
  })

  test('receives what came before the caller has a listener', async () => {
    const socket = await bindDatagram(make(type), { address: loopback })
    make(type).send('early', socket.address().port, loopback)
    const [data] = await once(socket, 'message')
    expect(String(data)).toBe('early')
  })

  test('lets the socket connect', async () => {
    const [one, other] = [await bindDatagram(make(type), { address: loopback }), await bindDatagram(make(type))]
    const connected = once(one, 'connect')
    one.connect(other.address().port, loopback)
    await connected
    expect(one.remoteAddress()).toMatchObject({ address: loopback, port: other.address().port })
    const received = once(other, 'message') as Promise<[Buffer, dgram.RemoteInfo]>
    one.send('to my peer')
    const [data, { port }] = await received
    expect(String(data)).toBe('to my peer')
    expect(port).toBe(one.address().port)
    one.disconnect()
  })

  test('closes the descriptor with the socket, and frees the port', async () => {
    const descriptors = openDescriptors()
    const socket = await bindDatagram(make(type), { address: loopback })
    const { port } = socket.address()
    expect(openDescriptors()).toBe(descriptors + 1)
    await closeDatagram(socket)
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
    using next = new BareSocket(family, 'datagram')
    next.bind({ address: loopback, port })
  })

  test('sets options before it binds, and calls control in between', async () => {
    const seen: unknown[] = []
    const control = (bare: BareSocket) => {
      seen.push(bare.type, bare.family, bare.address().port, getOption(bare, 'SO_BROADCAST'))
    }
    const socket = await bindDatagram(make(type), { options: { SO_BROADCAST: true, SO_RCVBUF: 50_000 }, control })
    expect(seen).toEqual(['datagram', family, 0, true])
    expect(getOption(socket, 'SO_BROADCAST')).toBe(true)
    expect(socket.getRecvBufferSize()).toBe(100_000)
  })

  test('keeps the buffer sizes that the socket was created with', async () => {
    const socket = await bindDatagram(make({ type, recvBufferSize: 20_000, sendBufferSize: 30_000 }))
    expect(socket.getRecvBufferSize()).toBe(40_000)
    expect(socket.getSendBufferSize()).toBe(60_000)
  })

  test('does not keep a process alive whose socket did not', async () => {
    for (const isRef of [true, false]) {
      const socket = make(type)
      const unref = vi.spyOn(socket, 'unref')
      if (!isRef) socket.unref()
      unref.mockClear()
      await bindDatagram(socket)
      expect(unref).toHaveBeenCalledTimes(isRef ? 0 : 1)
    }
  })

  test.each([
    ['reuseAddress', { reuseAddress: true }, {}],
    ['the reuseAddr of createSocket', {}, { reuseAddr: true }],
    ['an option', { options: { SO_REUSEADDR: true } }, {}],
    ['control', { control: (bare: BareSocket) => setOption(bare, 'SO_REUSEADDR', true) }, {}],
  ])('shares the port with SO_REUSEADDR where asked by %s', async (_, options, created) => {
    const first = await bindDatagram(make({ type, ...created }), { address: loopback, ...options })
    expect(getOption(first, 'SO_REUSEADDR')).toBe(true)
    const { port } = first.address()
    const second = await bindDatagram(make(type), { address: loopback, port, reuseAddress: true })
    expect(second.address().port).toBe(port)
  })

  test('with reuseAddress: false has it off, whatever the socket was created with', async () => {
    const socket = await bindDatagram(make({ type, reuseAddr: true }), { address: loopback, reuseAddress: false })
    expect(getOption(socket, 'SO_REUSEADDR')).toBe(false)
    using other = new BareSocket(family, 'datagram')
    setOption(other, 'SO_REUSEADDR', true)
    const { port } = socket.address()
    expect(codeOf(() => other.bind({ address: loopback, port }))).toBe('EADDRINUSE')
  })

  test('with reusePort shares the port, and each socket gets datagrams', async () => {
    const first = await bindDatagram(make(type), { address: loopback, reusePort: true })
    const { port } = first.address()
    const second = await bindDatagram(make(type), { address: loopback, port, reusePort: true })
    expect(getOption(first, 'SO_REUSEADDR')).toBe(false)
    const counts = new Map([first, second].map((socket) => [socket, 0]))
    await new Promise<void>((resolve) => {
      let left = 64
      for (const socket of counts.keys()) {
        socket.on('message', () => {
          counts.set(socket, (counts.get(socket) as number) + 1)
          if (--left === 0) resolve()
        })
      }
      for (let index = 0; index < 64; index++) make(type).send('x', port, loopback)
    })
    for (const count of counts.values()) expect(count).toBeGreaterThan(0)
  })
})

describe('bindDatagram with both families', () => {
  test.each([
    [{}, {}, false],
    [{ ipv6Only: true }, {}, true],
    [{}, { ipv6Only: true }, true],
    [{ ipv6Only: false }, { ipv6Only: true }, false],
  ])('with %j on a socket created with %j leaves IPv4 alone: %s', async (options, created, alone) => {
    const six = await bindDatagram(make({ type: 'udp6', ...created }), options)
    expect(getOption(six, 'IPV6_V6ONLY')).toBe(alone)
    const { port } = six.address()
    using four = new BareSocket('ipv4', 'datagram')
    if (alone) four.bind({ port })
    else {
      expect(codeOf(() => four.bind({ port }))).toBe('EADDRINUSE')
      const received = once(six, 'message') as Promise<[Buffer, dgram.RemoteInfo]>
      make('udp4').send('mapped', port, '127.0.0.1')
      expect((await received)[1].address).toBe('::ffff:127.0.0.1')
    }
  })

  test('looks a name up in the family of the socket, with its own lookup', async () => {
    const lookup = vi.fn((_name: string, family: unknown, done: (...answer: unknown[]) => void) => {
      done(null, family === 6 ? '::1' : '127.0.0.1', family)
    })
    for (const { type, loopback } of datagramTypes) {
      const created = { type, lookup } as unknown as dgram.SocketOptions
      const socket = await bindDatagram(make(created), { address: 'some.name' })
      expect(socket.address().address).toBe(loopback)
    }
    expect(lookup).toHaveBeenCalledTimes(2)
  })

  test('joins a multicast group and hears it', async () => {
    const member = await bindDatagram(make('udp4'), { options: { IP_MULTICAST_ALL: false } })
    member.addMembership('239.1.2.3', '127.0.0.1')
    const sender = await bindDatagram(make('udp4'), {
      address: '127.0.0.1',
      options: { IP_MULTICAST_TTL: 0, IP_MULTICAST_LOOP: true },
    })
    sender.setMulticastInterface('127.0.0.1')
    expect(await exchange(sender, member, '239.1.2.3')).toMatchObject({ text: 'hello' })
    member.dropMembership('239.1.2.3', '127.0.0.1')
  })
})

describe.skipIf(!isRoot)(`bindDatagram on a reserved port${isRoot ? '' : ' (needs root)'}`, () => {
  test.each(datagramTypes)('takes those of a range in turn with $type', async ({ type, loopback }) => {
    const port = { low: 721, high: 722, start: 722 }
    const ports = [make(type), make(type)].map(async (socket) => {
      return (await bindDatagram(socket, { address: loopback, port })).address().port
    })
    expect(await Promise.all(ports)).toEqual([722, 721])
    const last = make(type)
    const refused = bindDatagram(last, { port: { ...port, address: loopback } })
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SOCKCTL_NO_RESERVED_PORT', tried: 2 })
    expect((await bindDatagram(last, { port: 'reserved' })).address().port).toBeLessThan(1024)
  })
})
