import { types } from 'node:util'
import { invalidArgType, invalidArgValue, outOfRange } from '../../errors.js'
import { validateInteger, validateString } from '../../validate.js'
import { little, viewOf } from './fields.js'
import type { BytesCodec } from './form.js'

const longestName = 15

/** An unsigned integer of 64 bits; some kernels answer with 32. */
export const uint64: BytesCodec = {
  capacity: 8,
  decode(bytes) {
    const view = viewOf(bytes)
    return bytes.length < 8 ? BigInt(view.getUint32(0, little)) : view.getBigUint64(0, little)
  },
  encode(value, name) {
    if (typeof value === 'number') validateInteger(value, name, 0, Number.MAX_SAFE_INTEGER)
    else if (typeof value !== 'bigint') throw invalidArgType(name, 'of type bigint or number', value)
    const number = BigInt(value)
    if (number < 0n || number >= 2n ** 64n) throw outOfRange(name, '>= 0 and < 2 ** 64', value)
    const bytes = new Uint8Array(8)
    viewOf(bytes).setBigUint64(0, number, little)
    return bytes
  },
}

/** A name: of an algorithm, an interface, a protocol. */
export const string: BytesCodec = {
  capacity: 256,
  decode(bytes) {
    const end = bytes.indexOf(0)
    return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
  },
  encode(value, name) {
    validateString(value, name)
    const bytes = Buffer.from(value)
    if (bytes.includes(0)) throw invalidArgValue(name, value, 'must not have a zero byte in it')
    // The kernel would cut a longer name short without a word.
    if (bytes.length > longestName) throw invalidArgValue(name, value, `must be at most ${longestName} bytes long`)
    return bytes
  },
}

/** Bytes as they are. */
export const bytes: BytesCodec = {
  capacity: 4096,
  decode: (read) => Buffer.from(read),
  encode(value, name) {
    if (!types.isUint8Array(value)) throw invalidArgType(name, 'an instance of Buffer or Uint8Array', value)
    return value
  },
}
