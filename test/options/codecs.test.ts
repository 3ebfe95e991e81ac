import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesCodecs } from '../../lib/options/codec.js'

const name = 'SO_OPTION'
type Form = keyof typeof bytesCodecs

/** What comes back of a value that goes through a codec. */
function roundTrip(form: Form, value: unknown): unknown {
  return bytesCodecs[form].decode(Buffer.from(bytesCodecs[form].encode(value, name)))
}

function encoded(form: Form, value: unknown): string {
  return Buffer.from(bytesCodecs[form].encode(value, name)).toString('hex')
}

/** The code of the error of encoding a value. */
function codeFor(form: Form, value: unknown): unknown {
  try {
    bytesCodecs[form].encode(value, name)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

const word = fc.nat(2 ** 32 - 1)
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))
const types = (most: number) => fc.uniqueArray(fc.nat(most)).map((list) => list.sort((one, other) => one - other))
const repairWindow = fc.record({
  updateSequence: word,
  sendWindow: word,
  maxWindow: word,
  receiveWindow: word,
  receiveWindowUpdate: word,
})
const gcm = fc.record({
  version: fc.constantFrom('TLSv1.2', 'TLSv1.3'),
  cipher: fc.constantFrom('aes-128-gcm', 'aes-128-ccm', 'sm4-gcm', 'sm4-ccm', 'aria-128-gcm'),
  iv: bytes(8),
  key: bytes(16),
  salt: bytes(4),
  sequence: bytes(8),
})
const chacha = fc.record({
  version: fc.constant('TLSv1.3'),
  cipher: fc.constant('chacha20-poly1305'),
  iv: bytes(12),
  key: bytes(32),
  salt: bytes(0),
  sequence: bytes(8),
})

describe('a codec of a structure', () => {
  test.each<[Form, fc.Arbitrary<unknown>]>([
    ['icmp_filter', types(31)],
    ['icmp6_filter', types(255)],
    ['repair_window', repairWindow],
    ['fastopen_keys', fc.array(bytes(16), { minLength: 1, maxLength: 2 })],
    [
      'txtime',
      fc.record({ clock: fc.constantFrom('realtime', 'tai', 5), deadline: fc.boolean(), reportErrors: fc.boolean() }),
    ],
    ['crypto_info', fc.oneof(gcm, chacha)],
    ['timeval64', fc.nat(2 ** 31 - 1)],
  ])('gives back the %s that it took', (form, values) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(roundTrip(form, value)).toEqual(value)
      }),
    )
  })

  test('has the bits of the types set in order', () => {
    expect(encoded('icmp_filter', [0, 8, 31])).toBe('01010080')
    expect(encoded('icmp6_filter', [1, 255])).toBe(`02${'00'.repeat(30)}80`)
  })

  test('lays out struct tcp_repair_opt for what is given', () => {
    const value = { maxSegment: 1460, windowScale: { send: 7, receive: 9 }, selectiveAcks: true, timestamps: true }
    expect(encoded('repair_options', value)).toBe(
      '02000000b40500000300000007000900' + '0400000000000000' + '0800000000000000',
    )
    expect(encoded('repair_options', { selectiveAcks: false })).toBe('')
  })

  test('lays out struct tls12_crypto_info_aes_gcm_128 and the one of ChaCha20', () => {
    const [iv, key, salt, sequence] = [8, 16, 4, 8].map((length, index) => Buffer.alloc(length, index + 1))
    const value = { version: 'TLSv1.2', cipher: 'aes-128-gcm', iv, key, salt, sequence }
    expect(encoded('crypto_info', value)).toBe(
      `03033300${'01'.repeat(8)}${'02'.repeat(16)}${'03'.repeat(4)}${'04'.repeat(8)}`,
    )
    expect(bytesCodecs.crypto_info.lengthOf?.(Buffer.from('03033300', 'hex'))).toBe(40)
    expect(bytesCodecs.crypto_info.lengthOf?.(Buffer.from('04033400', 'hex'))).toBe(56)
    expect(bytesCodecs.crypto_info.lengthOf?.(Buffer.from('04033600', 'hex'))).toBe(56)
  })

  test('says that it does not know a cipher', () => {
    const unknown = expect.objectContaining({ code: 'ERR_SOCKCTL_UNSUPPORTED' })
    expect(() => bytesCodecs.crypto_info.lengthOf?.(Buffer.from('0403ff00', 'hex'))).toThrow(unknown)
  })

  test('lays out struct in6_flowlabel_req', () => {
    const value = { action: 'renew', label: 0x12345, address: '2001:db8::1', share: 'user', expires: 7, linger: 258 }
    const address = '20010db8000000000000000000000001'
    expect(encoded('flowlabel', value)).toBe(`${address}00012345020300000700020100000000`)
    expect(encoded('flowlabel', { action: 'put', label: 1, create: true, exclusive: true, reflect: true })).toBe(
      `${'00'.repeat(16)}00000001010107000000000000000000`,
    )
  })

  test('reads struct in6_flowlabel_req', () => {
    const read = Buffer.from('20010db8000000000000000000000001000123450002000006000900' + '00000000', 'hex')
    const expected = { label: 0x12345, address: '2001:db8::1', share: 'process', expires: 6, linger: 9 }
    expect(bytesCodecs.flowlabel.decode(read)).toEqual(expected)
  })

  test('reads struct ip6_mtuinfo', () => {
    const read = Buffer.from(`0a00000000000000${'20010db8'}${'00'.repeat(11)}0100000000dc050000`, 'hex')
    expect(bytesCodecs.ip6_mtuinfo.decode(read)).toEqual({ address: '2001:db8::1', mtu: 1500 })
  })

  test('reads union tcp_cc_info by its length', () => {
    const words = (...list: number[]) => Buffer.from(Uint32Array.from(list).buffer)
    expect(bytesCodecs.cc_info.decode(words(1000, 1, 250, 739, 512))).toEqual({
      bbr: { bandwidth: 2 ** 32 + 1000, minRttUs: 250, pacingGain: 739 / 256, congestionWindowGain: 2 },
    })
    expect(bytesCodecs.cc_info.decode(words(0x1_0001, 512, 30, 40))).toEqual({
      vegas: { enabled: true, rttCount: 512, rttUs: 30, minRttUs: 40 },
      dctcp: { enabled: true, congestionExperienced: true, alpha: 0.5, markedBytes: 30, ackedBytes: 40 },
    })
    expect(bytesCodecs.cc_info.decode(Buffer.alloc(0))).toEqual({})
  })

  test('reads a list of groups', () => {
    expect(bytesCodecs.gid_list.decode(Buffer.from('0000000004000000ffffffff', 'hex'))).toEqual([0, 4, 2 ** 32 - 1])
  })
})

describe('a codec of a structure refuses', () => {
  test.each<[Form, unknown]>([
    ['icmp_filter', [32]],
    ['icmp6_filter', [256]],
    ['icmp6_filter', [-1]],
    ['icmp_filter', [1.5]],
    ['fastopen_keys', []],
    ['fastopen_keys', [Buffer.alloc(16), Buffer.alloc(16), Buffer.alloc(16)]],
    ['fastopen_keys', [Buffer.alloc(15)]],
    ['repair_options', { maxSegment: 65_536 }],
    ['repair_options', { windowScale: { send: 15, receive: 0 } }],
    ['repair_window', { updateSequence: 2 ** 32 }],
    ['txtime', { clock: -1 }],
    ['dmabuf_tokens', [{ start: -1, count: 1 }]],
    ['flowlabel', { action: 'get', label: 2 ** 20 }],
    ['flowlabel', { action: 'get', label: 1, linger: 65_536 }],
  ])('what is out of range, for %s: %j', (form, value) => {
    expect(codeFor(form, value)).toBe('ERR_OUT_OF_RANGE')
  })

  test.each<[Form, unknown]>([
    ['txtime', { clock: 'sundial' }],
    ['crypto_info', { version: 'TLSv1.1' }],
    ['crypto_info', { version: 'TLSv1.3', cipher: 'rot13' }],
    ['flowlabel', { action: 'steal', label: 1 }],
    ['flowlabel', { action: 'get', label: 1, share: 'all' }],
  ])('what is no name, for %s: %j', (form, value) => {
    expect(codeFor(form, value)).toBe('ERR_INVALID_ARG_VALUE')
  })

  test('a key of the wrong length for its cipher', () => {
    const [iv, key, salt, sequence] = [8, 16, 4, 8].map((length) => Buffer.alloc(length))
    const value = { version: 'TLSv1.3', cipher: 'aes-256-gcm', iv, key, salt, sequence }
    expect(codeFor('crypto_info', value)).toBe('ERR_OUT_OF_RANGE')
  })
})
