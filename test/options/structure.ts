import { endianness } from 'node:os'

const little = endianness() === 'LE'

/** A number of a structure: where it begins, its bytes, its value. */
export type Put = readonly [offset: number, width: 1 | 2 | 4 | 8, value: number]

/** The bytes of a structure of this size with some numbers in it, in the middle of a larger memory. */
export function structure(size: number, puts: readonly Put[]): Buffer {
  const bytes = Buffer.alloc(size + 7).subarray(3, size + 3)
  const view = new DataView(bytes.buffer, bytes.byteOffset, size)
  for (const [offset, width, value] of puts) {
    if (width === 1) view.setUint8(offset, value)
    else if (width === 2) view.setInt16(offset, value, little)
    else if (width === 4) view.setUint32(offset, value, little)
    else view.setBigUint64(offset, BigInt(value), little)
  }
  return bytes
}
