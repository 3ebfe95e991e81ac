import net from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6, validateAddress } from '../lib/ipaddress.js'
import { thrownBy } from './support.js'

/** The text of an address as Node's own code writes it, which is libuv's. */
function nodeText(address: string, family: 'ipv4' | 'ipv6'): string {
  return new net.SocketAddress({ address, family }).address
}

const fourBytes = fc.uint8Array({ minLength: 4, maxLength: 4 })
/** Sixteen bytes, of which often whole groups are zero. */
const sixteenBytes = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.constant(1), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])))

/** All eight groups in full, which needs no rule of shortening. */
function inFull(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').match(/.{4}/g)?.join(':') ?? ''
}

describe('formatIPv4', () => {
  test('is read back by parseIPv4, and written alike by Node', () => {
    fc.assert(
      fc.property(fourBytes, (bytes) => {
        const text = formatIPv4(bytes)
        expect(parseIPv4(text)).toEqual(bytes)
        expect(nodeText(text, 'ipv4')).toBe(text)
        expect(new URL(`http://${text}`).hostname).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('formatIPv6', () => {
  test('is read back by parseIPv6', () => {
    fc.assert(
      fc.property(sixteenBytes, (bytes) => {
        expect(parseIPv6(formatIPv6(bytes))).toEqual(bytes)
      }),
      { numRuns: 5000 },
    )
  })

  test('writes what Node writes', () => {
    fc.assert(
      fc.property(sixteenBytes, (bytes) => {
        expect(formatIPv6(bytes)).toBe(nodeText(inFull(bytes), 'ipv6'))
      }),
      { numRuns: 5000 },
    )
  })

  test('means to a URL what the address in full means', () => {
    fc.assert(
      fc.property(sixteenBytes, (bytes) => {
        const [short, full] = [formatIPv6(bytes), inFull(bytes)].map((text) => new URL(`http://[${text}]`).hostname)
        expect(short).toBe(full)
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:1.2.3.4', '::1.2.3.4'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['::ffff:0:0', '::ffff:0.0.0.0'],
    ['::ffff:0:1.2.3.4', '::ffff:0:102:304'],
    ['::2', '::2'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['2001:DB8::A', '2001:db8::a'],
    ['fe80::0001', 'fe80::1'],
  ])('writes %s as %s', (given, shown) => {
    expect(formatIPv6(parseIPv6(given))).toBe(shown)
    expect(nodeText(given, 'ipv6')).toBe(shown)
  })

  test('reads a part of a larger buffer', () => {
    const buffer = new Uint8Array(40).fill(255)
    buffer.set(parseIPv6('2001:db8::5'), 7)
    expect(formatIPv6(buffer.subarray(7, 23))).toBe('2001:db8::5')
  })
})

describe('parseIPv6', () => {
  test('reads every form that the address can be written in', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const bytes = parseIPv6(text)
        expect(bytes).toHaveLength(16)
        expect(formatIPv6(bytes)).toBe(nodeText(text, 'ipv6'))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('validateAddress', () => {
  test('takes what Node takes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), fc.string(), fc.domain()), (text) => {
        const family = net.isIP(text)
        if (family) expect(validateAddress(text, 'address')).toBe(`ipv${family}`)
        else expect(thrownBy(() => validateAddress(text, 'address'))).toHaveProperty('code', 'ERR_INVALID_IP_ADDRESS')
      }),
      { numRuns: 3000 },
    )
  })
})
