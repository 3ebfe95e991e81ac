import vm from 'node:vm'
import { describe, expect, test } from 'vitest'
import { getOption, setOption, setRawOption } from '../../lib/options/index.js'
import { BareSocket, bindReservedPort } from '../../lib/sockets/index.js'
import { thrownBy } from '../support.js'

const [solSocket, soReuseAddress] = [1, 2]
const one = [1, 0, 0, 0]

/** A value of another realm, whose classes are not those of this one. */
function foreign<Value>(expression: string): Value {
  return vm.runInNewContext(expression)
}

/** Bytes whose buffer has gone elsewhere. */
function detached(): Uint8Array {
  const bytes = Uint8Array.from(one)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

describe('bytes', () => {
  test.each([
    ['of another realm', () => foreign<Uint8Array>('new Uint8Array([1, 0, 0, 0])')],
    ['in shared memory', () => new Uint8Array(new SharedArrayBuffer(4)).fill(1, 0, 1)],
    ['in a part of a buffer', () => Uint8Array.of(9, ...one, 9).subarray(1, 5)],
    [
      'in a buffer that can grow',
      () => foreign<Uint8Array>('new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 })).fill(1, 0, 1)'),
    ],
  ])('%s are an option value', (_, make) => {
    using socket = new BareSocket('ipv4')
    setRawOption(socket, solSocket, soReuseAddress, make())
    expect(getOption(socket, 'SO_REUSEADDR')).toBe(true)
  })

  test('that are gone are no bytes, which the kernel refuses', () => {
    using socket = new BareSocket('ipv4')
    expect(thrownBy(() => setRawOption(socket, solSocket, soReuseAddress, detached()))).toHaveProperty('code', 'EINVAL')
  })

  test.each([
    ['a proxy of them', () => new Proxy(Uint8Array.from(one), {})],
    ['an object with their prototype', () => Object.create(Uint8Array.prototype) as Uint8Array],
    ['a DataView', () => new DataView(new ArrayBuffer(4)) as unknown as Uint8Array],
  ])('are not %s', (_, make) => {
    using socket = new BareSocket('ipv4')
    const error = thrownBy(() => setRawOption(socket, solSocket, soReuseAddress, make()))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    expect(error.message).toMatch(/^The "value" argument/)
  })

  test('of another realm are a key', () => {
    using socket = new BareSocket('ipv4')
    const key = foreign<Uint8Array>('new Uint8Array([1, 2, 3])')
    expect(() => setOption(socket, 'TCP_MD5SIG', { address: '127.0.0.1', key })).not.toThrow()
  })
})

describe('a Set of another realm', () => {
  test('is a set of ports to leave out', () => {
    using socket = new BareSocket('ipv4')
    const exclude = foreign<Set<number>>('new Set([700])')
    const error = thrownBy(() => bindReservedPort(socket, { low: 700, high: 700, exclude }))
    expect(error).toMatchObject({ code: 'ERR_SOCKCTL_NO_RESERVED_PORT', tried: 0 })
  })
})
