import type { OptionInput, OptionValue, SocketKind, Timestamping } from '../../lib/index.js'
import type { apart } from './apart.js'
import { loopbackIndex, type RoundTripOption, sysctl, sysctlText } from './kinds.js'
import { ipSamples, ipv6Samples, off, on } from './samples-ip.js'

/** What an option is on a new socket, and a value to set. */
export interface Sample<Output = unknown, Input = unknown> {
  readonly initial: Output | ((kind: SocketKind) => Output)
  readonly value: Input | ((kind: SocketKind) => Input)
  /** What reads back, where that is not the value. */
  readonly reads?: Output
  /** What reads back once the initial value is set again, where that is another. */
  readonly after?: Output
  /** Setting it takes root. */
  readonly root?: true
}

/** The options that read back once they are set on a new socket. */
export type Sampled = Exclude<RoundTripOption, keyof typeof apart>

function other(names: string, than: string): string {
  return names.split(/\s+/).find((name) => name !== than) as string
}

const isTcp = (kind: SocketKind) => kind.startsWith('tcp')
const congestion = sysctlText('net/ipv4/tcp_congestion_control')
const timestamping: Sample<Required<Timestamping>, Timestamping> = {
  initial: { flags: [], bindPhc: 0 },
  value: { flags: ['RX_SOFTWARE', 'SOFTWARE'], bindPhc: 0 },
}

const socketSamples = {
  SO_REUSEADDR: { initial: (kind) => kind.startsWith('raw'), value: (kind) => !kind.startsWith('raw') },
  SO_REUSEPORT: off,
  SO_BINDTODEVICE: { initial: '', value: 'lo' },
  SO_BINDTOIFINDEX: { initial: 0, value: loopbackIndex },
  // Turned off, it keeps its time.
  SO_LINGER: { initial: { on: false, seconds: 0 }, value: { on: true, seconds: 5 }, after: { on: false, seconds: 5 } },
  SO_KEEPALIVE: off,
  SO_PASSCRED: off,
  SO_PASSRIGHTS: on,
  SO_RIGHTS_NOTRUNC: off,
  SO_PASSSEC: off,
  SO_LOCK_FILTER: off,
  SO_DEBUG: { ...off, root: true },
  // The kernel keeps twice the number.
  SO_RCVBUF: {
    initial: (kind) => (isTcp(kind) ? sysctl('net/ipv4/tcp_rmem', 1) : sysctl('net/core/rmem_default')),
    value: 40_000,
    reads: 80_000,
  },
  SO_SNDBUF: {
    initial: (kind) => (isTcp(kind) ? sysctl('net/ipv4/tcp_wmem', 1) : sysctl('net/core/wmem_default')),
    value: 40_000,
    reads: 80_000,
  },
  SO_BUF_LOCK: { initial: 'none', value: 'receive' },
  SO_RCVLOWAT: { initial: 1, value: 100 },
  // A whole number of ticks for all of the kernel's rates.
  SO_RCVTIMEO: { initial: 0, value: 1500 },
  SO_SNDTIMEO: { initial: 0, value: 100 },
  SO_RCVTIMEO_NEW: { initial: 0, value: 2500 },
  SO_SNDTIMEO_NEW: { initial: 0, value: 2 ** 31 * 1000 - 2000 },
  SO_BROADCAST: off,
  // Taken without a word, and forgotten.
  SO_BSDCOMPAT: { ...off, reads: false },
  SO_DONTROUTE: off,
  SO_MARK: { initial: 0, value: 0xfffffffe, root: true },
  SO_PRIORITY: { initial: 0, value: 6 },
  SO_MAX_PACING_RATE: { initial: 2n ** 64n - 1n, value: 2n ** 40n },
  SO_INCOMING_CPU: { initial: -1, value: 0 },
  SO_BUSY_POLL: { initial: sysctl('net/core/busy_read'), value: sysctl('net/core/busy_read') + 10 },
  SO_PREFER_BUSY_POLL: { ...off, root: true },
  SO_TXTIME: {
    initial: { clock: 'realtime', deadline: false, reportErrors: false },
    value: { clock: 'monotonic', deadline: false, reportErrors: true },
  },
  SO_ZEROCOPY: off,
  SO_NOFCS: off,
  SO_WIFI_STATUS: off,
  SO_TXREHASH: { initial: sysctl('net/core/txrehash'), value: 1 - sysctl('net/core/txrehash') },
  SO_OOBINLINE: off,
  SO_PEEK_OFF: { initial: -1, value: 3 },
  SO_NO_CHECK: off,
  SO_RXQ_OVFL: off,
  SO_TIMESTAMP: off,
  SO_TIMESTAMPNS: off,
  SO_TIMESTAMP_NEW: off,
  SO_TIMESTAMPNS_NEW: off,
  SO_RCVMARK: off,
  SO_RCVPRIORITY: off,
  SO_SELECT_ERR_QUEUE: off,
  SO_PASSPIDFD: off,
  SO_TIMESTAMPING: timestamping,
  SO_TIMESTAMPING_NEW: timestamping,
} satisfies Partial<Samples>

const tcpSamples = {
  TCP_NODELAY: off,
  TCP_CORK: off,
  TCP_MAXSEG: { initial: 536, value: 1000 },
  TCP_KEEPIDLE: { initial: sysctl('net/ipv4/tcp_keepalive_time'), value: 33 },
  TCP_KEEPINTVL: { initial: sysctl('net/ipv4/tcp_keepalive_intvl'), value: 11 },
  TCP_KEEPCNT: { initial: sysctl('net/ipv4/tcp_keepalive_probes'), value: 4 },
  TCP_SYNCNT: { initial: sysctl('net/ipv4/tcp_syn_retries'), value: 3 },
  TCP_LINGER2: { initial: sysctl('net/ipv4/tcp_fin_timeout'), value: 17 },
  // 5 s are reached by retransmissions after 1, 2 and 4 s.
  TCP_DEFER_ACCEPT: { initial: 0, value: 5, reads: 7 },
  TCP_WINDOW_CLAMP: { initial: 0, value: 20_000 },
  TCP_QUICKACK: on,
  TCP_CONGESTION: {
    initial: congestion,
    value: other(sysctlText('net/ipv4/tcp_allowed_congestion_control'), congestion),
  },
  TCP_USER_TIMEOUT: { initial: 0, value: 12_345 },
  TCP_FASTOPEN: { initial: 0, value: 5 },
  TCP_FASTOPEN_CONNECT: off,
  TCP_FASTOPEN_NO_COOKIE: off,
  TCP_NOTSENT_LOWAT: { initial: 0, value: 16_384 },
  TCP_SAVE_SYN: { initial: 0, value: 1 },
  TCP_THIN_LINEAR_TIMEOUTS: off,
  // Taken without a word, and forgotten.
  TCP_THIN_DUPACK: { ...off, reads: false },
  TCP_INQ: off,
  TCP_RTO_MAX_MS: { initial: 120_000, value: 5000 },
  // Whole numbers of ticks, too.
  TCP_RTO_MIN_US: { initial: 200_000, value: 100_000 },
  TCP_DELACK_MAX_US: { initial: 200_000, value: 20_000 },
  TCP_TX_DELAY: { initial: 0, value: 1000 },
  TCP_REPAIR: { initial: 'off', value: 'on', root: true },
} satisfies Partial<Samples>

const udpSamples = {
  UDP_CORK: off,
  UDP_SEGMENT: { initial: 0, value: 1000 },
  UDP_GRO: off,
  UDP_ENCAP: { initial: 'none', value: 'l2tp' },
  UDP_NO_CHECK6_TX: off,
  UDP_NO_CHECK6_RX: off,
} satisfies Partial<Samples>

export type Samples = { readonly [Name in Sampled]: Sample<OptionValue<Name>, OptionInput<Name>> }

/** A sample for every option that reads back: a row of the table without one does not compile. */
export const samples: Samples = { ...ipSamples, ...ipv6Samples, ...socketSamples, ...tcpSamples, ...udpSamples }

/** The names in that record. */
export const sampled = Object.keys(samples) as Sampled[]

/** What a part of a sample is on a kind of socket. */
export function forKind(part: unknown, kind: SocketKind): unknown {
  return typeof part === 'function' ? part(kind) : part
}
