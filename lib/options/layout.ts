import { endianness } from 'node:os'
import { viewOf } from './codecs/fields.js'

/** A number in a structure of C's: its name here, where it begins, and how many bytes it has. */
export type Field<Name extends string> = readonly [name: Name, offset: number, width: 1 | 4 | 8]

const little = endianness() === 'LE'

function readNumber(view: DataView, offset: number, width: 1 | 4 | 8): number {
  if (width === 1) return view.getUint8(offset)
  if (width === 4) return view.getUint32(offset, little)
  return Number(view.getBigUint64(offset, little))
}

/** Reads the numbers of a structure, as many of them as the bytes reach. */
export function readFields<Name extends string>(
  bytes: Uint8Array,
  fields: readonly Field<Name>[],
): Partial<Record<Name, number>> {
  const view = viewOf(bytes)
  const numbers: Partial<Record<Name, number>> = {}
  for (const [name, offset, width] of fields) {
    if (offset + width <= bytes.length) numbers[name] = readNumber(view, offset, width)
  }
  return numbers
}

/** The text in a field of a fixed size, up to its zero byte. */
export function readText(bytes: Uint8Array, offset: number, size: number): string {
  const field = Buffer.from(bytes.subarray(offset, offset + size))
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? field.length : end)
}
