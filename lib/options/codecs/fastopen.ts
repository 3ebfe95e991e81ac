import { outOfRange } from '../../errors.js'
import { validateArray, validateBytes } from './fields.js'

const keySize = 16
const mostKeys = 2

/** Reads the keys of Fast Open's cookies, of 16 bytes each. */
export function decodeFastOpenKeys(bytes: Uint8Array): Buffer[] {
  const starts = Array.from({ length: Math.floor(bytes.length / keySize) }, (_, index) => index * keySize)
  return starts.map((start) => Buffer.from(bytes.subarray(start, start + keySize)))
}

/** Checks one or two keys and puts them in a row. */
export function encodeFastOpenKeys(value: unknown, name: string): Uint8Array {
  validateArray(value, name)
  if (value.length === 0 || value.length > mostKeys) throw outOfRange(`${name}.length`, '1 or 2', value.length)
  const keys = value.map((key, index) => {
    validateBytes(key, `${name}[${index}]`, keySize)
    return key
  })
  return Buffer.concat(keys)
}
