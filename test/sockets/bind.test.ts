import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { type AddressInput, BareSocket, setOption } from '../../lib/index.js'
import type { Family } from '../../lib/platform.js'
import { inProcess, isRoot, nobody, thrownBy } from '../support.js'
import { portOf, useOwnNetwork } from './network.js'

useOwnNetwork()

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('bind', () => {
  test.each([
    ['ipv4', {}, { family: 'IPv4', address: '0.0.0.0' }],
    ['ipv4', { address: '127.1.2.3' }, { family: 'IPv4', address: '127.1.2.3' }],
    ['ipv4', { address: undefined, port: undefined }, { family: 'IPv4', address: '0.0.0.0' }],
    ['ipv6', {}, { family: 'IPv6', address: '::' }],
    ['ipv6', { address: '::1' }, { family: 'IPv6', address: '::1' }],
    ['ipv6', { address: '::ffff:127.0.0.1' }, { family: 'IPv6', address: '::ffff:127.0.0.1' }],
    ['ipv6', { address: '0:0:0:0:0:ffff:7f00:1' }, { family: 'IPv6', address: '::ffff:127.0.0.1' }],
  ] as const)('of %s to %j gives that address and a port', (family, address, expected) => {
    for (const type of ['stream', 'datagram'] as const) {
      using socket = new BareSocket(family, type)
      expect(socket.address()).toMatchObject({ port: 0 })
      socket.bind(address)
      expect(socket.address()).toMatchObject(expected)
      expect(portOf(socket)).toBeGreaterThan(0)
    }
  })

  test('takes the port that it is told, and no argument at all', () => {
    using first = new BareSocket('ipv4')
    first.bind()
    using second = new BareSocket('ipv4')
    second.bind({ address: '127.0.0.1', port: 40_000 })
    expect(second.address()).toEqual({ family: 'IPv4', address: '127.0.0.1', port: 40_000 })
  })

  test('of Unix sockets makes the file, or none for an abstract name', () => {
    using file = new BareSocket('unix')
    const path = join(folder, 'bound')
    expect(file.address()).toEqual({ family: 'unix', path: '' })
    file.bind({ path })
    expect(statSync(path).isSocket()).toBe(true)
    expect(file.address()).toEqual({ family: 'unix', path })
    using abstract = new BareSocket('unix', 'datagram')
    const name = '\0sockctl\0with a zero\0'
    abstract.bind({ path: name })
    expect(abstract.address()).toEqual({ family: 'unix', path: name })
  })

  test('takes paths up to what the kernel has room for', () => {
    const [longest, tooLong] = [107, 108].map((length) => join(folder, 'x'.repeat(length - folder.length - 1)))
    using socket = new BareSocket('unix')
    expect(thrownBy(() => socket.bind({ path: tooLong as string }))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    socket.bind({ path: longest as string })
    expect(socket.address().path).toBe(longest)
  })

  test.each([
    ['an address of the other family', 'ipv4', { address: '::1' }, 'ERR_INVALID_ADDRESS_FAMILY'],
    ['an IPv4 address', 'ipv6', { address: '127.0.0.1' }, 'ERR_INVALID_ADDRESS_FAMILY'],
    ['an address that is none', 'ipv4', { address: '127.0.0.256' }, 'ERR_INVALID_IP_ADDRESS'],
    ['a name', 'ipv4', { address: 'localhost' }, 'ERR_INVALID_IP_ADDRESS'],
    ['an empty address', 'ipv4', { address: '' }, 'ERR_INVALID_IP_ADDRESS'],
    ['a number for an address', 'ipv4', { address: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['null for an address', 'ipv4', { address: null }, 'ERR_INVALID_ARG_TYPE'],
    ['null', 'ipv4', null, 'ERR_INVALID_ARG_TYPE'],
    ['a string', 'ipv4', '127.0.0.1', 'ERR_INVALID_ARG_TYPE'],
    ['an array', 'ipv4', ['127.0.0.1'], 'ERR_INVALID_ARG_TYPE'],
    ['a negative port', 'ipv4', { port: -1 }, 'ERR_SOCKET_BAD_PORT'],
    ['a port beyond 16 bits', 'ipv4', { port: 65_536 }, 'ERR_SOCKET_BAD_PORT'],
    ['a fractional port', 'ipv4', { port: 0.5 }, 'ERR_SOCKET_BAD_PORT'],
    ['NaN for a port', 'ipv4', { port: Number.NaN }, 'ERR_SOCKET_BAD_PORT'],
    ['a string for a port', 'ipv4', { port: '80' }, 'ERR_INVALID_ARG_TYPE'],
    ['a path', 'ipv4', { path: '/x' }, 'ERR_INVALID_ARG_VALUE'],
    ['no path', 'unix', {}, 'ERR_INVALID_ARG_TYPE'],
    ['an empty path', 'unix', { path: '' }, 'ERR_INVALID_ARG_VALUE'],
    ['a path with a zero in it', 'unix', { path: '/a\0b' }, 'ERR_INVALID_ARG_VALUE'],
    ['a buffer for a path', 'unix', { path: Buffer.from('/a') }, 'ERR_INVALID_ARG_TYPE'],
  ] as const)('refuses %s before it asks the system', (_, family, address, code) => {
    const socket = new BareSocket(family as Family)
    socket.close()
    // Asked first, the closed socket would be the error.
    expect(thrownBy(() => socket.bind(address as AddressInput))).toHaveProperty('code', code)
    expect(thrownBy(() => socket.listen(1, address as AddressInput))).toHaveProperty('code', code)
  })

  test('throws EADDRINUSE with address and port for what is taken', () => {
    using first = new BareSocket('ipv4')
    using second = new BareSocket('ipv4')
    first.bind({ address: '127.0.0.1' })
    const port = portOf(first)
    const error = thrownBy(() => second.bind({ address: '127.0.0.1', port }))
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      code: 'EADDRINUSE',
      errno: errnoOf('EADDRINUSE'),
      syscall: 'bind',
      address: '127.0.0.1',
      port,
    })
  })

  test('throws EINVAL for a socket that has an address already', () => {
    using socket = new BareSocket('ipv4')
    socket.bind()
    expect(thrownBy(() => socket.bind())).toMatchObject({ code: 'EINVAL', syscall: 'bind' })
  })

  test.each([
    ['ipv4', '192.0.2.1'],
    ['ipv6', '2001:db8::1'],
  ] as const)('of %s throws EADDRNOTAVAIL for an address of another host', (family, address) => {
    using socket = new BareSocket(family)
    expect(thrownBy(() => socket.bind({ address, port: 7777 }))).toMatchObject({
      code: 'EADDRNOTAVAIL',
      syscall: 'bind',
      address,
      port: 7777,
    })
  })

  test('of a Unix socket throws EADDRINUSE for a file that exists, and the path is the address', () => {
    using socket = new BareSocket('unix')
    expect(thrownBy(() => socket.bind({ path: folder }))).toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'bind',
      address: folder,
    })
  })

  test.skipIf(!isRoot)(`throws EACCES for nobody${isRoot ? '' : ' (needs root to become nobody)'}`, async () => {
    const errors = await inProcess(
      `
      const caught = (run) => { try { run() } catch ({ code, syscall, port }) { return { code, syscall, port } } }
      report([
        caught(() => new sockctl.BareSocket('ipv4').bind({ address: '127.0.0.1', port: 600 })),
        caught(() => new sockctl.BareSocket('ipv4').listen(1, { port: 600 })),
        caught(() => new sockctl.BareSocket('unix').bind({ path: '/sockctl' })),
      ])`,
      nobody,
    )
    const refused = { code: 'EACCES', syscall: 'bind', port: 600 }
    expect(errors).toEqual([refused, refused, { code: 'EACCES', syscall: 'bind' }])
  })
})

describe('listen', () => {
  test('binds and listens in one step, on the address that it is given', () => {
    using socket = new BareSocket('ipv4')
    socket.listen(5, { address: '127.0.0.1', port: 40_001 })
    expect(socket.address()).toMatchObject({ address: '127.0.0.1', port: 40_001 })
  })

  test('says bind where the port is taken, and nothing is bound', () => {
    using first = new BareSocket('ipv4')
    first.listen(1, { address: '127.0.0.1' })
    const port = portOf(first)
    using second = new BareSocket('ipv4')
    const error = thrownBy(() => second.listen(1, { address: '127.0.0.1', port }))
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', address: '127.0.0.1', port })
    expect(second.address().port).toBe(0)
  })

  test('says listen where somebody else came first with the same address', () => {
    using first = new BareSocket('ipv4')
    using second = new BareSocket('ipv4')
    for (const socket of [first, second]) setOption(socket, 'SO_REUSEADDR', true)
    first.bind({ address: '127.0.0.1' })
    const port = portOf(first)
    second.listen(1, { address: '127.0.0.1', port })
    expect(thrownBy(() => first.listen())).toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' })
  })

  test('says listen for a kind of socket that cannot', () => {
    using socket = new BareSocket('ipv4', 'datagram')
    const error = thrownBy(() => socket.listen(1, { address: '127.0.0.1' }))
    expect(error).toMatchObject({ syscall: 'listen', errno: errnoOf('EOPNOTSUPP') })
  })

  test.each([
    [-1, 'ERR_OUT_OF_RANGE'],
    [1.5, 'ERR_OUT_OF_RANGE'],
    [2 ** 31, 'ERR_OUT_OF_RANGE'],
    [Number.NaN, 'ERR_OUT_OF_RANGE'],
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses a backlog of %j', (backlog, code) => {
    using socket = new BareSocket('ipv4')
    expect(thrownBy(() => socket.listen(backlog as number))).toHaveProperty('code', code)
    expect(socket.address().port).toBe(0)
  })
})
