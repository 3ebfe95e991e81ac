import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { native } from '../../lib/native.js'
import { built, inProcess, isRoot, nobody } from '../support.js'
import { currentNamespace, descriptorLinks, openSocket } from './frame.js'

const loopback = Number(readFileSync('/sys/class/net/lo/ifindex', 'utf8'))

let links: string[]

beforeEach(() => {
  links = descriptorLinks()
})

afterEach(() => {
  expect(descriptorLinks()).toEqual(links)
})

describe('interfaceIndex', () => {
  test('gives the index that the kernel has for an interface', () => {
    expect(native.interfaceIndex(Buffer.from('lo'))).toBe(loopback)
  })

  test.each(['', 'no-such-one', 'fifteen-letters', 'sixteen-letters!', 'x'.repeat(1000)])(
    'returns ENODEV for %j, which names no interface',
    (name) => {
      expect(native.interfaceIndex(Buffer.from(name))).toBe(errnoOf('ENODEV'))
    },
  )

  test.each(['lo\0', 'lo\0x'])('returns ENODEV for %j, which has a zero byte in it', (name) => {
    expect(native.interfaceIndex(Buffer.from(name))).toBe(errnoOf('ENODEV'))
  })
})

describe('interfaceName', () => {
  test('gives the name for the index that interfaceIndex gave', () => {
    const name = new Uint8Array(16)
    const length = native.interfaceName(native.interfaceIndex(Buffer.from('lo')), name)
    expect(Buffer.from(name.subarray(0, length)).toString()).toBe('lo')
  })

  test('writes the name and nothing else', () => {
    const name = new Uint8Array(16).fill(7)
    expect(native.interfaceName(loopback, name)).toBe(2)
    expect([...name.subarray(2)]).toEqual(Array(14).fill(7))
  })

  test('writes no more than there is room for', () => {
    const memory = new Uint8Array(8)
    expect(native.interfaceName(loopback, memory.subarray(3, 4))).toBe(1)
    expect([...memory]).toEqual([0, 0, 0, 'l'.charCodeAt(0), 0, 0, 0, 0])
  })

  test.each([0, -1, -(2 ** 31), 2 ** 31 - 1])('returns ENXIO for %s, which is no index', (index) => {
    expect(native.interfaceName(index, new Uint8Array(16))).toBe(errnoOf('ENXIO'))
  })
})

describe('networkNamespace', () => {
  test('opens the namespace of this thread', () => {
    const fd = native.networkNamespace()
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe(currentNamespace())
    native.close(fd)
  })
})

describe.skipIf(!isRoot)(`createNetworkNamespace${isRoot ? '' : ' (needs root)'}`, () => {
  test('makes a namespace of its own and leaves the caller where it was', () => {
    const home = currentNamespace()
    const fds = [native.createNetworkNamespace(), native.createNetworkNamespace()]
    const all = fds.map((fd) => readlinkSync(`/proc/self/fd/${fd}`))
    expect(currentNamespace()).toBe(home)
    expect(new Set([home, ...all]).size).toBe(3)
    for (const fd of fds) native.close(fd)
  })

  test('makes a namespace with nothing in it but a loopback interface that is up', () => {
    const [home, fd] = [native.networkNamespace(), native.createNetworkNamespace()]
    expect(native.setNetworkNamespace(fd)).toBe(0)
    const inside = networkInterfaces()
    expect(native.setNetworkNamespace(home)).toBe(0)
    expect(Object.keys(inside)).toEqual(['lo'])
    expect(inside.lo?.map(({ address }) => address)).toContain('127.0.0.1')
    for (const opened of [home, fd]) native.close(opened)
  })
})

describe('createNetworkNamespace in a user namespace that owns no network', () => {
  const program = `
    import { readlinkSync } from 'node:fs'
    import { native } from '${built}native.js'
    const home = readlinkSync('/proc/thread-self/ns/net')
    const created = native.createNetworkNamespace()
    console.log(created, readlinkSync('/proc/thread-self/ns/net') === home)`
  const inUserNamespace = ['--user', '--map-root-user', process.execPath, '--input-type=module', '--eval', program]
  const { status, stdout } = spawnSync('unshare', inUserNamespace, { encoding: 'utf8' })

  test.skipIf(status !== 0)('makes none that there is no way back from (needs user namespaces)', () => {
    expect(stdout.trim()).toBe(`${errnoOf('EPERM')} true`)
  })
})

describe.skipIf(!isRoot)(`setNetworkNamespace${isRoot ? '' : ' (needs root)'}`, () => {
  test('moves this thread there and back', () => {
    const before = currentNamespace()
    const [home, fd] = [native.networkNamespace(), native.createNetworkNamespace()]
    expect(native.setNetworkNamespace(fd)).toBe(0)
    const away = currentNamespace()
    expect(native.setNetworkNamespace(home)).toBe(0)
    expect(away).toBe(readlinkSync(`/proc/self/fd/${fd}`))
    expect(currentNamespace()).toBe(before)
    for (const opened of [home, fd]) native.close(opened)
  })

  test('leaves sockets in the namespace that they were made in', () => {
    const [home, fd] = [native.networkNamespace(), native.createNetworkNamespace()]
    const outer = openSocket()
    native.setNetworkNamespace(fd)
    const inner = openSocket()
    native.setNetworkNamespace(home)
    const cookies = [outer, inner].map((socket) => {
      const cookie = new Uint8Array(8)
      // SO_NETNS_COOKIE
      expect(native.getsockopt(socket, 1, 71, cookie)).toBe(8)
      return Buffer.from(cookie).toString('hex')
    })
    expect(cookies[0]).not.toBe(cookies[1])
    for (const opened of [home, fd, outer, inner]) native.close(opened)
  })
})

describe.skipIf(!isRoot)(`an unprivileged user${isRoot ? '' : ' (needs root to become one)'}`, () => {
  test('gets EPERM, no descriptor, and stays', async () => {
    const answer = await inProcess<{ results: number[]; stayed: boolean; opened: number }>(
      `
      import { readdirSync, readlinkSync } from 'node:fs'
      import { native } from '${built}native.js'
      const here = () => readlinkSync('/proc/thread-self/ns/net')
      const before = [here(), readdirSync('/proc/self/fd').length]
      const own = native.networkNamespace()
      const results = [native.createNetworkNamespace(), native.setNetworkNamespace(own)]
      native.close(own)
      report({ results, stayed: here() === before[0], opened: readdirSync('/proc/self/fd').length - before[1] })`,
      nobody,
    )
    expect(answer).toEqual({ results: [errnoOf('EPERM'), errnoOf('EPERM')], stayed: true, opened: 0 })
  })
})
