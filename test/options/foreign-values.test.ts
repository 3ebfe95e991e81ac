import { endianness } from 'node:os'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bytesCodecs } from '../../lib/options/codec.js'
import { decodePeerCredentials } from '../../lib/options/xucred.js'
import { thrownBy } from '../support.js'
import { type Put, structure } from './structure.js'

const little = endianness() === 'LE'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('LOCAL_PEERCRED', () => {
  const puts: Put[] = [
    [4, 4, 501],
    [8, 2, 3],
    [12, 4, 20],
    [16, 4, 12],
    [20, 4, 4_294_967_294],
  ]
  const uid = 501
  const groups = [20, 12, 4_294_967_294]

  test('tells user and groups on macOS', () => {
    expect(decodePeerCredentials(structure(76, puts))).toEqual({ uid, groups })
  })

  test.each([
    [88, 80],
    [80, 76],
  ])('tells the process too on FreeBSD, in a structure of %i bytes', (size, offset) => {
    expect(decodePeerCredentials(structure(size, [...puts, [offset, 4, 4711]]))).toEqual({ uid, groups, pid: 4711 })
    expect(decodePeerCredentials(structure(size, puts))).toEqual({ uid, groups })
  })

  test('takes any bytes', () => {
    for (let size = 0; size < 100; size++) expect(() => decodePeerCredentials(Buffer.alloc(size, 1))).not.toThrow()
  })

  test.each([-1, 17, 32_767])('has 16 groups at most, whatever count the bytes have: %i', (count) => {
    const { groups: read } = decodePeerCredentials(structure(76, [[8, 2, count]]))
    expect(read).toHaveLength(count < 0 ? 0 : 16)
  })
})

describe('SO_ACCEPTFILTER', () => {
  const { decode, encode } = bytesCodecs.accept_filter

  test('has its name in 16 bytes and its argument in 240', () => {
    const bytes = Buffer.from(encode({ name: 'httpready', argument: 'abc' }, 'filter'))
    expect(bytes).toHaveLength(256)
    expect(bytes.toString('latin1').replace(/\0+/g, '|')).toBe('httpready|abc|')
    expect(bytes.indexOf('abc')).toBe(16)
    expect(decode(bytes)).toEqual({ name: 'httpready', argument: 'abc' })
    expect(decode(Buffer.from(encode({ name: 'dataready' }, 'filter')))).toEqual({ name: 'dataready' })
  })

  test.each([{ name: 'x'.repeat(16) }, { name: 'a\0b' }, { name: 'a', argument: 'x'.repeat(240) }])(
    'does not take %j',
    (value) => {
      expect(thrownBy(() => encode(value, 'filter'))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    },
  )
})

describe('TCP_FUNCTION_BLK', () => {
  const { decode, encode } = bytesCodecs.tcp_stack

  test('has its name in 32 bytes and tells the number of connections', () => {
    const bytes = Buffer.from(encode({ name: 'rack' }, 'stack'))
    expect(bytes).toHaveLength(36)
    expect(decode(bytes)).toEqual({ name: 'rack', connections: 0 })
    expect(decode(Buffer.concat([bytes.subarray(0, 32), structure(4, [[0, 4, 12]])]))).toHaveProperty('connections', 12)
    expect(thrownBy(() => encode({ name: 'x'.repeat(32) }, 'stack'))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })
})

describe('TCP_LOGID', () => {
  const { decode, encode } = bytesCodecs.log_id

  test('has 63 bytes at most', () => {
    for (const text of ['', 'a', 'ä'.repeat(31)]) expect(decode(Buffer.from(encode(text, 'id')))).toBe(text)
    expect(encode('x'.repeat(63), 'id')).toHaveLength(63)
    expect(thrownBy(() => encode('x'.repeat(64), 'id'))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })
})

describe('IPV6_NEXTHOP', () => {
  const { decode, encode } = bytesCodecs.sockaddr_in6

  test.each([
    ['darwin', 30],
    ['freebsd', 28],
  ])('is a struct sockaddr_in6 of %s, with its length and family %i first', (platform, family) => {
    vi.stubGlobal('process', { ...process, platform })
    const bytes = Buffer.from(encode('2001:db8::1', 'hop'))
    expect([...bytes.subarray(0, 4)]).toEqual([28, family, 0, 0])
    expect(bytes.toString('hex', 8, 24)).toBe('20010db8000000000000000000000001')
    expect(decode(bytes)).toBe('2001:db8::1')
  })

  test('has the index of the interface behind the address', () => {
    const bytes = Buffer.from(encode('fe80::1%4', 'hop'))
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(24, little)).toBe(4)
    expect(decode(Buffer.from(encode('fe80::1%999999', 'hop')))).toBe('fe80::1%999999')
  })

  test('is empty for none', () => {
    expect(encode('', 'hop')).toHaveLength(0)
    expect(decode(Buffer.alloc(0))).toBe('')
  })

  test('is no IPv4 address', () => {
    expect(thrownBy(() => encode('127.0.0.1', 'hop'))).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })
})
