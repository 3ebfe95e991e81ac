import { endianness } from 'node:os'
import { codedError, invalidArgValue } from './errors.js'
import { formatIPv4, formatIPv6, parseIPv6, validateAddress, zoneIndex, zoneName } from './ipaddress.js'
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
