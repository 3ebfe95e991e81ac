import { invalidArgType } from '../errors.js'
import { familyOf } from '../ipaddress.js'
import { families } from '../platform.js'
import { decodeAddress, encodeAddress } from '../sockaddr.js'
import { validateString } from '../validate.js'

/** AF_INET6 of the systems that have the option. */
const bsdFamily: Readonly<Partial<Record<NodeJS.Platform, number>>> = { darwin: 30, freebsd: 28 }

/** The bytes of struct sockaddr_in6. */
export const nextHopSize = 28

/** Reads struct sockaddr_in6 of macOS and FreeBSD; no bytes are no address. */
export function decodeNextHop(bytes: Uint8Array): string {
  if (bytes.length < nextHopSize) return ''
  const copy = Buffer.from(bytes)
  // The first two bytes are the length and the family there, and a family of 16 bits in what decodeAddress() reads.
  copy.set(new Uint8Array(Uint16Array.of(families.ipv6).buffer))
  return decodeAddress(copy).address ?? ''
}

/** Checks an IPv6 address and gives struct sockaddr_in6 of macOS and FreeBSD; the empty string gives no bytes. */
export function encodeNextHop(value: unknown, name: string): Uint8Array {
  validateString(value, name)
  if (value === '') return new Uint8Array(0)
  if (familyOf(value) !== 'ipv6') throw invalidArgType(name, 'an IPv6 address', value)
  const bytes = encodeAddress('ipv6', { address: value }, name)
  bytes.set([nextHopSize, bsdFamily[process.platform] ?? 0])
  return bytes
}
