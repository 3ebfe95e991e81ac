import { formatIPv4, formatIPv6 } from '../../sockaddr.js'
import type { View } from './view.js'

const slots = 4096

/** A few texts by the words that they were made of. Each word set has one slot; who comes later takes it. */
class Cache {
  readonly #width: number
  readonly #format: (bytes: Uint8Array) => string
  readonly #words: Int32Array
  readonly #texts: string[] = Array(slots).fill('')

  /** @param width how many words an address has */
  constructor(width: number, format: (bytes: Uint8Array) => string) {
    this.#width = width
    this.#format = format
    this.#words = new Int32Array(slots * width)
  }

  /** The text of the address at an offset. */
  textAt({ signed, bytes }: View, offset: number): string {
    const width = this.#width
    const from = offset >> 2
    let hash = 0
    for (let index = 0; index < width; index++) hash = Math.imul(hash ^ (signed[from + index] as number), 0x9e3779b1)
    const slot = (hash ^ (hash >>> 15)) & (slots - 1)
    const known = this.#texts[slot] as string
    if (known !== '' && this.#holds(slot * width, signed, from)) return known
    const text = this.#format(bytes.subarray(offset, offset + 4 * width))
    this.#texts[slot] = text
    this.#words.set(signed.subarray(from, from + width), slot * width)
    return text
  }

  #holds(start: number, words: Int32Array, from: number): boolean {
    for (let index = 0; index < this.#width; index++) {
      if (this.#words[start + index] !== words[from + index]) return false
    }
    return true
  }
}

/** The texts of IPv4 addresses. Most sockets of a host share a few. */
export const ipv4Texts = new Cache(1, formatIPv4)
/** The texts of IPv6 addresses. */
export const ipv6Texts = new Cache(4, formatIPv6)
