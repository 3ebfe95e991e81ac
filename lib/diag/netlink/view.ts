import { endianness } from 'node:os'

/** Bytes that the kernel writes to, as numbers of each width, in the machine's own byte order. */
export interface View {
  readonly bytes: Uint8Array
  readonly halves: Uint16Array
  readonly words: Uint32Array
  readonly signed: Int32Array
}

/** Makes a view of bytes that begin at a multiple of four in their buffer. */
export function viewOf(bytes: Uint8Array): View {
  const { buffer, byteOffset, length } = bytes
  return {
    bytes,
    halves: new Uint16Array(buffer, byteOffset, length >> 1),
    words: new Uint32Array(buffer, byteOffset, length >> 2),
    signed: new Int32Array(buffer, byteOffset, length >> 2),
  }
}

/** Netlink's messages and attributes begin at multiples of four. */
export function align(length: number): number {
  return (length + 3) & ~3
}

const [low, high] = endianness() === 'LE' ? [0, 1] : [1, 0]

/** Reads a 64-bit number as a signed one, exact within 53 bits. */
export function readLong({ words, signed }: View, offset: number): number {
  const word = offset >> 2
  return (words[word + low] as number) + (signed[word + high] as number) * 2 ** 32
}

/** Reads two words, the lower one first whatever the byte order, as a signed 64-bit number, exact within 53 bits. */
export function readPair({ words, signed }: View, offset: number): number {
  const word = offset >> 2
  const low = signed[word] as number
  const high = signed[word + 1] as number
  // As a 32-bit integer where it is one: the engine keeps any other number in an object of its own.
  return high === low >> 31 ? low : (words[word] as number) + high * 2 ** 32
}

/** Reads a port, which is in network byte order. */
export function readPort({ bytes }: View, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number)
}
