import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { connectionBudget } from '../../lib/diag.js'
import { BareSocket, connect } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot, rejectionOf, thrownBy } from '../support.js'
import { bound, later, only, served } from './situations.js'

useOwnNetwork()

const loopback = ['::1', '0:0:0:0:0:0:0:1', '0::0001', '::0:1']
const mapped = ['::ffff:127.0.0.1', '::FFFF:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:7f00:0001']

describe('explainAddressInUse, of an address with several spellings', () => {
  test.each([
    ...loopback.map((address) => [address, '::1', 'bound'] as const),
    ...mapped.map((address) => [address, '127.0.0.1', 'bound'] as const),
    ...['::', '::0', '0:0:0:0:0:0:0:0'].map((address) => [address, '127.0.0.1', 'dual-stack'] as const),
    ...['::ffff:0.0.0.0', '::ffff:0:0'].map((address) => [address, '127.0.0.1', 'wildcard'] as const),
  ])('names what keeps %s from a port of %s', (address, other, kind) => {
    const { port } = bound({ address: other })
    expect(thrownBy(() => bound({ address, port })).code).toBe('EADDRINUSE')
    expect(only(kind, { address, port })).toMatchObject({ blocks: true, sockets: [{ localAddress: other }] })
  })

  test('takes a peer of IPv4 beside each spelling of the IPv6 wildcard', () => {
    const remote = { remoteAddress: '127.0.0.1', remotePort: 1 }
    for (const address of ['::', '::0']) only('nothing', { address, ...remote })
  })
})

const link = 'fe80::77'

describe.skipIf(!isRoot)(`explainAddressInUse, of an address of the link${isRoot ? '' : ' (needs root)'}`, () => {
  const spellings = () => [`${link}%lo`, 'FE80::0077%lo', `${link}%${native.interfaceIndex(Buffer.from('lo'))}`]

  test('knows it with its interface by name or by index', () => {
    execFileSync('ip', ['-6', 'address', 'replace', `${link}/64`, 'dev', 'lo', 'nodad'])
    const { port } = bound({ address: `${link}%lo` })
    for (const address of spellings()) {
      expect(thrownBy(() => bound({ address, port })).code).toBe('EADDRINUSE')
      only('bound', { address, port })
    }
  })

  test('names the connection that has its four-tuple already', async () => {
    execFileSync('ip', ['-6', 'address', 'replace', `${link}/64`, 'dev', 'lo', 'nodad'])
    const host = `${link}%lo`
    const { port } = await served({ port: 0, host })
    const first = await connect({ host, port, localAddress: host, reuseAddress: true })
    later(() => void first.resetAndDestroy())
    const { localPort = 0 } = first
    const error = await rejectionOf(connect({ host, port, localAddress: host, localPort, reuseAddress: true }))
    expect(error.code).toBe('EADDRNOTAVAIL')
    expect(only('four-tuple', error).sockets).toMatchObject([{ localPort, interface: 'lo' }])
    const ports = { localPort, close: 'abort' } as const
    for (const localAddress of spellings()) {
      const { held } = connectionBudget({ ...ports, localAddress, remoteAddress: host, remotePort: port })
      expect(held).toMatchObject({ live: 1, free: 0 })
    }
  })
})

describe('connectionBudget, of an address with several spellings', () => {
  test('counts a local address once', () => {
    const count = (localAddress: string[]) => connectionBudget({ localAddress }).atOnce
    expect(count([...loopback])).toBe(count(['::1']))
  })

  test('knows loopback', () => {
    for (const remoteAddress of [...loopback, ...mapped]) {
      expect(connectionBudget({ remoteAddress }).isLoopback).toBe(true)
    }
  })

  test('finds what is held at each of them', () => {
    using socket = new BareSocket('ipv6')
    socket.bind({ address: '::1' })
    const { port: localPort = 0 } = socket.address()
    for (const localAddress of loopback) {
      const { held } = connectionBudget({ localAddress, localPort, remoteAddress: '::1', remotePort: 1 })
      expect(held).toMatchObject({ bound: 1, free: 0 })
    }
  })
})
