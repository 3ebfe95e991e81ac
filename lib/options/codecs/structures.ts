import { maxInt32, validateBoolean, validateInteger, validateNumber, validateObject } from '../../validate.js'
import { readOnly } from '../oneway.js'
import type { Credentials, Linger, PortRange } from '../values.js'
import { little, viewOf } from './fields.js'
import type { BytesCodec } from './form.js'

/** struct linger. */
export const linger: BytesCodec = {
  capacity: 8,
  decode(bytes) {
    const view = viewOf(bytes)
    return { on: view.getInt32(0, little) !== 0, seconds: view.getInt32(4, little) } satisfies Linger
  },
  encode(value, name) {
    validateObject(value, name)
    const { on, seconds } = value
    validateBoolean(on, `${name}.on`)
    validateInteger(seconds, `${name}.seconds`, 0, maxInt32)
    return new Uint8Array(Int32Array.of(on ? 1 : 0, seconds).buffer)
  },
}

/** struct timeval, in milliseconds, with words of so many bytes. */
export function timevalCodec(wordSize: 4 | 8): BytesCodec {
  return {
    capacity: 2 * wordSize,
    decode(bytes) {
      const view = viewOf(bytes)
      const word = (at: number) => (wordSize === 8 ? Number(view.getBigInt64(at, little)) : view.getInt32(at, little))
      return word(0) * 1000 + word(wordSize) / 1000
    },
    encode(value, name) {
      validateNumber(value, name, 0, maxInt32 * 1000)
      // 0 means for ever, so no other time may round to it.
      const microseconds = Math.ceil(value * 1000)
      const words = [Math.floor(microseconds / 1e6), microseconds % 1e6]
      const array = wordSize === 8 ? BigInt64Array.from(words, BigInt) : Int32Array.from(words)
      return new Uint8Array(array.buffer)
    },
  }
}

/** struct ucred. */
export const ucred: BytesCodec = {
  capacity: 12,
  decode(read) {
    const view = viewOf(read)
    const [pid, uid, gid] = [view.getInt32(0, little), view.getUint32(4, little), view.getUint32(8, little)]
    return { pid, uid, gid } satisfies Credentials
  },
  encode: readOnly,
}

/** Two ports in 32 bits, the lower one in the lower half. */
export const portRange: BytesCodec = {
  capacity: 4,
  decode(read) {
    const packed = viewOf(read).getUint32(0, little)
    return { low: packed & 0xffff, high: packed >>> 16 } satisfies PortRange
  },
  encode(value, name) {
    validateObject(value, name)
    const { low, high } = value
    validateInteger(low, `${name}.low`, 0, 65535)
    if (high !== 0) validateInteger(high, `${name}.high`, low, 65535)
    const encoded = new Uint8Array(4)
    viewOf(encoded).setUint32(0, high * 65536 + low, little)
    return encoded
  },
}
