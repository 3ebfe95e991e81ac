import { formatIPv4, formatIPv6 } from '../../ipaddress.js'
import type { View } from './view.js'

// Most sockets of a host share a few addresses, whose texts are kept.
const most = 4096

const ipv4Texts = new Map<number, string>()

function keepIPv4({ signed, bytes }: View, offset: number): string {
  const text = formatIPv4(bytes.subarray(offset, offset + 4))
  if (ipv4Texts.size === most) ipv4Texts.clear()
  ipv4Texts.set(signed[offset >> 2] as number, text)
  return text
}

/** The text of the IPv4 address at an offset. */
export function ipv4TextAt(view: View, offset: number): string {
  return ipv4Texts.get(view.signed[offset >> 2] as number) ?? keepIPv4(view, offset)
}

const width = 4
const ipv6Words = new Int32Array(most * width)
const ipv6Texts: string[] = Array(most).fill('')

function holds(slot: number, words: Int32Array, from: number): boolean {
  for (let index = 0; index < width; index++) {
    if (ipv6Words[slot * width + index] !== words[from + index]) return false
  }
  return true
}

/** The text of the IPv6 address at an offset. Each address has one slot; who comes later takes it. */
export function ipv6TextAt({ signed, bytes }: View, offset: number): string {
  const from = offset >> 2
  let hash = 0
  for (let index = 0; index < width; index++) hash = Math.imul(hash ^ (signed[from + index] as number), 0x9e3779b1)
  const slot = (hash ^ (hash >>> 15)) & (most - 1)
  const known = ipv6Texts[slot] as string
  if (known !== '' && holds(slot, signed, from)) return known
  const text = formatIPv6(bytes.subarray(offset, offset + 4 * width))
  ipv6Texts[slot] = text
  ipv6Words.set(signed.subarray(from, from + width), slot * width)
  return text
}
