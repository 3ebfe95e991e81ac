import { endianness } from 'node:os'
import { decodeAddress } from '../sockaddr.js'
import { viewOf } from './codecs/fields.js'
import type { BytesCodec } from './codecs/form.js'
import { readOnly } from './oneway.js'

/** A key for TCP-AO as the kernel tells it. */
export interface AoKeyState {
  address: string
  prefixLength: number
  sendId: number
  receiveId: number
  algorithm: string
  key: Buffer
  macLength: number
  /** Whether segments are signed with it. */
  current: boolean
  /** Whether the peer is asked to use it. */
  next: boolean
  /** Segments with a good signature of this key. */
  good: bigint
  /** Segments with a bad one. */
  bad: bigint
}

/** The keys that a socket has: how many, and the first. */
export interface AoKeys {
  count: number
  first?: AoKeyState
}

const little = endianness() === 'LE'
const size = 304
const at = { algorithm: 128, key: 192, count: 272, flags: 276, numbers: 278, keyLength: 283, counters: 288 } as const

/** The lowest bits of a field of two bytes, as a C compiler lays them out. */
function bit(index: number): number {
  return little ? 1 << index : 1 << (15 - index)
}

/** Asks for all keys, with room for one. */
function request(): Uint8Array {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint32(at.count, 1, little)
  view.setUint16(at.flags, bit(2), little)
  return bytes
}

function decodeKey(read: Buffer, view: DataView): AoKeyState {
  const flags = view.getUint16(at.flags, little)
  const [sendId = 0, receiveId = 0, prefixLength = 0, macLength = 0] = read.subarray(at.numbers)
  return {
    address: decodeAddress(read).address as string,
    ...{ prefixLength, sendId, receiveId, macLength },
    algorithm: read.toString('latin1', at.algorithm, read.indexOf(0, at.algorithm)),
    key: Buffer.from(read.subarray(at.key, at.key + view.getUint8(at.keyLength))),
    current: (flags & bit(0)) !== 0,
    next: (flags & bit(1)) !== 0,
    good: view.getBigUint64(at.counters, little),
    bad: view.getBigUint64(at.counters + 8, little),
  }
}

/** struct tcp_ao_getsockopt: address, algorithm, key, number of keys, flags, numbers, lengths, interface, counters. */
export const aoKeys: BytesCodec = {
  capacity: size,
  request: request(),
  decode(read) {
    const view = viewOf(read)
    const count = view.getUint32(at.count, little)
    return (count === 0 ? { count } : { count, first: decodeKey(read, view) }) satisfies AoKeys
  },
  encode: readOnly,
}
