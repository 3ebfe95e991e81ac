import { type Field, readFields } from './layout.js'
import type { TcpInfo, TcpState } from './tcpinfo.js'

/** The states of a TCP connection by the number that macOS and FreeBSD give them. */
const states: readonly TcpState[] = [
  'CLOSE',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'CLOSE_WAIT',
  'FIN_WAIT_1',
  'CLOSING',
  'LAST_ACK',
  'FIN_WAIT_2',
  'TIME_WAIT',
]

/** The name of a state by the number that macOS and FreeBSD give it (netinet/tcp_fsm.h). */
export function bsdStateName(number: number | undefined): TcpState {
  return states[number ?? -1] ?? 'UNKNOWN'
}

/** What every TcpInfo has; neither system tells the retransmissions and probes that are under way. */
function headOf(state: number | undefined, optionBits: number, send: number, receive: number): TcpInfo {
  return {
    state: bsdStateName(state),
    congestionState: 0,
    retransmits: 0,
    probes: 0,
    backoff: 0,
    optionBits,
    sendWindowScale: send,
    receiveWindowScale: receive,
    deliveryRateAppLimited: false,
  }
}

const freebsdHead = [
  ['state', 0, 1],
  ['options', 5, 1],
  ['scales', 6, 1],
] as const satisfies readonly Field<string>[]

// The gaps are fields of Linux that FreeBSD leaves at 0.
const freebsdFields = [
  ['rtoUs', 8, 4],
  ['sendMss', 16, 4],
  ['receiveMss', 20, 4],
  ['rttUs', 68, 4],
  ['rttVarianceUs', 72, 4],
  ['sendSlowStartThreshold', 76, 4],
  ['congestionWindow', 80, 4],
  ['receiveSpace', 96, 4],
  ['sendWindow', 100, 4],
  ['totalRetransmits', 120, 4],
  ['outOfOrderPackets', 124, 4],
  ['deliveredCe', 132, 4],
] as const satisfies readonly Field<keyof TcpInfo>[]

/**
 * Reads struct tcp_info of FreeBSD, which begins like that of Linux. Congestion window and slow start threshold are
 * bytes there.
 *
 * @see FreeBSD sys/netinet/tcp.h (struct tcp_info), tcp_fill_info() of sys/netinet/tcp_usrreq.c
 */
export function decodeFreebsdInfo(bytes: Uint8Array): TcpInfo {
  const { state, options = 0, scales = 0 } = readFields(bytes, freebsdHead)
  const { received } = readFields(bytes, [['received', 52, 4]])
  const last = received === undefined ? {} : { lastDataReceivedMs: received / 1000 }
  return { ...headOf(state, options, scales & 0xf, scales >> 4), ...readFields(bytes, freebsdFields), ...last }
}

const darwinHead = [
  ['state', 0, 1],
  ['options', 1, 1],
  ['send', 2, 1],
  ['receive', 3, 1],
] as const satisfies readonly Field<string>[]

const darwinTimes = [
  ['rtoUs', 8, 4],
  ['rttUs', 24, 4],
  ['rttVarianceUs', 28, 4],
  ['minRttUs', 32, 4],
] as const satisfies readonly Field<keyof TcpInfo>[]

const darwinFields = [
  ['sendMss', 12, 4],
  ['receiveMss', 16, 4],
  ['sendSlowStartThreshold', 36, 4],
  ['congestionWindow', 40, 4],
  ['receiveSpace', 44, 4],
  ['sendWindow', 48, 4],
] as const satisfies readonly Field<keyof TcpInfo>[]

/**
 * Reads the beginning of struct tcp_info of macOS, which is private: TCP_CONNECTION_INFO is the public one and tells
 * more. Congestion window and slow start threshold are bytes there.
 *
 * @see xnu bsd/netinet/tcp_private.h (struct tcp_info)
 */
export function decodeDarwinInfo(bytes: Uint8Array): TcpInfo {
  const { state, options = 0, send = 0, receive = 0 } = readFields(bytes, darwinHead)
  const times = Object.entries(readFields(bytes, darwinTimes)).map(([name, milliseconds]) => [
    name,
    milliseconds * 1000,
  ])
  return { ...headOf(state, options, send, receive), ...Object.fromEntries(times), ...readFields(bytes, darwinFields) }
}
