import { isIPv4, isIPv6 } from 'node:net'
import { systemError } from './errors.js'
import { native } from './native.js'
import { validateString } from './validate.js'

/** The four bytes of an IPv4 address in dotted form. */
export function parseIPv4(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number)
}

/** The sixteen bytes of an IPv6 address without a zone. */
export function parseIPv6(text: string): Uint8Array {
  const [head = '', tail] = text.split('::')
  const left = ipv6Bytes(head)
  const right = tail === undefined ? [] : ipv6Bytes(tail)
  const bytes = new Uint8Array(16)
  bytes.set(left)
  bytes.set(right, 16 - right.length)
  return bytes
}

function ipv6Bytes(groups: string): number[] {
  if (groups === '') return []
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return [...parseIPv4(group)]
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

/** The text of an IPv4 address. */
export function formatIPv4(bytes: Uint8Array): string {
  return bytes.join('.')
}

/** The text of an IPv6 address, shortened as inet_ntop(3) does it, which is how Node shows addresses. */
export function formatIPv6(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2))
  const { start, length } = longestZeros(groups)
  const dotted = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff))
  const last = dotted ? [formatIPv4(bytes.subarray(12, 16))] : []
  const shown = [...groups.slice(0, dotted ? 6 : 8).map((group) => group.toString(16)), ...last]
  if (length < 2) return shown.join(':')
  return `${shown.slice(0, start).join(':')}::${shown.slice(start + length).join(':')}`
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 }
  let start = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  }
  return best
}

/**
 * The index of the interface that a zone names, which may be the index itself.
 *
 * @throws ENODEV for one that names no interface
 */
export function zoneIndex(zone: string, address: string): number {
  const index = native.interfaceIndex(Buffer.from(zone))
  if (index > 0) return index
  if (/^\d{1,9}$/.test(zone)) return Number(zone)
  throw systemError(index, 'if_nametoindex', { address })
}

/** The name of an interface; its number where it has none any more. */
export function zoneName(index: number): string {
  const name = new Uint8Array(16)
  const length = native.interfaceName(index, name)
  return length > 0 ? Buffer.from(name.subarray(0, length)).toString() : String(index)
}

/**
 * An IP address with its zone by name: libuv reads no index, and takes what names no interface for no zone.
 *
 * @throws ENODEV for a zone that names no interface
 */
export function nameZone(text: string): string {
  const [address, zone] = text.split('%')
  return zone === undefined ? text : `${address}%${zoneName(zoneIndex(zone, text))}`
}

/** An IP address in the one form that the kernel's are shown in; its zone stays as it is. */
export function canonicalAddress(text: string): string {
  if (isIPv4(text)) return text
  const [address = '', ...zone] = text.split('%')
  return [formatIPv6(parseIPv6(address)), ...zone].join('%')
}

const zoneForm = /^[\w.:@-]+$/

/** The family of an IP address; undefined for another text. Node takes no interface with an underscore for a zone. */
export function familyOf(text: string): 'ipv4' | 'ipv6' | undefined {
  if (isIPv4(text)) return 'ipv4'
  const [address = '', zone = '0', ...more] = text.split('%')
  return isIPv6(address) && zoneForm.test(zone) && more.length === 0 ? 'ipv6' : undefined
}

/** Checks that a text is an IP address and tells its family. */
export function validateAddress(value: unknown, name: string): 'ipv4' | 'ipv6' {
  validateString(value, name)
  const family = familyOf(value)
  if (family) return family
  throw Object.assign(new TypeError(`Invalid IP address: ${value}`), { code: 'ERR_INVALID_IP_ADDRESS' })
}
