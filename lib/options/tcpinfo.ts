import { endianness } from 'node:os'
import { viewOf } from './codecs/fields.js'

/** The states of a TCP connection (RFC 9293), by the kernel's number. */
const states = [
  'UNKNOWN',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
] as const

/** The state of a TCP connection, by its name in RFC 9293 as Linux spells it. */
export type TcpState = (typeof states)[number]

/**
 * What the kernel knows of a TCP connection. A field that the running kernel is too old to fill is undefined.
 * Times that end in `Us` are microseconds, in `Ms` milliseconds; sizes are bytes, rates bytes a second. A rate without
 * a limit is `Infinity`.
 *
 * @see linux/tcp.h (struct tcp_info), RFC 4898
 */
export interface TcpInfo {
  state: TcpState
  /** Congestion control: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss. */
  congestionState: number
  /** Retransmissions of the oldest unacknowledged segment so far. */
  retransmits: number
  /** Keep-alive or zero-window probes unanswered so far. */
  probes: number
  backoff: number
  /** Bits: 1 timestamps, 2 SACK, 4 window scaling, 8 ECN agreed, 16 ECN seen, 32 Fast Open data acknowledged. */
  optionBits: number
  sendWindowScale: number
  receiveWindowScale: number
  deliveryRateAppLimited: boolean
  rtoUs?: number
  ackTimeoutUs?: number
  sendMss?: number
  receiveMss?: number
  /** Segments sent and not acknowledged; on a listener, the connections in its accept queue. */
  unacked?: number
  /** Segments acknowledged selectively; on a listener, the limit of its accept queue. */
  sacked?: number
  lost?: number
  retransmitted?: number
  lastDataSentMs?: number
  lastDataReceivedMs?: number
  lastAckReceivedMs?: number
  pathMtu?: number
  receiveSlowStartThreshold?: number
  rttUs?: number
  rttVarianceUs?: number
  sendSlowStartThreshold?: number
  /** Congestion window, in segments; on macOS and FreeBSD in bytes. */
  congestionWindow?: number
  advertisedMss?: number
  reordering?: number
  receiveRttUs?: number
  receiveSpace?: number
  totalRetransmits?: number
  pacingRate?: number
  maxPacingRate?: number
  bytesAcked?: number
  bytesReceived?: number
  segmentsOut?: number
  segmentsIn?: number
  notSentBytes?: number
  minRttUs?: number
  dataSegmentsIn?: number
  dataSegmentsOut?: number
  deliveryRate?: number
  busyTimeUs?: number
  receiveWindowLimitedUs?: number
  sendBufferLimitedUs?: number
  delivered?: number
  deliveredCe?: number
  bytesSent?: number
  bytesRetransmitted?: number
  duplicateSacks?: number
  reorderingSeen?: number
  outOfOrderPackets?: number
  sendWindow?: number
  receiveWindow?: number
  rehashes?: number
  totalRto?: number
  totalRtoRecoveries?: number
  totalRtoTimeMs?: number
}

type Width = 2 | 4 | 8

// The layout is the kernel's and only ever grows at its end; the C libraries' headers know different shares of it.
const layout: readonly (readonly [name: keyof TcpInfo | undefined, width: Width])[] = [
  ['rtoUs', 4],
  ['ackTimeoutUs', 4],
  ['sendMss', 4],
  ['receiveMss', 4],
  ['unacked', 4],
  ['sacked', 4],
  ['lost', 4],
  ['retransmitted', 4],
  // FACK is gone from the kernel, its field is not.
  [undefined, 4],
  ['lastDataSentMs', 4],
  // The kernel has never noted when the last acknowledgement was sent.
  [undefined, 4],
  ['lastDataReceivedMs', 4],
  ['lastAckReceivedMs', 4],
  ['pathMtu', 4],
  ['receiveSlowStartThreshold', 4],
  ['rttUs', 4],
  ['rttVarianceUs', 4],
  ['sendSlowStartThreshold', 4],
  ['congestionWindow', 4],
  ['advertisedMss', 4],
  ['reordering', 4],
  ['receiveRttUs', 4],
  ['receiveSpace', 4],
  ['totalRetransmits', 4],
  ['pacingRate', 8],
  ['maxPacingRate', 8],
  ['bytesAcked', 8],
  ['bytesReceived', 8],
  ['segmentsOut', 4],
  ['segmentsIn', 4],
  ['notSentBytes', 4],
  ['minRttUs', 4],
  ['dataSegmentsIn', 4],
  ['dataSegmentsOut', 4],
  ['deliveryRate', 8],
  ['busyTimeUs', 8],
  ['receiveWindowLimitedUs', 8],
  ['sendBufferLimitedUs', 8],
  ['delivered', 4],
  ['deliveredCe', 4],
  ['bytesSent', 8],
  ['bytesRetransmitted', 8],
  ['duplicateSacks', 4],
  ['reorderingSeen', 4],
  ['outOfOrderPackets', 4],
  ['sendWindow', 4],
  ['receiveWindow', 4],
  ['rehashes', 4],
  ['totalRto', 2],
  ['totalRtoRecoveries', 2],
  ['totalRtoTimeMs', 4],
]

const little = endianness() === 'LE'
const headSize = 8

/** The bytes to offer for TCP_INFO: all that is known here, with room for what is not. */
export const tcpInfoSize = 512

/** The name of a state by the kernel's number. */
export function tcpStateName(number: number): TcpState {
  return states[number] ?? 'UNKNOWN'
}

function readNumber(view: DataView, offset: number, width: Width): number {
  if (width === 2) return view.getUint16(offset, little)
  if (width === 4) return view.getUint32(offset, little)
  const value = view.getBigUint64(offset, little)
  return value === 2n ** 64n - 1n ? Number.POSITIVE_INFINITY : Number(value)
}

/** Reads struct tcp_info, as much of it as the kernel wrote. */
export function decodeTcpInfo(bytes: Uint8Array): TcpInfo {
  const head = Uint8Array.from({ length: headSize }, (_, index) => bytes[index] ?? 0)
  const [state = 0, congestionState = 0, retransmits = 0, probes = 0, backoff = 0, optionBits = 0, scales = 0] = head
  const [low, high] = [scales & 0xf, scales >> 4]
  const info: TcpInfo = {
    state: tcpStateName(state),
    congestionState,
    retransmits,
    probes,
    backoff,
    optionBits,
    sendWindowScale: little ? low : high,
    receiveWindowScale: little ? high : low,
    deliveryRateAppLimited: ((head[7] ?? 0) & (little ? 0x01 : 0x80)) !== 0,
  }
  const view = viewOf(bytes)
  const numbers: Partial<Record<keyof TcpInfo, number>> = {}
  let offset = headSize
  for (const [name, width] of layout) {
    if (offset + width > bytes.length) break
    if (name) numbers[name] = readNumber(view, offset, width)
    offset += width
  }
  return Object.assign(info, numbers)
}
