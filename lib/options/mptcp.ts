import { endianness } from 'node:os'
import { viewOf } from './codecs/fields.js'
import type { BytesCodec } from './codecs/form.js'
import { readOnly } from './oneway.js'

/**
 * What the kernel knows of an MPTCP connection. A field that the running kernel is too old to fill is undefined. Times
 * that end in `Ms` are milliseconds, counts of bytes are of the data of all subflows.
 *
 * @see linux/mptcp.h (struct mptcp_info), RFC 8684
 */
export interface MptcpInfo {
  /** The kernel's word that the connection is becoming plain TCP; once it is, the kernel has no such options for it. */
  fallback: boolean
  /** Whether the peer has sent its key: from then on further subflows can join. */
  remoteKeyReceived: boolean
  /** Subflows beside the first one. */
  extraSubflows: number
  /** Addresses announced to the peer. */
  addressesAnnounced: number
  /** Addresses that the peer announced and that were taken. */
  addressesAccepted: number
  /** Limits of these three, by the path manager. */
  extraSubflowsMax: number
  addressesAnnouncedMax: number
  addressesAcceptedMax: number
  /** The connection's number in the host, which a subflow that joins names. */
  token: number
  /** The sequence number of the data to be written next. */
  writeSequence: bigint
  /** That of the first data not acknowledged. */
  unacknowledgedSequence: bigint
  /** That of the data expected next. */
  receiveSequence: bigint
  localAddressesUsed?: number
  localAddressesMax?: number
  /** Whether the data has checksums of its own. */
  checksums?: boolean
  retransmits?: number
  bytesRetransmitted?: bigint
  bytesSent?: bigint
  bytesReceived?: bigint
  bytesAcked?: bigint
  /** All subflows, the first one included. */
  subflows?: number
  lastDataSentMs?: number
  lastDataReceivedMs?: number
  lastAckReceivedMs?: number
}

/** MPTCP_FULL_INFO without its arrays. */
export interface MptcpFullInfo extends MptcpInfo {
  /** The subflows that there are now. */
  currentSubflows: number
}

type Field = keyof { [Name in keyof MptcpInfo as MptcpInfo[Name] extends boolean | undefined ? never : Name]: true }

const little = endianness() === 'LE'
const flagsAt = 8
const checksumsAt = 42
// Offset and width of each number; kernels added to the end, and filled the holes.
const layout: readonly (readonly [name: Field, offset: number, width: 1 | 4 | 8])[] = [
  ['extraSubflows', 0, 1],
  ['addressesAnnounced', 1, 1],
  ['addressesAccepted', 2, 1],
  ['extraSubflowsMax', 3, 1],
  ['addressesAnnouncedMax', 4, 1],
  ['addressesAcceptedMax', 5, 1],
  ['token', 12, 4],
  ['writeSequence', 16, 8],
  ['unacknowledgedSequence', 24, 8],
  ['receiveSequence', 32, 8],
  ['localAddressesUsed', 40, 1],
  ['localAddressesMax', 41, 1],
  ['retransmits', 44, 4],
  ['bytesRetransmitted', 48, 8],
  ['bytesSent', 56, 8],
  ['bytesReceived', 64, 8],
  ['bytesAcked', 72, 8],
  ['subflows', 80, 1],
  ['lastDataSentMs', 84, 4],
  ['lastDataReceivedMs', 88, 4],
  ['lastAckReceivedMs', 92, 4],
]

function readNumber(view: DataView, offset: number, width: 1 | 4 | 8): number | bigint {
  if (width === 1) return view.getUint8(offset)
  return width === 4 ? view.getUint32(offset, little) : view.getBigUint64(offset, little)
}

/** Reads struct mptcp_info, as much of it as the kernel wrote. */
function decodeInfo(bytes: Uint8Array): MptcpInfo {
  const view = viewOf(bytes)
  const flags = view.getUint32(flagsAt, little)
  const numbers = layout
    .filter(([, offset, width]) => offset + width <= bytes.length)
    .map(([name, offset, width]) => [name, readNumber(view, offset, width)])
  return {
    fallback: (flags & 1) !== 0,
    remoteKeyReceived: (flags & 2) !== 0,
    ...(bytes.length > checksumsAt && { checksums: bytes[checksumsAt] === 1 }),
    ...Object.fromEntries(numbers),
  }
}

const fullHeadSize = 40
const countAt = 16

/** struct mptcp_info. */
export const mptcpInfo: BytesCodec = { capacity: 256, decode: decodeInfo, encode: readOnly }

/** struct mptcp_full_info. The pointers to its arrays stay null: MPTCP_TCPINFO and MPTCP_SUBFLOW_ADDRS need none. */
export const mptcpFullInfo: BytesCodec = {
  capacity: 256,
  decode(read): MptcpFullInfo {
    return { currentSubflows: viewOf(read).getUint32(countAt, little), ...decodeInfo(read.subarray(fullHeadSize)) }
  },
  encode: readOnly,
}
