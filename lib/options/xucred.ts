import { endianness } from 'node:os'
import { viewOf } from './codecs/fields.js'
import { type Field, readFields } from './layout.js'

/** Who is at the other end of a Unix socket, on macOS and FreeBSD. */
export interface LocalPeerCredentials {
  /** The effective user. */
  uid: number
  /** The groups, the effective one first. */
  groups: number[]
  /** The process, where the system tells it. */
  pid?: number
}

const little = endianness() === 'LE'
const mostGroups = 16
const groupsOffset = 12

const head = [['uid', 4, 4]] as const satisfies readonly Field<string>[]

/** The process, which FreeBSD has in the place of a pointer behind the groups; macOS ends before it. */
const tails: Readonly<Record<number, Field<'pid'>>> = { 80: ['pid', 76, 4], 88: ['pid', 80, 4] }

/** The bytes to offer for LOCAL_PEERCRED: all of the longest structure. */
export const peerCredentialsSize = 88

/**
 * Reads struct xucred: 76 bytes on macOS, and on FreeBSD 88, or 80 where pointers have 4 bytes.
 *
 * @see xnu bsd/sys/ucred.h, FreeBSD sys/sys/ucred.h
 */
export function decodePeerCredentials(bytes: Uint8Array): LocalPeerCredentials {
  const { uid = 0 } = readFields(bytes, head)
  const view = viewOf(bytes)
  const told = bytes.length < groupsOffset ? 0 : view.getInt16(8, little)
  const held = Math.floor((bytes.length - groupsOffset) / 4)
  const count = Math.max(0, Math.min(told, mostGroups, held))
  const groups = Array.from({ length: count }, (_, index) => view.getUint32(groupsOffset + index * 4, little))
  const tail = tails[bytes.length]
  const { pid = 0 } = tail ? readFields(bytes, [tail]) : {}
  return pid === 0 ? { uid, groups } : { uid, groups, pid }
}
