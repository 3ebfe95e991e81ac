import { bsdStateName } from './bsdinfo.js'
import { type Field, readFields } from './layout.js'
import type { TcpState } from './tcpinfo.js'

/**
 * What macOS tells of a TCP connection. A field that the running kernel does not fill is undefined. Times that end in
 * `Ms` are milliseconds, sizes and windows bytes; counters begin with the connection.
 *
 * @see xnu bsd/netinet/tcp.h (struct tcp_connection_info)
 */
export interface ConnectionInfo {
  state: TcpState
  /** Whether lost segments are being sent again. */
  lossRecovery: boolean
  /** Whether segments were seen to overtake each other. */
  reorderingDetected: boolean
  sendWindowScale?: number
  receiveWindowScale?: number
  /** Bits: 1 timestamps, 2 SACK, 4 window scaling, 8 ECN. */
  optionBits?: number
  rtoMs?: number
  maxSegment?: number
  sendSlowStartThreshold?: number
  congestionWindow?: number
  sendWindow?: number
  /** Bytes in the send buffer, those on their way included. */
  sendBufferBytes?: number
  receiveWindow?: number
  /** The latest round-trip time. */
  rttMs?: number
  /** The average round-trip time. */
  smoothedRttMs?: number
  rttVarianceMs?: number
  /**
   * Bits of Fast Open: 1 a cookie was requested, 2 received; 4 the SYN was lost, so that it was left out; 8 data went
   * with the SYN, 16 was acknowledged; 32 data came with a SYN, 64 a request for a cookie; 128 a cookie was sent, 256
   * one was invalid, 512 ours was wrong; 1024 none came; 2048 experience turned it off; 4096 the way out, 8192 the way
   * in swallows it; 16384 a proxy takes one byte less.
   */
  fastOpenBits?: number
  packetsSent?: number
  bytesSent?: number
  bytesRetransmitted?: number
  packetsReceived?: number
  bytesReceived?: number
  bytesOutOfOrder?: number
  packetsRetransmitted?: number
}

const head = [
  ['state', 0, 1],
  ['flags', 8, 4],
] as const satisfies readonly Field<string>[]

const fields = [
  ['sendWindowScale', 1, 1],
  ['receiveWindowScale', 2, 1],
  ['optionBits', 4, 4],
  ['rtoMs', 12, 4],
  ['maxSegment', 16, 4],
  ['sendSlowStartThreshold', 20, 4],
  ['congestionWindow', 24, 4],
  ['sendWindow', 28, 4],
  ['sendBufferBytes', 32, 4],
  ['receiveWindow', 36, 4],
  ['rttMs', 40, 4],
  ['smoothedRttMs', 44, 4],
  ['rttVarianceMs', 48, 4],
  ['fastOpenBits', 52, 4],
  ['packetsSent', 56, 8],
  ['bytesSent', 64, 8],
  ['bytesRetransmitted', 72, 8],
  ['packetsReceived', 80, 8],
  ['bytesReceived', 88, 8],
  ['bytesOutOfOrder', 96, 8],
  ['packetsRetransmitted', 104, 8],
] as const satisfies readonly Field<keyof ConnectionInfo>[]

/** The bytes to offer for TCP_CONNECTION_INFO: all 112 that are known here, with room for what is not. */
export const connectionInfoSize = 256

/** Reads struct tcp_connection_info, as much of it as the kernel wrote. */
export function decodeConnectionInfo(bytes: Uint8Array): ConnectionInfo {
  const { state, flags = 0 } = readFields(bytes, head)
  const info = { state: bsdStateName(state), lossRecovery: (flags & 1) !== 0, reorderingDetected: (flags & 2) !== 0 }
  return { ...info, ...readFields(bytes, fields) }
}
