import { execFileSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import net from 'node:net'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type AddressInput, BareSocket, getOption, listen } from '../../lib/index.js'
import type { Family } from '../../lib/platform.js'
import { closeServer } from '../adopt/pairs.js'
import { isRoot, thrownBy } from '../support.js'
import { codeOf, portOf, useOwnNetwork } from './network.js'

useOwnNetwork()

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

/** Gives a datagram socket to Node. */
function adopt(socket: BareSocket): dgram.Socket {
  const adopted = dgram.createSocket(socket.family === 'ipv4' ? 'udp4' : 'udp6')
  return adopted.bind({ fd: socket.detach() })
}

/** The first datagram that arrives at a socket, which is closed then. */
async function received(socket: BareSocket): Promise<string> {
  const adopted = adopt(socket)
  const [message] = await once(adopted, 'message')
  adopted.close()
  return String(message)
}

describe('connect', () => {
  test.each([
    ['ipv4', '127.0.0.1', 'ipv4', '127.0.0.1'],
    ['ipv6', '::1', 'ipv6', '::1'],
    ['ipv4', '127.0.0.1', 'ipv6', '::ffff:127.0.0.1'],
  ] as const)('gives datagrams to %s %s a peer that is reached as %s %s', async (family, address, own, peer) => {
    using receiver = new BareSocket(family, 'datagram')
    receiver.bind({ address })
    using sender = new BareSocket(own, 'datagram')
    expect(sender.peerAddress()).toBeUndefined()
    sender.connect({ address: peer, port: portOf(receiver) })
    expect(sender.peerAddress()).toEqual({
      family: own === 'ipv4' ? 'IPv4' : 'IPv6',
      address: peer,
      port: portOf(receiver),
    })
    receiver.connect({ address, port: portOf(sender) })
    writeSync(receiver.fd, 'back')
    writeSync(sender.fd, 'hello')
    expect(await received(receiver)).toBe('hello')
    expect(await received(sender)).toBe('back')
  })

  test('keeps the datagrams of others away', async () => {
    using receiver = new BareSocket('ipv4', 'datagram')
    using peer = new BareSocket('ipv4', 'datagram')
    using stranger = new BareSocket('ipv4', 'datagram')
    for (const socket of [receiver, peer, stranger]) socket.bind({ address: '127.0.0.1' })
    for (const socket of [peer, stranger]) socket.connect({ address: '127.0.0.1', port: portOf(receiver) })
    receiver.connect({ address: '127.0.0.1', port: portOf(peer) })
    writeSync(stranger.fd, 'stranger')
    writeSync(peer.fd, 'peer')
    expect(await received(receiver)).toBe('peer')
  })

  test('tells a datagram socket that nobody is there', async () => {
    using sender = new BareSocket('ipv4', 'datagram')
    sender.connect({ address: '127.0.0.1', port: 9 })
    writeSync(sender.fd, 'hello')
    await expect.poll(() => getOption(sender, 'SO_ERROR')).toBe(constants.errno.ECONNREFUSED)
  })

  test.each([
    ['ipv4', { address: '127.0.0.1', port: 9 }],
    ['ipv6', { address: '::1', port: 9 }],
  ] as const)('is not for TCP over %s, which would have to wait', (family, address) => {
    using socket = new BareSocket(family)
    expect(codeOf(() => socket.connect(address))).toBe('ERR_INVALID_ARG_VALUE')
    expect(socket.address().port).toBe(0)
  })

  test.each([
    ['ipv4', { address: '::1', port: 9 }, 'ERR_INVALID_ADDRESS_FAMILY'],
    ['ipv6', { address: '127.0.0.1', port: 9 }, 'ERR_INVALID_ADDRESS_FAMILY'],
    ['ipv4', { address: 'localhost', port: 9 }, 'ERR_INVALID_IP_ADDRESS'],
    ['ipv4', { address: '127.0.0.1', port: 65_536 }, 'ERR_SOCKET_BAD_PORT'],
    ['ipv4', { path: '/x' }, 'ERR_INVALID_ARG_VALUE'],
    ['unix', { address: '127.0.0.1', port: 9 }, 'ERR_INVALID_ARG_VALUE'],
    ['unix', undefined, 'ERR_INVALID_ARG_TYPE'],
  ] as const)('of %s refuses %j before it asks the system', (family, address, code) => {
    const socket = new BareSocket(family as Family, 'datagram')
    socket.close()
    expect(codeOf(() => socket.connect(address as AddressInput))).toBe(code)
  })

  test.each([
    ['a path', () => join(folder, 'stream')],
    ['an abstract name', () => '\0sockctl stream'],
  ])('reaches a Unix listener at %s', async (_, pathOf) => {
    const path = pathOf()
    const server = await listen(net.createServer(), { path })
    using client = new BareSocket('unix')
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    client.connect({ path })
    expect(client.peerAddress()).toEqual({ family: 'unix', path })
    writeSync(client.fd, 'hello')
    const [socket] = await accepted
    expect((await once(socket, 'data')).toString()).toBe('hello')
    socket.destroy()
    await closeServer(server)
  })

  test('reaches a Unix datagram socket', () => {
    using receiver = new BareSocket('unix', 'datagram')
    using sender = new BareSocket('unix', 'datagram')
    receiver.bind({ path: join(folder, 'datagrams') })
    sender.connect({ path: join(folder, 'datagrams') })
    writeSync(sender.fd, 'hello')
    // Between Unix sockets nothing is ever on its way.
    const bytes = Buffer.alloc(10)
    expect(bytes.toString('utf8', 0, readSync(receiver.fd, bytes))).toBe('hello')
  })

  test('throws EAGAIN while the queue of a Unix listener is full', () => {
    const path = join(folder, 'full')
    using listener = new BareSocket('unix')
    listener.listen(0, { path })
    using first = new BareSocket('unix')
    first.connect({ path })
    using second = new BareSocket('unix')
    expect(thrownBy(() => second.connect({ path }))).toMatchObject({
      code: 'EAGAIN',
      syscall: 'connect',
      address: path,
    })
    expect(second.peerAddress()).toBeUndefined()
  })

  test('throws ECONNREFUSED where nobody listens, ENOENT where nothing is', () => {
    using bound = new BareSocket('unix')
    using client = new BareSocket('unix')
    bound.bind({ path: join(folder, 'deaf') })
    for (const [name, code] of Object.entries({ deaf: 'ECONNREFUSED', none: 'ENOENT' })) {
      const error = thrownBy(() => client.connect({ path: join(folder, name) }))
      expect(error).toMatchObject({ code, syscall: 'connect', address: join(folder, name) })
    }
  })
})

describe.skipIf(!isRoot)(`a link-local address${isRoot ? '' : ' (needs root for a namespace)'}`, () => {
  beforeAll(async () => {
    execFileSync('ip', ['address', 'add', 'fe80::1/64', 'dev', 'lo', 'nodad'])
    // The kernel puts the route to an address of its own in place a moment later.
    const route = /^fe80{28}1 80 /m
    await vi.waitFor(() => expect(readFileSync('/proc/thread-self/net/ipv6_route', 'utf8')).toMatch(route), 50_000)
  })

  test.each(['fe80::1%lo', 'fe80::1%1'])('is bound and connected to as %s', async (address) => {
    using receiver = new BareSocket('ipv6', 'datagram')
    using sender = new BareSocket('ipv6', 'datagram')
    receiver.bind({ address })
    expect(receiver.address()).toMatchObject({ family: 'IPv6', address: 'fe80::1%lo' })
    sender.connect({ address, port: portOf(receiver) })
    expect(sender.peerAddress()).toEqual(receiver.address())
    writeSync(sender.fd, 'hello')
    expect(await received(receiver)).toBe('hello')
  })

  test('is nothing without its zone, or with an unknown one', () => {
    using socket = new BareSocket('ipv6')
    expect(thrownBy(() => socket.bind({ address: 'fe80::1' }))).toMatchObject({ code: 'EINVAL', syscall: 'bind' })
    const error = thrownBy(() => socket.bind({ address: 'fe80::1%nowhere' }))
    expect(error).toMatchObject({ code: 'ENODEV', syscall: 'if_nametoindex', address: 'fe80::1%nowhere' })
    expect(socket.address().port).toBe(0)
  })
})
