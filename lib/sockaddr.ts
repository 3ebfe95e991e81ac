import { isIPv4, isIPv6 } from 'node:net'
import { endianness } from 'node:os'
import { codedError, invalidArgValue, systemError } from './errors.js'
import { native } from './native.js'
import { type Family, families } from './platform.js'
import { validateObject, validatePort, validateString } from './validate.js'

/** The address of a socket, as the kernel tells it. */
export type SocketAddress =
  | { family: 'IPv4' | 'IPv6'; address: string; port: number; path?: undefined }
  | { family: 'unix'; path: string; address?: undefined; port?: undefined }

/** An address to bind or connect to. */
export interface AddressInput {
  /** An IP address, IPv6 ones with or without a zone (`fe80::1%eth0`). @default the wildcard address */
  address?: string | undefined
  /** A port. @default 0, which lets the kernel choose */
  port?: number | undefined
  /** The path of a Unix socket; one that starts with `\0` is an abstract name (Linux). */
  path?: string | undefined
}

const little = endianness() === 'LE'
const ipv4Size = 16
const ipv6Size = 28
const pathOffset = 2
const pathCapacity = 108

/** The most bytes that a socket address takes. */
export const addressCapacity = 128

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

function zoneIndex(zone: string, address: string): number {
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

function encodeIPv4(address: string, port: number): Uint8Array {
  // From the pool: memory of its own would cost more than all the rest of a bind.
  const bytes = Buffer.allocUnsafe(ipv4Size).fill(0)
  if (little) bytes.writeUInt16LE(families.ipv4, 0)
  else bytes.writeUInt16BE(families.ipv4, 0)
  bytes.writeUInt16BE(port, 2)
  bytes.set(address.split('.').map(Number), 4)
  return bytes
}

function encodeIPv6(text: string, port: number): Uint8Array {
  const [address = '', zone] = text.split('%')
  const bytes = new Uint8Array(ipv6Size)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, families.ipv6, little)
  view.setUint16(2, port)
  bytes.set(parseIPv6(address), 8)
  if (zone !== undefined) view.setUint32(24, zoneIndex(zone, text), little)
  return bytes
}

/** Checks the path of a Unix socket and gives its bytes. */
export function encodePath(path: unknown, name: string): Uint8Array {
  validateString(path, name)
  const abstract = path.startsWith('\0')
  if (path === '') throw invalidArgValue(name, path, 'must not be empty')
  if (!abstract && path.includes('\0')) throw invalidArgValue(name, path, 'must not have a zero byte in it')
  const text = Buffer.from(path)
  const most = abstract ? pathCapacity : pathCapacity - 1
  if (text.length > most) throw invalidArgValue(name, path, `must be at most ${most} bytes long`)
  const bytes = new Uint8Array(pathOffset + text.length + (abstract ? 0 : 1))
  new DataView(bytes.buffer).setUint16(0, families.unix, little)
  bytes.set(text, pathOffset)
  return bytes
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

function encodeUnix(input: Record<string, unknown>, name: string): Uint8Array {
  for (const key of ['address', 'port']) {
    if (input[key] !== undefined) throw invalidArgValue(`${name}.${key}`, input[key], 'is not for unix sockets')
  }
  return encodePath(input.path, `${name}.path`)
}

/**
 * Checks an address for a socket of a family, and gives the kernel's form of it.
 *
 * @throws `ERR_INVALID_IP_ADDRESS`, `ERR_INVALID_ADDRESS_FAMILY`, `ERR_SOCKET_BAD_PORT`, `ERR_INVALID_ARG_TYPE`,
 * `ERR_INVALID_ARG_VALUE`; ENODEV for a zone that names no interface
 */
export function encodeAddress(family: Family, input: unknown, name = 'address'): Uint8Array {
  validateObject(input, name)
  if (family === 'unix') return encodeUnix(input, name)
  if (input.path !== undefined) throw invalidArgValue(`${name}.path`, input.path, `is not for ${family} sockets`)
  const { port = 0, address = family === 'ipv4' ? '0.0.0.0' : '::' } = input
  validatePort(port, `${name}.port`)
  const actual = validateAddress(address, `${name}.address`)
  if (actual !== family) {
    const message = `Invalid address family: ${address} is not an address for an ${family} socket`
    throw codedError('ERR_INVALID_ADDRESS_FAMILY', message)
  }
  return family === 'ipv4' ? encodeIPv4(String(address), port) : encodeIPv6(String(address), port)
}

/** Reads an address that the kernel wrote. */
export function decodeAddress(bytes: Uint8Array): SocketAddress {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const family = view.getUint16(0, little)
  if (family === families.ipv4) {
    return { family: 'IPv4', address: formatIPv4(bytes.subarray(4, 8)), port: view.getUint16(2) }
  }
  if (family === families.ipv6) return { family: 'IPv6', address: decodeIPv6(bytes, view), port: view.getUint16(2) }
  if (family === families.unix) return { family: 'unix', path: decodePath(bytes.subarray(pathOffset)) }
  throw codedError('ERR_INVALID_ADDRESS_FAMILY', `Invalid address family: ${family}`)
}

function decodeIPv6(bytes: Uint8Array, view: DataView): string {
  const address = formatIPv6(bytes.subarray(8, 24))
  const linkLocal = bytes[8] === 0xfe && ((bytes[9] ?? 0) & 0xc0) === 0x80
  const index = view.getUint32(24, little)
  return linkLocal && index !== 0 ? `${address}%${zoneName(index)}` : address
}

function decodePath(bytes: Uint8Array): string {
  const end = bytes[0] === 0 ? bytes.length : bytes.indexOf(0)
  return Buffer.from(bytes.subarray(0, end === -1 ? bytes.length : end)).toString()
}
