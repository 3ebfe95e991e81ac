import { isIPv4, isIPv6 } from 'node:net'
import { endianness, networkInterfaces } from 'node:os'
import { errnoOf, invalidArgType, invalidArgValue, systemError } from '../errors.js'
import { parseIPv6 } from '../ipaddress.js'
import { families } from '../platform.js'
import { encodeAddress } from '../sockaddr.js'
import { validateObject, validateString } from '../validate.js'
import type { BytesCodec } from './codecs/form.js'
import type { Level } from './entry.js'
import { interfaceIndex, type Membership } from './membership.js'
import { writeOnly } from './oneway.js'

/** One source of a multicast group of either family, and the interface to receive it on. */
export interface GroupSource extends Membership {
  /** The address of the sender, of the group's family. */
  source: string
}

const little = endianness() === 'LE'
const storageSize = 128
/** A struct sockaddr_storage is aligned as a pointer is. */
const storageOffset = process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8

/** The first bytes of all structures here: the interface's index and the group. */
export const groupSize = storageOffset + storageSize

function indexOf(value: unknown, name: string): number {
  if (typeof value !== 'string' || !isIPv4(value)) return interfaceIndex(value, name)
  const found = Object.entries(networkInterfaces()).find(([, all]) => all?.some(({ address }) => address === value))
  if (!found) throw systemError(errnoOf('ENODEV'), 'getifaddrs', { address: value })
  return interfaceIndex(found[0], name)
}

/** Checks an IP address without a zone, and gives its family. */
function familyOfAddress(value: unknown, name: string): 'ipv4' | 'ipv6' {
  validateString(value, name)
  if (isIPv4(value)) return 'ipv4'
  if (isIPv6(value) && !value.includes('%')) return 'ipv6'
  throw invalidArgType(name, 'an IP address without a zone', value)
}

function validateGroup(value: unknown, name: string): asserts value is string {
  const family = familyOfAddress(value, name)
  const first = family === 'ipv4' ? Number.parseInt(String(value), 10) : (parseIPv6(String(value))[0] as number)
  const isMulticast = family === 'ipv4' ? first >> 4 === 0xe : first === 0xff
  if (!isMulticast) throw invalidArgValue(name, value, 'must be a multicast address')
}

/** The bytes of a source of a group: an address of the group's family. */
export function encodeSource(source: unknown, group: string, name: string): Uint8Array {
  const family = familyOfAddress(group, name)
  if (familyOfAddress(source, name) !== family) throw invalidArgValue(name, source, `must be an ${family} address`)
  return encodeAddress(family, { address: source })
}

/** Checks a group and its interface, and writes them to the start of as many bytes as asked for. */
export function encodeGroup(value: unknown, name: string, size: number): Uint8Array {
  validateObject(value, name)
  const { group } = value
  validateGroup(group, `${name}.group`)
  const bytes = new Uint8Array(size)
  bytes.set(encodeAddress(familyOfAddress(group, name), { address: group }), storageOffset)
  new DataView(bytes.buffer).setUint32(0, indexOf(value.interface, `${name}.interface`), little)
  return bytes
}

/** The level that goes with a group: the options have one number at both levels. */
export function levelOfGroup(bytes: Uint8Array): Level {
  const family = new DataView(bytes.buffer, bytes.byteOffset).getUint16(storageOffset, little)
  return family === families.ipv6 ? 'IPPROTO_IPV6' : 'IPPROTO_IP'
}

/** struct group_req: interface's index, group. */
export const group: BytesCodec = {
  capacity: 0,
  levelOf: levelOfGroup,
  decode: writeOnly,
  encode: (value, name) => encodeGroup(value, name, groupSize),
}

/** struct group_source_req: interface's index, group, source. */
export const groupSource: BytesCodec = {
  capacity: 0,
  levelOf: levelOfGroup,
  decode: writeOnly,
  encode(value, name) {
    const bytes = encodeGroup(value, name, groupSize + storageSize)
    const { source, group } = value as GroupSource
    bytes.set(encodeSource(source, group, `${name}.source`), groupSize)
    return bytes
  },
}
