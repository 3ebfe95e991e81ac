import { endianness } from 'node:os'
import { types } from 'node:util'
import { invalidArgType, outOfRange } from '../../errors.js'
import { validateInteger } from '../../validate.js'

/** Whether this machine has the lowest byte of a number first. */
export const little = endianness() === 'LE'
const wordSize = 4
const maxWord = 2 ** 32 - 1

/** A view of bytes, wherever in their buffer they are. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** The unsigned 32-bit integers that a structure is made of, as many as there are whole ones. */
export function decodeWords(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  return Array.from({ length: Math.floor(bytes.length / wordSize) }, (_, index) =>
    view.getUint32(index * wordSize, little),
  )
}

/** A structure of unsigned 32-bit integers as named fields, in the order of the names; 0 for what is not there. */
export function decodeFields<Name extends string>(names: readonly Name[], bytes: Uint8Array): Record<Name, number> {
  const words = decodeWords(bytes)
  return Object.fromEntries(names.map((name, index) => [name, words[index] ?? 0])) as Record<Name, number>
}

/** A structure of unsigned 32-bit integers. */
export function encodeWords(words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(words).buffer)
}

/** Checks for an unsigned 32-bit integer. */
export function validateWord(value: unknown, name: string): asserts value is number {
  validateInteger(value, name, 0, maxWord)
}

/** Checks for an array. */
export function validateArray(value: unknown, name: string): asserts value is unknown[] {
  if (!Array.isArray(value)) throw invalidArgType(name, 'an instance of Array', value)
}

/** Checks for bytes of one length. */
export function validateBytes(value: unknown, name: string, length: number): asserts value is Uint8Array {
  if (!types.isUint8Array(value)) throw invalidArgType(name, 'an instance of Buffer or Uint8Array', value)
  if (value.length !== length) throw outOfRange(name, `${length} bytes long`, value.length)
}
