import net from 'node:net'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Family } from '../lib/platform.js'
import { decodeAddress, encodeAddress } from '../lib/sockaddr.js'
import { BareSocket } from '../lib/sockets/index.js'
import { thrownBy } from './support.js'

describe('encodeAddress', () => {
  const port = fc.integer({ min: 0, max: 65535 })

  test('is read back by decodeAddress', () => {
    fc.assert(
      fc.property(fc.ipV4(), port, (address, number) => {
        const decoded = decodeAddress(encodeAddress('ipv4', { address, port: number }))
        expect(decoded).toEqual({ family: 'IPv4', address, port: number })
      }),
    )
    fc.assert(
      fc.property(fc.ipV6(), port, (address, number) => {
        const decoded = decodeAddress(encodeAddress('ipv6', { address, port: number }))
        expect(decoded).toEqual({
          family: 'IPv6',
          address: new net.SocketAddress({ address, family: 'ipv6' }).address,
          port: number,
        })
      }),
    )
  })

  test('has the form of struct sockaddr_in and sockaddr_in6', () => {
    const ipv4 = encodeAddress('ipv4', { address: '192.0.2.1', port: 0x1234 })
    expect(Buffer.from(ipv4.subarray(2)).toString('hex')).toBe('1234c00002010000000000000000')
    const ipv6 = encodeAddress('ipv6', { address: '2001:db8::1', port: 0x1234 })
    expect(Buffer.from(ipv6.subarray(2)).toString('hex')).toBe(
      `1234${'00000000'}20010db8${'0'.repeat(23)}1${'00000000'}`,
    )
  })

  test.each([
    ['ipv4', { family: 'IPv4', address: '0.0.0.0', port: 0 }],
    ['ipv6', { family: 'IPv6', address: '::', port: 0 }],
  ] as const)('stands for the wildcard address and port 0 by default: %s', (family, address) => {
    expect(decodeAddress(encodeAddress(family, {}))).toEqual(address)
  })

  test.each([
    ['ipv4', '127.0.0.1'],
    ['ipv6', '::1'],
  ] as const)('is what the kernel understands: %s', (family, address) => {
    using socket = new BareSocket(family)
    socket.bind({ address })
    expect(socket.address()).toMatchObject({ address, port: expect.toSatisfy((port: number) => port > 0) })
  })

  const refused: Record<string, [Family, unknown][]> = {
    ERR_INVALID_ARG_TYPE: [
      ...[undefined, null, '127.0.0.1', 80, [], () => {}].map((input): [Family, unknown] => ['ipv4', input]),
      ...[null, 1, {}, ['127.0.0.1'], Buffer.from('::1')].map((address): [Family, unknown] => ['ipv4', { address }]),
      ...['80', '', null, true, 80n, {}, [80]].map((port): [Family, unknown] => ['ipv6', { port }]),
    ],
    ERR_SOCKET_BAD_PORT: [-1, 65536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32].map((port) => [
      'ipv4',
      { port },
    ]),
    ERR_INVALID_ADDRESS_FAMILY: [
      ['ipv4', { address: '::1' }],
      ['ipv4', { address: '::ffff:127.0.0.1' }],
      ['ipv6', { address: '127.0.0.1' }],
    ],
    ERR_INVALID_IP_ADDRESS: [
      '',
      'localhost',
      '256.0.0.1',
      '1.2.3',
      '127.0.0.1:80',
      '[::1]',
      ' ::1',
      '::g',
      '1::2::3',
    ].map((address) => ['ipv4', { address }]),
    ERR_INVALID_ARG_VALUE: [
      ['ipv4', { path: '/tmp/x' }],
      ['ipv6', { path: '', address: '::1' }],
    ],
  }

  test.each(Object.entries(refused))("refuses with Node's %s", (code, cases) => {
    for (const [family, input] of cases) {
      expect(
        thrownBy(() => encodeAddress(family, input)),
        inspect(input),
      ).toHaveProperty('code', code)
    }
  })

  test('says which property is wrong', () => {
    expect(thrownBy(() => encodeAddress('ipv4', { port: -1 }, 'options.local')).message).toContain('options.local.port')
  })
})

describe('decodeAddress', () => {
  test('refuses a family that is none of its own', () => {
    const error = thrownBy(() => decodeAddress(Uint8Array.of(16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ADDRESS_FAMILY')
  })
})
