import { isIPv4, isIPv6 } from 'node:net'
import { endianness } from 'node:os'
import { invalidArgType, systemError } from '../errors.js'
import { parseIPv4, parseIPv6 } from '../ipaddress.js'
import { native } from '../native.js'
import { maxInt32, validateInteger, validateObject, validateString } from '../validate.js'

/** A multicast group, and the interface to join or leave it on. */
export interface Membership {
  /** The address of the group. */
  group: string
  /** An interface's name or index, or for IPv4 its address. @default the kernel's choice, by its routes */
  interface?: string | number
}

/** A multicast group with one source (RFC 4607), and the interface's IPv4 address. */
export interface SourceMembership {
  /** The address of the group. */
  group: string
  /** The address of the sender. */
  source: string
  /** The address of the interface. @default the kernel's choice, by its routes */
  interface?: string
}

const little = endianness() === 'LE'

function ipv4(value: unknown, name: string): Uint8Array {
  validateString(value, name)
  if (!isIPv4(value)) throw invalidArgType(name, 'an IPv4 address', value)
  return parseIPv4(value)
}

function ipv6(value: unknown, name: string): Uint8Array {
  validateString(value, name)
  if (!isIPv6(value) || value.includes('%')) throw invalidArgType(name, 'an IPv6 address without a zone', value)
  return parseIPv6(value)
}

/** The index of an interface that is given by name or index; 0 for none. */
export function interfaceIndex(value: unknown, name: string): number {
  if (value === undefined) return 0
  if (typeof value === 'number') {
    validateInteger(value, name, 0, maxInt32)
    return value
  }
  validateString(value, name)
  const index = native.interfaceIndex(Buffer.from(value))
  if (index < 0) throw systemError(index, 'if_nametoindex', { address: value })
  return index
}

/** struct in_addr: the address of an interface. */
export function encodeInAddr(value: unknown, name: string): Uint8Array {
  return ipv4(value, name)
}

/** struct ip_mreqn: group, interface's address, interface's index. */
export function encodeMembership(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const given = value.interface
  const byAddress = typeof given === 'string' && isIPv4(given)
  const bytes = new Uint8Array(12)
  bytes.set(ipv4(value.group, `${name}.group`))
  if (byAddress) bytes.set(parseIPv4(given), 4)
  else new DataView(bytes.buffer).setInt32(8, interfaceIndex(given, `${name}.interface`), little)
  return bytes
}

/** struct ip_mreq_source: group, interface's address, source. */
export function encodeSourceMembership(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const bytes = new Uint8Array(12)
  bytes.set(ipv4(value.group, `${name}.group`))
  if (value.interface !== undefined) bytes.set(ipv4(value.interface, `${name}.interface`), 4)
  bytes.set(ipv4(value.source, `${name}.source`), 8)
  return bytes
}

/** struct ipv6_mreq: group, interface's index. */
export function encodeMembershipIPv6(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const bytes = new Uint8Array(20)
  bytes.set(ipv6(value.group, `${name}.group`))
  new DataView(bytes.buffer).setInt32(16, interfaceIndex(value.interface, `${name}.interface`), little)
  return bytes
}
