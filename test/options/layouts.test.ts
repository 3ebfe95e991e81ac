import { endianness } from 'node:os'
import { describe, expect, test } from 'vitest'
import { bytesCodecs } from '../../lib/options/codec.js'
import { thrownBy } from '../support.js'

const little = endianness() === 'LE'
const { tcp_ao_add, tcp_ao_del, tcp_ao_info_opt, tcp_ao_getsockopt, mptcp_info, so_timestamping } = bytesCodecs

function encode(codec: { encode(value: unknown, name: string): Uint8Array }, value: unknown): Buffer {
  return Buffer.from(codec.encode(value, 'value'))
}

// The kernels of the tests have no TCP-AO, so these hold its structures to the layout in include/uapi/linux/tcp.h.
describe.skipIf(!little)(`the structures of TCP-AO${little ? '' : ' (needs a little-endian machine)'}`, () => {
  const name = { address: '192.0.2.1', sendId: 3, receiveId: 4 }

  test('has a key with its algorithm, numbers and lengths', () => {
    const bytes = encode(tcp_ao_add, { ...name, key: 'secret', algorithm: 'cmac(aes128)', excludeOptions: true })
    expect(bytes).toHaveLength(288)
    expect([...bytes.subarray(0, 8)]).toEqual([2, 0, 0, 0, 192, 0, 2, 1])
    expect(bytes.toString('latin1', 128, 141)).toBe('cmac(aes128)\0')
    expect([...bytes.subarray(192, 202)]).toEqual(Array(10).fill(0))
    expect([...bytes.subarray(202, 208)]).toEqual([32, 3, 4, 12, 2, 6])
    expect(bytes.toString('latin1', 208, 215)).toBe('secret\0')
  })

  test('has the name of a key', () => {
    const bytes = encode(tcp_ao_del, { ...name, address: 'fd00::1', prefixLength: 64 })
    expect(bytes).toHaveLength(144)
    expect(bytes[0]).toBe(10)
    expect([...bytes.subarray(128)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 3, 4, 0, 0, 0])
  })

  test('has settings and counters', () => {
    const bytes = encode(tcp_ao_info_opt, { currentKey: 3, nextKey: 4, required: true, acceptIcmps: true })
    expect([...bytes.subarray(0, 8)]).toEqual([0b10111, 0, 0, 0, 0, 0, 3, 4])
    for (const index of [0, 1, 2, 3, 4]) bytes.writeBigUInt64LE(BigInt(10 + index), 8 + 8 * index)
    expect(tcp_ao_info_opt.decode(bytes)).toEqual({
      ...{ currentKey: 3, nextKey: 4, required: true, acceptIcmps: true },
      ...{ good: 10n, bad: 11n, keyNotFound: 12n, unsigned: 13n, droppedIcmps: 14n },
    })
    expect(encode(tcp_ao_info_opt, { required: false }).readUInt32LE()).toBe(0)
  })

  test('has the first of the keys', () => {
    const bytes = Buffer.alloc(304)
    expect(Buffer.from(tcp_ao_getsockopt.request as Uint8Array).readUInt32LE(272)).toBe(1)
    expect(tcp_ao_getsockopt.decode(bytes)).toEqual({ count: 0 })
    bytes.set([2, 0, 0, 0, 192, 0, 2, 1])
    bytes.write('hmac(sha1)', 128)
    bytes.write('secret', 192)
    bytes.set([2, 0, 0, 0, 1, 0, 3, 4, 32, 12, 0, 6], 272)
    bytes.writeBigUInt64LE(7n, 288)
    expect(tcp_ao_getsockopt.decode(bytes)).toEqual({
      count: 2,
      first: {
        ...{ address: '192.0.2.1', prefixLength: 32, sendId: 3, receiveId: 4, macLength: 12 },
        ...{ algorithm: 'hmac(sha1)', key: Buffer.from('secret'), current: true, next: false, good: 7n, bad: 0n },
      },
    })
  })

  test.each([
    [{ ...name, key: '' }, 'ERR_OUT_OF_RANGE'],
    [{ ...name, key: 'x', sendId: 256 }, 'ERR_OUT_OF_RANGE'],
    [{ ...name, key: 'x', macLength: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ ...name, key: 'x', prefixLength: 33 }, 'ERR_OUT_OF_RANGE'],
    [{ ...name, key: 'x', algorithm: '' }, 'ERR_INVALID_ARG_VALUE'],
    [{ ...name, key: 'x', algorithm: 'x'.repeat(64) }, 'ERR_INVALID_ARG_VALUE'],
  ])('has no key %j: %s', (key, code) => {
    expect(thrownBy(() => encode(tcp_ao_add, key))).toHaveProperty('code', code)
  })
})

describe('struct mptcp_info', () => {
  test('is read as far as an older kernel fills it', () => {
    const info = mptcp_info.decode(Buffer.alloc(43, 1)) as object
    expect(info).toMatchObject({ fallback: true, checksums: true, extraSubflows: 1, localAddressesMax: 1 })
    for (const later of ['bytesSent', 'subflows', 'lastAckReceivedMs']) expect(info).not.toHaveProperty(later)
  })
})

describe('struct so_timestamping', () => {
  test('is the flags alone on an older kernel', () => {
    const flags = encode(so_timestamping, { flags: ['TX_HARDWARE', 'SOFTWARE'] }).subarray(0, 4)
    expect(so_timestamping.decode(flags)).toEqual({ flags: ['TX_HARDWARE', 'SOFTWARE'], bindPhc: 0 })
  })

  test('has no flag that has no name', () => {
    const error = thrownBy(() => encode(so_timestamping, { flags: ['RX_SOFTWARE', 'SOFT'] }))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })
})
