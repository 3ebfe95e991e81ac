import { endianness } from 'node:os'
import { types } from 'node:util'
import { invalidArgType, invalidArgValue, outOfRange } from '../errors.js'
import { validateAddress } from '../ipaddress.js'
import { encodeAddress } from '../sockaddr.js'
import { optional, validateInteger, validateObject } from '../validate.js'
import type { BytesCodec } from './codecs/form.js'
import { interfaceIndex } from './membership.js'
import { writeOnly } from './oneway.js'

/** The peers that a key for signed segments is for. */
export interface Md5Peer {
  /** The IP address of the peer. */
  address: string
  /** How many bits of the address count: the key is for a whole network. @default all of them, one peer */
  prefixLength?: number
  /** The VRF device that the peer is reached through, by name or index. @default any way */
  interface?: string | number
}

/** A key for TCP MD5 signatures (RFC 2385), and the peers that it is for. */
export interface Md5Key extends Md5Peer {
  /** The key: 1 to 80 bytes, a string as UTF-8; none takes the peer's key away. */
  key: string | Uint8Array
}

const little = endianness() === 'LE'
const storageSize = 128
const longestKey = 80
const hasPrefix = 1
const hasInterface = 2

/** Checks a key and gives its bytes. */
export function encodeKey(value: unknown, name: string, least: number): Uint8Array {
  if (typeof value !== 'string' && !types.isUint8Array(value)) {
    throw invalidArgType(name, 'of type string or an instance of Buffer or Uint8Array', value)
  }
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  if (bytes.length >= least && bytes.length <= longestKey) return bytes
  throw outOfRange(`${name}.length`, `>= ${least} && <= ${longestKey}`, bytes.length)
}

/** Checks the address of a peer, writes it to the start of the bytes, and gives the number of its bits. */
export function encodePeer(bytes: Uint8Array, address: unknown, name: string): number {
  const family = validateAddress(address, name)
  bytes.set(encodeAddress(family, { address }, name))
  return family === 'ipv4' ? 32 : 128
}

/** struct tcp_md5sig: address, flags, length of prefix, length of key, interface's index, key. */
function encodeSignature(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const { address, prefixLength, interface: via } = value
  const bytes = new Uint8Array(storageSize + 8 + longestKey)
  const bits = encodePeer(bytes, address, `${name}.address`)
  optional(prefixLength, `${name}.prefixLength`, (given, path) => validateInteger(given, path, 0, bits))
  const key = encodeKey(value.key, `${name}.key`, 0)
  const view = new DataView(bytes.buffer)
  bytes[storageSize] = (prefixLength === undefined ? 0 : hasPrefix) | (via === undefined ? 0 : hasInterface)
  bytes[storageSize + 1] = Number(prefixLength ?? 0)
  view.setUint16(storageSize + 2, key.length, little)
  view.setInt32(storageSize + 4, interfaceIndex(via, `${name}.interface`), little)
  bytes.set(key, storageSize + 8)
  return bytes
}

/** TCP_MD5SIG_EXT, which looks at the flags. */
export const signatureExtended: BytesCodec = { capacity: 0, decode: writeOnly, encode: encodeSignature }

/** TCP_MD5SIG, to which the kernel takes a prefix or an interface without a word and ignores it. */
export const signature: BytesCodec = {
  capacity: 0,
  decode: writeOnly,
  encode(value, name) {
    validateObject(value, name)
    for (const key of ['prefixLength', 'interface']) {
      if (value[key] !== undefined) throw invalidArgValue(`${name}.${key}`, value[key], 'is for TCP_MD5SIG_EXT')
    }
    return encodeSignature(value, name)
  },
}
