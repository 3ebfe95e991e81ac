import { readdirSync, readlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { native } from '../../lib/native.js'
import { families, types } from '../../lib/platform.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { descriptorLinks, openSocket } from './frame.js'

let links: string[]

beforeEach(() => {
  links = descriptorLinks()
})

afterEach(() => {
  expect(descriptorLinks()).toEqual(links)
})

/** The sockets of this process by /proc: descriptor and inode. */
function ownSockets(): number[][] {
  return readdirSync('/proc/self/fd')
    .map((fd) => [Number(fd), socketInode(fd)])
    .filter(([, inode]) => inode !== 0)
    .sort(([one = 0], [other = 0]) => one - other)
}

function socketInode(fd: string): number {
  try {
    return Number(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? 0)
  } catch {
    // The descriptor of the listing itself.
    return 0
  }
}

describe('processSockets', () => {
  test('writes the descriptor and the inode of each socket', () => {
    const fds = [openSocket(), openSocket()]
    const pairs = new Uint32Array(2000)
    const count = native.processSockets(process.pid, new Uint8Array(pairs.buffer))
    const found = Array.from({ length: count }, (_, index) => [...pairs.subarray(2 * index, 2 * index + 2)])
    expect(found).toEqual(ownSockets())
    for (const fd of fds) native.close(fd)
  })

  test('counts what has no room, and writes nothing beyond it', () => {
    const fds = Array.from({ length: 9 }, openSocket)
    const bytes = new Uint8Array(20).fill(7)
    expect(native.processSockets(process.pid, bytes.subarray(0, 19))).toBe(ownSockets().length)
    expect([...bytes.subarray(16)]).toEqual([7, 7, 7, 7])
    for (const fd of fds) native.close(fd)
  })

  test.each([-1, 2 ** 31 - 1])('returns ENOENT for %i, which is no process', (pid) => {
    expect(native.processSockets(pid, new Uint8Array(8))).toBe(errnoOf('ENOENT'))
  })
})

describe('send and receive', () => {
  test('carry a datagram, whose whole length is told where there was no room for it', () => {
    const [one, other] = [0, 0].map(() => native.socket(families.unix, types.datagram, 0)) as [number, number]
    const address = encodeAddress('unix', { path: `\0sockctl-send-${process.pid}` })
    expect(native.bind(other, address)).toBe(0)
    expect(native.connect(one, address)).toBe(0)
    expect(native.send(one, Uint8Array.of(1, 2, 3))).toBe(3)
    const target = new Uint8Array(2)
    expect(native.receive(other, target)).toBe(3)
    expect([...target]).toEqual([1, 2])
    for (const fd of [one, other]) native.close(fd)
  })

  test('do not wait', () => {
    const fd = native.socket(families.unix, types.datagram, 0)
    expect(native.bind(fd, encodeAddress('unix', { path: `\0sockctl-receive-${process.pid}` }))).toBe(0)
    expect(native.receive(fd, new Uint8Array(1))).toBe(errnoOf('EAGAIN'))
    native.close(fd)
  })
})

describe('openProcess and getProcessDescriptor', () => {
  test('duplicate a descriptor of the process', () => {
    const fd = openSocket()
    const self = native.openProcess(process.pid)
    const duplicate = native.getProcessDescriptor(self, fd)
    expect(readlinkSync(`/proc/self/fd/${duplicate}`)).toBe(readlinkSync(`/proc/self/fd/${fd}`))
    for (const open of [fd, self, duplicate]) expect(native.close(open)).toBe(0)
  })

  test('return the errno of what does not exist', () => {
    const self = native.openProcess(process.pid)
    expect(native.openProcess(2 ** 31 - 1)).toBe(errnoOf('ESRCH'))
    expect(native.getProcessDescriptor(self, 9999)).toBe(errnoOf('EBADF'))
    native.close(self)
    expect(native.getProcessDescriptor(self, 0)).toBe(errnoOf('EBADF'))
  })
})
