import { closeSync, openSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { memory, native } from '../../lib/native.js'
import { families, types } from '../../lib/platform.js'
import { decodeAddress, encodeAddress } from '../../lib/sockaddr.js'
import { descriptorLinks, openSocket } from './frame.js'

const nonBlocking = 0o4000
const closeOnExec = 0o2000000
const [solSocket, soReuseAddress, soIncomingCpu, soPeekOff] = [1, 2, 49, 42]

/** The flags of open(2) that a descriptor has. */
function flagsOf(fd: number): number {
  const [, flags = ''] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? []
  return Number.parseInt(flags, 8)
}

function loopback(port: number): Uint8Array {
  return encodeAddress('ipv4', { address: '127.0.0.1', port })
}

function portOf(fd: number): number | undefined {
  const bytes = new Uint8Array(128)
  return decodeAddress(bytes.subarray(0, native.getsockname(fd, bytes))).port
}

let links: string[]

beforeEach(() => {
  links = descriptorLinks()
})

afterEach(() => {
  expect(descriptorLinks()).toEqual(links)
})

describe('socket', () => {
  const kinds = [
    ['ipv4', 'stream'],
    ['ipv4', 'datagram'],
    ['ipv6', 'stream'],
    ['ipv6', 'datagram'],
    ['unix', 'stream'],
    ['unix', 'datagram'],
  ] as const

  test.each(kinds)('makes %s %s sockets close-on-exec and non-blocking', (family, type) => {
    const fd = native.socket(families[family], types[type], 0)
    expect(flagsOf(fd) & (closeOnExec | nonBlocking)).toBe(closeOnExec | nonBlocking)
    native.close(fd)
  })

  test.each([
    ['an unknown family', 99, 1, 0, 'EAFNOSUPPORT'],
    ['a protocol of another type', 2, 1, 17, 'EPROTONOSUPPORT'],
    ['a type with flags that do not exist', 2, 0x40000001, 0, 'EINVAL'],
  ])('returns the errno for %s', (_, family, type, protocol, code) => {
    expect(native.socket(family, type, protocol)).toBe(errnoOf(code))
  })

  test('sets no option', () => {
    const fd = openSocket()
    expect(native.getInt(fd, solSocket, soReuseAddress)).toBe(0)
    expect(memory[0]).toBe(0)
    native.close(fd)
  })
})

describe('dup', () => {
  test('makes a close-on-exec descriptor of the same socket', () => {
    const fd = openSocket()
    const duplicate = native.dup(fd)
    expect(duplicate).not.toBe(fd)
    expect(flagsOf(duplicate) & (closeOnExec | nonBlocking)).toBe(closeOnExec | nonBlocking)
    expect(native.setInt(fd, solSocket, soReuseAddress, 1)).toBe(0)
    expect(native.getInt(duplicate, solSocket, soReuseAddress)).toBe(0)
    expect(memory[0]).toBe(1)
    for (const opened of [fd, duplicate]) native.close(opened)
  })

  test('makes a descriptor that outlives the first', () => {
    const fd = openSocket()
    expect(native.listen(fd, 1, loopback(0))).toBe(0)
    const port = portOf(fd)
    const duplicate = native.dup(fd)
    expect(native.close(fd)).toBe(0)
    expect(portOf(duplicate)).toBe(port)
    expect(native.close(duplicate)).toBe(0)
  })
})

describe('close and replace', () => {
  test('leave alone what has got the number of a socket that somebody else closed', () => {
    const [fd, other] = [openSocket(), openSocket()]
    closeSync(fd)
    const stranger = openSync('/dev/null', 'r')
    expect(stranger).toBe(fd)
    expect(native.replace(fd, other)).toBe(errnoOf('EBADF'))
    expect(native.close(fd)).toBe(errnoOf('EBADF'))
    closeSync(stranger)
    native.close(other)
  })
})

describe('networkNamespace', () => {
  test('makes a close-on-exec descriptor', () => {
    const fd = native.networkNamespace()
    expect(flagsOf(fd) & closeOnExec).toBe(closeOnExec)
    native.close(fd)
  })
})

describe('getInt', () => {
  test('reads -1, which is no error', () => {
    const fd = native.socket(families.unix, types.datagram, 0)
    for (const name of [soPeekOff, soIncomingCpu]) {
      memory[0] = 7
      expect(native.getInt(fd, solSocket, name)).toBe(0)
      expect(memory[0]).toBe(-1)
    }
    native.close(fd)
  })

  test('reads the numbers that are errnos when negated', () => {
    const fd = native.socket(families.unix, types.datagram, 0)
    for (const value of [0, 1, 22, 92, 2 ** 31 - 1]) {
      expect(native.setInt(fd, solSocket, soPeekOff, value)).toBe(0)
      expect(native.getInt(fd, solSocket, soPeekOff)).toBe(0)
      expect(memory[0]).toBe(value)
    }
    native.close(fd)
  })

  test('leaves the memory alone when it fails', () => {
    memory[0] = 7
    expect(native.getInt(-1, solSocket, soReuseAddress)).toBe(errnoOf('EBADF'))
    expect(memory[0]).toBe(7)
  })

  test('returns ENOPROTOOPT for an option that does not exist', () => {
    const fd = openSocket()
    expect(native.getInt(fd, solSocket, 9999)).toBe(errnoOf('ENOPROTOOPT'))
    native.close(fd)
  })
})

describe('getsockopt', () => {
  test('writes no more than there is room for, and returns that length', () => {
    const fd = openSocket()
    const room = new Uint8Array(16).fill(7)
    expect(native.getsockopt(fd, solSocket, soReuseAddress, room.subarray(4, 8))).toBe(4)
    expect([...room]).toEqual([7, 7, 7, 7, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7])
    expect(native.getsockopt(fd, solSocket, soReuseAddress, room.subarray(0, 0))).toBe(0)
    native.close(fd)
  })
})

describe('getsockname', () => {
  test('writes no more than there is room for, and returns the length of the whole', () => {
    const fd = openSocket()
    native.bind(fd, loopback(0))
    const room = new Uint8Array(32).fill(7)
    expect(native.getsockname(fd, room.subarray(0, 2))).toBe(16)
    expect([...room.subarray(0, 4)]).toEqual([2, 0, 7, 7])
    native.close(fd)
  })
})

describe('listen', () => {
  test('without an address listens on the port that the socket has', () => {
    const fd = openSocket()
    native.bind(fd, loopback(0))
    const port = portOf(fd)
    expect(native.listen(fd, 1)).toBe(0)
    expect(portOf(fd)).toBe(port)
    native.close(fd)
  })

  test('says in the memory that it was bind() that failed', () => {
    const [first, second] = [openSocket(), openSocket()]
    expect(native.listen(first, 1, loopback(0))).toBe(0)
    expect(memory[0]).toBe(0)
    expect(native.listen(second, 1, loopback(portOf(first) ?? 0))).toBe(errnoOf('EADDRINUSE'))
    expect(memory[0]).toBe(1)
    for (const fd of [first, second]) native.close(fd)
  })

  test('says in the memory that it was listen() that failed', () => {
    const datagrams = native.socket(families.ipv4, types.datagram, 0)
    memory[0] = 1
    expect(native.listen(datagrams, 1, loopback(0))).toBe(errnoOf('EOPNOTSUPP'))
    expect(memory[0]).toBe(0)
    expect(portOf(datagrams)).toBeGreaterThan(0)
    native.close(datagrams)
  })

  test('says so where both fail with the same number', () => {
    const [first, second] = [openSocket(), openSocket()]
    for (const fd of [first, second]) native.setInt(fd, solSocket, soReuseAddress, 1)
    native.bind(first, loopback(0))
    const address = loopback(portOf(first) ?? 0)
    expect(native.bind(second, address)).toBe(0)
    expect(native.listen(first, 1)).toBe(0)
    expect(native.listen(second, 1)).toBe(errnoOf('EADDRINUSE'))
    expect(memory[0]).toBe(0)
    const third = openSocket()
    expect(native.listen(third, 1, address)).toBe(errnoOf('EADDRINUSE'))
    expect(memory[0]).toBe(1)
    for (const fd of [first, second, third]) native.close(fd)
  })
})
