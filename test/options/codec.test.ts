import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getOption, setOption, type ValueType } from '../../lib/index.js'
import { bytesCodecs, scalarCodecs } from '../../lib/options/codec.js'
import type { ScalarCodec } from '../../lib/options/codecs/form.js'
import { loopbackIndex, openSocket } from './kinds.js'

const maxInt32 = 2 ** 31 - 1
const name = 'SO_OPTION'

/** What comes back of a value that goes through a codec of bytes. */
function roundTrip(type: keyof typeof bytesCodecs, value: unknown): unknown {
  return bytesCodecs[type].decode(Buffer.from(bytesCodecs[type].encode(value, name)))
}

/** Holds something of all values. What a check returns says nothing: it throws. */
function always<Value>(values: fc.Arbitrary<Value>, check: (value: Value) => void): void {
  fc.assert(
    fc.property(values, (value) => {
      check(value)
    }),
  )
}

const linger = fc.record({ on: fc.boolean(), seconds: fc.integer({ min: 0, max: maxInt32 }) })
const portRange = fc
  .tuple(fc.nat(65_535), fc.nat(65_535))
  .map(([one, other]) => ({ low: Math.min(one, other), high: Math.max(one, other) }))
const shortName = fc.string({ maxLength: 15 }).filter((text) => !text.includes('\0') && Buffer.byteLength(text) <= 15)

describe('a codec', () => {
  test.each<[keyof typeof bytesCodecs, fc.Arbitrary<unknown>]>([
    ['uint64', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
    ['linger', linger],
    ['port_range', portRange],
    ['string', shortName],
    ['in_addr', fc.ipV4()],
    ['bytes', fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes))],
  ])('gives back the %s that it took', (type, values) => {
    always(values, (value) => expect(roundTrip(type, value)).toEqual(value))
  })

  test('gives back every number that is a uint64 as a bigint', () => {
    const numbers = fc.nat(Number.MAX_SAFE_INTEGER)
    always(numbers, (value) => expect(roundTrip('uint64', value)).toBe(BigInt(value)))
  })

  test('gives back a time to the microsecond, never less and never none', () => {
    const times = fc.double({ min: 0, max: maxInt32 * 1000, noNaN: true })
    fc.assert(
      fc.property(times, (value) => {
        const read = roundTrip('timeval', value) as number
        expect(read === 0).toBe(value === 0)
        // A double of this size has steps of its own.
        expect(read).toBeGreaterThanOrEqual(value - value * 2 ** -50)
        expect(read - value).toBeLessThanOrEqual(0.002 + value * 2 ** -50)
      }),
    )
  })

  test('gives back whole milliseconds exactly', () => {
    always(fc.nat(maxInt32), (value) => expect(roundTrip('timeval', value)).toBe(value))
  })

  test('keeps the microseconds of a time below a second', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (value) => {
        const bytes = Buffer.from(bytesCodecs.timeval.encode(value, name))
        const half = bytes.length / 2
        const microseconds = half === 8 ? Number(bytes.readBigInt64LE(8)) : bytes.readInt32LE(4)
        expect(microseconds).toBeGreaterThanOrEqual(0)
        expect(microseconds).toBeLessThan(1e6)
      }),
    )
  })

  test.each<[keyof typeof scalarCodecs, fc.Arbitrary<unknown>]>([
    ['flag', fc.boolean()],
    ['int', fc.integer({ min: -(2 ** 31), max: maxInt32 })],
    ['unsigned', fc.nat(2 ** 32 - 1)],
    ['ifindex', fc.nat(maxInt32)],
  ])('gives back the %s that it took', (type, values) => {
    const codec = scalarCodecs[type] as ScalarCodec
    fc.assert(
      fc.property(values, (value) => {
        const int = codec.toInt(value, name, ...codec.range)
        expect(int | 0).toBe(int)
        expect(codec.fromInt(int)).toBe(value)
      }),
    )
  })

  test('has interface indexes in network byte order', () => {
    const int = scalarCodecs.ifindex?.toInt(1, name, 0, maxInt32) as number
    expect([...new Uint8Array(Int32Array.of(int).buffer)]).toEqual([0, 0, 0, 1])
  })
})

describe('a codec of memberships', () => {
  const group = fc.ipV4()

  test('lays out struct ip_mreqn', () => {
    fc.assert(
      fc.property(group, fc.nat(maxInt32), (address, index) => {
        const bytes = Buffer.from(bytesCodecs.ip_mreqn.encode({ group: address, interface: index }, name))
        expect([bytes.subarray(0, 4).join('.'), bytes.readUInt32LE(4)]).toEqual([address, 0])
        expect(bytes.readInt32LE(8)).toBe(index)
      }),
    )
  })

  test('lays out struct ip_mreqn with the address of an interface', () => {
    fc.assert(
      fc.property(group, group, (address, local) => {
        const bytes = Buffer.from(bytesCodecs.ip_mreqn.encode({ group: address, interface: local }, name))
        expect([bytes.subarray(0, 4).join('.'), bytes.subarray(4, 8).join('.')]).toEqual([address, local])
        expect(bytes.readInt32LE(8)).toBe(0)
      }),
    )
  })

  test('lays out struct ip_mreq_source', () => {
    fc.assert(
      fc.property(group, group, fc.option(group, { nil: undefined }), (address, source, local) => {
        const value = { group: address, source, interface: local }
        const bytes = Buffer.from(bytesCodecs.ip_mreq_source.encode(value, name))
        const parts = [0, 4, 8].map((at) => bytes.subarray(at, at + 4).join('.'))
        expect(parts).toEqual([address, local ?? '0.0.0.0', source])
      }),
    )
  })

  test('lays out struct ipv6_mreq', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(65_535), { minLength: 8, maxLength: 8 }), fc.nat(maxInt32), (groups, index) => {
        const text = groups.map((part) => part.toString(16)).join(':')
        const bytes = Buffer.from(bytesCodecs.ipv6_mreq.encode({ group: text, interface: index }, name))
        expect(Array.from(groups.keys(), (at) => bytes.readUInt16BE(2 * at))).toEqual(groups)
        expect(bytes.readInt32LE(16)).toBe(index)
      }),
    )
  })

  test.each(['ip_mreqn', 'ipv6_mreq'] as const)('finds the index of an interface by its name for %s', (type) => {
    const address = type === 'ip_mreqn' ? '239.0.0.1' : 'ff02::1'
    const named = bytesCodecs[type].encode({ group: address, interface: 'lo' }, name)
    expect(named).toEqual(bytesCodecs[type].encode({ group: address, interface: loopbackIndex }, name))
  })
})

describe('every codec', () => {
  const types = [...Object.keys(scalarCodecs), ...Object.keys(bytesCodecs)] as ValueType[]
  const wrong = /^ERR_(INVALID_ARG_TYPE|INVALID_ARG_VALUE|OUT_OF_RANGE)$/

  test.each(types)('takes a value for %s or says what is wrong with it', (type) => {
    const [scalar, bytes] = [scalarCodecs[type], bytesCodecs[type as keyof typeof bytesCodecs]]
    const shape = fc.record({ on: fc.anything(), seconds: fc.anything(), low: fc.anything(), high: fc.anything() })
    fc.assert(
      fc.property(fc.oneof(fc.anything(), shape), (value) => {
        try {
          const encoded = scalar ? scalar.toInt(value, name, ...scalar.range) : bytes.encode(value, name)
          expect(typeof encoded === 'number' || encoded instanceof Uint8Array).toBe(true)
        } catch (error) {
          expect(error).toHaveProperty('code', expect.stringMatching(wrong))
        }
      }),
    )
  })
})

describe('setOption', () => {
  test('gets through the kernel what getOption then reads: SO_LINGER', () => {
    using socket = openSocket('tcp')
    fc.assert(
      fc.property(linger, (value) => {
        setOption(socket, 'SO_LINGER', { ...value, on: true })
        expect(getOption(socket, 'SO_LINGER')).toEqual({ on: true, seconds: value.seconds })
      }),
    )
  })

  test('gets through the kernel what getOption then reads: IP_LOCAL_PORT_RANGE', () => {
    using socket = openSocket('udp')
    fc.assert(
      fc.property(portRange, (value) => {
        setOption(socket, 'IP_LOCAL_PORT_RANGE', value)
        expect(getOption(socket, 'IP_LOCAL_PORT_RANGE')).toEqual(value)
      }),
    )
  })

  test('gets through the kernel what getOption then reads, to the next tick: SO_RCVTIMEO', () => {
    using socket = openSocket('udp')
    fc.assert(
      fc.property(fc.nat(maxInt32), (value) => {
        setOption(socket, 'SO_RCVTIMEO', value)
        const late = getOption(socket, 'SO_RCVTIMEO') - value
        expect(late).toBeGreaterThanOrEqual(0)
        expect(late).toBeLessThan(11)
      }),
    )
  })
})
