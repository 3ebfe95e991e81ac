import { validateInteger } from '../../validate.js'
import { decodeWords, encodeWords, validateArray } from './fields.js'

const bitsOfWord = 32

/** The types whose bits are set, in rising order. */
export function decodeTypes(bytes: Uint8Array): number[] {
  return decodeWords(bytes).flatMap((word, index) =>
    Array.from({ length: bitsOfWord }, (_, bit) => bit)
      .filter((bit) => (word >>> bit) & 1)
      .map((bit) => index * bitsOfWord + bit),
  )
}

/** Makes a mask of so many bytes that has the bits of the types set. */
export function encodeTypes(size: number): (value: unknown, name: string) => Uint8Array {
  return (value, name) => {
    validateArray(value, name)
    const words = Array.from({ length: size / 4 }, () => 0)
    for (const [index, type] of value.entries()) {
      validateInteger(type, `${name}[${index}]`, 0, size * 8 - 1)
      const word = Math.floor(type / bitsOfWord)
      words[word] = ((words[word] as number) | (1 << (type % bitsOfWord))) >>> 0
    }
    return encodeWords(words)
  }
}
