import { endianness } from 'node:os'
import { invalidArgValue } from '../errors.js'
import { optional, validateBoolean, validateInteger, validateObject, validateString } from '../validate.js'
import { viewOf } from './codecs/fields.js'
import type { BytesCodec } from './codecs/form.js'
import { interfaceIndex } from './membership.js'
import { writeOnly } from './oneway.js'
import { encodeKey, encodePeer } from './signature.js'

/** What names a key for TCP-AO: its peers and its two numbers. */
export interface AoKeyName {
  /** The IP address of the peer. */
  address: string
  /** How many bits of the address count. @default all of them, one peer */
  prefixLength?: number
  /** The number that the key has in segments that are sent, 0 to 255. */
  sendId: number
  /** The number that it has in segments that are received, 0 to 255. */
  receiveId: number
  /** The VRF device that the peer is reached through, by name or index. @default any way */
  interface?: string | number
}

/** A master key for TCP-AO (RFC 5925). */
export interface AoKey extends AoKeyName {
  /** The key: 1 to 80 bytes, a string as UTF-8. */
  key: string | Uint8Array
  /** The algorithm, by the kernel's name for it. @default 'hmac(sha1)' */
  algorithm?: string
  /** The bytes of each segment's signature. @default 12 */
  macLength?: number
  /** Whether the TCP options of a segment are left unsigned. @default false */
  excludeOptions?: boolean
}

/** What TCP_AO_INFO tells, and what of it can be set. Counts are segments. */
export interface AoInfo {
  /** The number (`sendId`) of the key that segments are signed with. */
  currentKey?: number
  /** The number (`receiveId`) of the key that the peer is asked to use. */
  nextKey?: number
  /** Whether segments without a signature are refused, from peers without a key too. */
  required: boolean
  /** Whether ICMP errors are believed. */
  acceptIcmps: boolean
  good: bigint
  bad: bigint
  keyNotFound: bigint
  unsigned: bigint
  droppedIcmps: bigint
}

/** The settings among these. */
export type AoSettings = Partial<Pick<AoInfo, 'currentKey' | 'nextKey' | 'required' | 'acceptIcmps'>>

const little = endianness() === 'LE'
const storageSize = 128
const algorithmSize = 64
const keySize = 80
const nameSize = 16
const interfaceGiven = 1
const optionsExcluded = 2
const settingFlags = ['currentKey', 'nextKey', 'required', 'counters', 'acceptIcmps'] as const

/** Bit fields of a C struct of four bytes: the first is the lowest bit of a little-endian machine, else the highest. */
function bit(index: number): number {
  return (little ? 1 << index : 1 << (31 - index)) >>> 0
}

function encodeName(
  value: Record<string, unknown>,
  name: string,
  bytes: Uint8Array,
): { prefix: number; index: number } {
  const bits = encodePeer(bytes, value.address, `${name}.address`)
  optional(value.prefixLength, `${name}.prefixLength`, (given, path) => validateInteger(given, path, 0, bits))
  for (const key of ['sendId', 'receiveId']) validateInteger(value[key], `${name}.${key}`, 0, 255)
  const index = interfaceIndex(value.interface, `${name}.interface`)
  return { prefix: Number(value.prefixLength ?? bits), index }
}

function encodeAlgorithm(value: unknown, name: string): Uint8Array {
  validateString(value, name)
  const bytes = Buffer.from(value)
  if (bytes.length === 0 || bytes.length >= algorithmSize || bytes.includes(0)) {
    throw invalidArgValue(name, value, `must be 1 to ${algorithmSize - 1} bytes long, none of them zero`)
  }
  return bytes
}

/** struct tcp_ao_add: address, algorithm, interface's index, flags, prefix, numbers, lengths, key. */
export const aoKey: BytesCodec = {
  capacity: 0,
  decode: writeOnly,
  encode(value, name) {
    validateObject(value, name)
    const { algorithm = 'hmac(sha1)', macLength = 12, excludeOptions = false, sendId, receiveId } = value
    const bytes = new Uint8Array(storageSize + algorithmSize + nameSize + keySize)
    const { prefix, index } = encodeName(value, name, bytes)
    const key = encodeKey(value.key, `${name}.key`, 1)
    validateInteger(macLength, `${name}.macLength`, 1, 255)
    validateBoolean(excludeOptions, `${name}.excludeOptions`)
    bytes.set(encodeAlgorithm(algorithm, `${name}.algorithm`), storageSize)
    const at = storageSize + algorithmSize
    new DataView(bytes.buffer).setInt32(at, index, little)
    const flags = (index === 0 ? 0 : interfaceGiven) | (excludeOptions ? optionsExcluded : 0)
    bytes.set([prefix, Number(sendId), Number(receiveId), macLength, flags, key.length], at + 10)
    bytes.set(key, at + nameSize)
    return bytes
  },
}

/** struct tcp_ao_del: address, interface's index, flags, prefix, numbers. */
export const aoKeyName: BytesCodec = {
  capacity: 0,
  decode: writeOnly,
  encode(value, name) {
    validateObject(value, name)
    const bytes = new Uint8Array(storageSize + nameSize)
    const { prefix, index } = encodeName(value, name, bytes)
    new DataView(bytes.buffer).setInt32(storageSize, index, little)
    bytes.set([prefix, Number(value.sendId), Number(value.receiveId)], storageSize + 10)
    bytes[storageSize + 15] = index === 0 ? 0 : interfaceGiven
    return bytes
  },
}

/** struct tcp_ao_info_opt: flags, numbers of two keys, counters. */
export const aoInfo: BytesCodec = {
  capacity: 48,
  decode(read) {
    const view = viewOf(read)
    const flags = view.getUint32(0, little)
    const has = (name: (typeof settingFlags)[number]) => (flags & bit(settingFlags.indexOf(name))) !== 0
    const [good = 0n, bad = 0n, keyNotFound = 0n, unsigned = 0n, droppedIcmps = 0n] = Array.from(
      { length: 5 },
      (_, index) => view.getBigUint64(8 + index * 8, little),
    )
    return {
      ...(has('currentKey') && { currentKey: view.getUint8(6) }),
      ...(has('nextKey') && { nextKey: view.getUint8(7) }),
      required: has('required'),
      acceptIcmps: has('acceptIcmps'),
      ...{ good, bad, keyNotFound, unsigned, droppedIcmps },
    } satisfies AoInfo
  },
  encode(value, name) {
    validateObject(value, name)
    for (const key of ['required', 'acceptIcmps']) optional(value[key], `${name}.${key}`, validateBoolean)
    for (const key of ['currentKey', 'nextKey']) {
      optional(value[key], `${name}.${key}`, (given, path) => validateInteger(given, path, 0, 255))
    }
    const bytes = new Uint8Array(48)
    const isSet = (key: string) => value[key] !== undefined && value[key] !== false
    const flags = settingFlags.map((key, index) => (isSet(key) && key !== 'counters' ? bit(index) : 0))
    new DataView(bytes.buffer).setUint32(
      0,
      flags.reduce((all, one) => all + one, 0),
      little,
    )
    bytes.set([Number(value.currentKey ?? 0), Number(value.nextKey ?? 0)], 6)
    return bytes
  },
}
