import { execFileSync } from 'node:child_process'
import { closeSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BareSocket, getOption } from '../../lib/index.js'
import { inProcess, isRoot, nobody, openDescriptors, thrownBy } from '../support.js'
import { useOwnNetwork } from './network.js'

useOwnNetwork()

let descriptors: number

beforeEach(() => {
  descriptors = openDescriptors()
})

afterEach(() => {
  expect(openDescriptors()).toBe(descriptors)
})

/** Makes a socket of any arguments at all. */
function make(...args: unknown[]): BareSocket {
  return Reflect.construct(BareSocket, args)
}

describe('new BareSocket', () => {
  test.each([
    ['ipv4', 'stream', undefined, { SO_DOMAIN: 2, SO_TYPE: 1, SO_PROTOCOL: 6 }],
    ['ipv4', undefined, 'tcp', { SO_DOMAIN: 2, SO_TYPE: 1, SO_PROTOCOL: 6 }],
    ['ipv6', 'stream', 'tcp', { SO_DOMAIN: 10, SO_TYPE: 1, SO_PROTOCOL: 6 }],
    ['ipv4', 'stream', 'mptcp', { SO_DOMAIN: 2, SO_TYPE: 1, SO_PROTOCOL: 262 }],
    ['ipv6', 'stream', 'mptcp', { SO_DOMAIN: 10, SO_TYPE: 1, SO_PROTOCOL: 262 }],
    ['ipv4', 'datagram', undefined, { SO_DOMAIN: 2, SO_TYPE: 2, SO_PROTOCOL: 17 }],
    ['ipv6', 'datagram', 'udp', { SO_DOMAIN: 10, SO_TYPE: 2, SO_PROTOCOL: 17 }],
    ['ipv4', 'datagram', 136, { SO_DOMAIN: 2, SO_TYPE: 2, SO_PROTOCOL: 136 }],
    ['unix', 'stream', undefined, { SO_DOMAIN: 1, SO_TYPE: 1, SO_PROTOCOL: 0 }],
    ['unix', 'datagram', 0, { SO_DOMAIN: 1, SO_TYPE: 2, SO_PROTOCOL: 0 }],
  ] as const)('makes %s %s %s sockets', (family, type, protocol, expected) => {
    using socket = new BareSocket(family, type, protocol)
    expect(socket).toMatchObject({ family, type: type ?? 'stream' })
    const names = ['SO_DOMAIN', 'SO_TYPE', 'SO_PROTOCOL'] as const
    expect(Object.fromEntries(names.map((name) => [name, getOption(socket, name)]))).toEqual(expected)
  })

  test.skipIf(!isRoot)(`makes raw sockets${isRoot ? '' : ' (needs root)'}`, () => {
    using icmp = new BareSocket('ipv4', 'raw', 1)
    using tcp = new BareSocket('ipv6', 'raw', 'tcp')
    expect([icmp, tcp].map((socket) => getOption(socket, 'SO_TYPE'))).toEqual([3, 3])
    expect([icmp, tcp].map((socket) => getOption(socket, 'SO_PROTOCOL'))).toEqual([1, 6])
  })

  test.skipIf(!isRoot)(`makes no raw socket for nobody${isRoot ? '' : ' (needs root to become nobody)'}`, async () => {
    const error = await inProcess(
      `try { new sockctl.BareSocket('ipv4', 'raw', 1) } catch ({ code, syscall, errno }) { report({ code, syscall, errno }) }`,
      nobody,
    )
    expect(error).toEqual({ code: 'EPERM', syscall: 'socket', errno: -1 })
  })

  test.each([
    ['no family', [], 'ERR_INVALID_ARG_VALUE'],
    ['an unknown family', ['ipv5'], 'ERR_INVALID_ARG_VALUE'],
    ["Node's word for a family", ['IPv4'], 'ERR_INVALID_ARG_VALUE'],
    ['a number for a family', [2], 'ERR_INVALID_ARG_VALUE'],
    ['an unknown type', ['ipv4', 'seqpacket'], 'ERR_INVALID_ARG_VALUE'],
    ['null for a type', ['ipv4', null], 'ERR_INVALID_ARG_VALUE'],
    ['an unknown protocol', ['ipv4', 'stream', 'sctp'], 'ERR_INVALID_ARG_VALUE'],
    ['a name of every object for a protocol', ['ipv4', 'stream', 'toString'], 'ERR_INVALID_ARG_VALUE'],
    ['null for a protocol', ['ipv4', 'stream', null], 'ERR_INVALID_ARG_VALUE'],
    ['udp for a stream', ['ipv4', 'stream', 'udp'], 'ERR_INVALID_ARG_VALUE'],
    ['tcp for datagrams', ['ipv4', 'datagram', 'tcp'], 'ERR_INVALID_ARG_VALUE'],
    ['mptcp for datagrams', ['ipv6', 'datagram', 'mptcp'], 'ERR_INVALID_ARG_VALUE'],
    ['a named protocol for Unix', ['unix', 'stream', 'tcp'], 'ERR_INVALID_ARG_VALUE'],
    ['a negative protocol', ['ipv4', 'stream', -1], 'ERR_OUT_OF_RANGE'],
    ['a fractional protocol', ['ipv4', 'stream', 6.5], 'ERR_OUT_OF_RANGE'],
    ['NaN for a protocol', ['ipv4', 'stream', Number.NaN], 'ERR_OUT_OF_RANGE'],
    ['a protocol beyond 31 bits', ['ipv4', 'stream', 2 ** 32 + 6], 'ERR_OUT_OF_RANGE'],
  ])('refuses %s', (_, args, code) => {
    expect(thrownBy(() => make(...args))).toHaveProperty('code', code)
  })

  test('passes on what the system says of a protocol', () => {
    const error = thrownBy(() => new BareSocket('ipv4', 'stream', 255))
    expect(error).toMatchObject({ code: 'EPROTONOSUPPORT', syscall: 'socket' })
    expect(error.errno).toBeLessThan(0)
  })

  test('sets no option of its own', () => {
    using socket = new BareSocket('ipv6')
    for (const name of ['SO_REUSEADDR', 'SO_REUSEPORT', 'SO_KEEPALIVE', 'TCP_NODELAY', 'IPV6_V6ONLY'] as const) {
      expect(getOption(socket, name)).toBe(false)
    }
  })

  test('makes a descriptor that a program does not inherit, and that does not block', () => {
    using socket = new BareSocket('ipv4')
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${socket.fd}`, 'utf8'))?.[1]
    expect(Number.parseInt(flags ?? '', 8) & 0o2004000).toBe(0o2004000)
    // The shell sees what a program that was started would have.
    const inherited = execFileSync('sh', ['-c', `test -e /proc/self/fd/${socket.fd} && echo yes || echo no`])
    expect(inherited.toString().trim()).toBe('no')
  })
})

describe('close', () => {
  test('closes once, however often it is called', () => {
    const socket = new BareSocket('ipv4')
    const { fd } = socket
    socket.close()
    expect(socket.fd).toBe(-1)
    using other = new BareSocket('ipv4')
    expect(other.fd).toBe(fd)
    socket.close()
    socket[Symbol.dispose]()
    expect(getOption(other, 'SO_TYPE')).toBe(1)
  })

  test('comes with the end of a block, also by an error', () => {
    let used: BareSocket | undefined
    const error = thrownBy(() => {
      using socket = new BareSocket('unix')
      used = socket
      socket.bind({ path: '/nonexistent/socket' })
    })
    expect(error).toHaveProperty('code', 'ENOENT')
    expect(used?.fd).toBe(-1)
  })
})

describe('detach', () => {
  test('gives the descriptor away, open and bound', () => {
    const socket = new BareSocket('ipv4')
    socket.bind({ address: '127.0.0.1' })
    const address = socket.address()
    const fd = socket.detach()
    expect(socket.fd).toBe(-1)
    socket.close()
    const adopted = new net.Socket({ fd, readable: false, writable: false })
    expect(adopted.address()).toMatchObject(address)
    adopted.destroy()
  })

  test('leaves the descriptor to be closed by others', () => {
    const fd = new BareSocket('ipv4').detach()
    expect(openDescriptors()).toBe(descriptors + 1)
    closeSync(fd)
  })
})

describe.each([
  ['close', (socket: BareSocket) => socket.close()],
  ['abort', (socket: BareSocket) => socket.abort()],
  ['detach', (socket: BareSocket) => closeSync(socket.detach())],
])('after %s', (_, end) => {
  test.each([
    ['bind', (socket: BareSocket) => socket.bind({ path: '/nonexistent' })],
    ['connect', (socket: BareSocket) => socket.connect({ path: '/nonexistent' })],
    ['listen', (socket: BareSocket) => socket.listen()],
    ['listen with an address', (socket: BareSocket) => socket.listen(1, { path: '/nonexistent' })],
    ['address', (socket: BareSocket) => socket.address()],
    ['peerAddress', (socket: BareSocket) => socket.peerAddress()],
    ['shutdown', (socket: BareSocket) => socket.shutdown('both')],
    ['detach', (socket: BareSocket) => socket.detach()],
  ])('%s throws ERR_SOCKET_CLOSED', (_, use) => {
    const socket = new BareSocket('unix')
    end(socket)
    expect(thrownBy(() => use(socket))).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
    expect(socket.fd).toBe(-1)
  })

  test('close does nothing', () => {
    const socket = new BareSocket('ipv4')
    end(socket)
    expect(() => socket.close()).not.toThrow()
  })
})
