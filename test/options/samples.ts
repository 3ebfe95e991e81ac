import type { OptionInput, OptionValue, SocketKind, Timestamping } from '../../lib/index.js'
import { loopbackIndex, type RoundTripOption, sysctl, sysctlText } from './kinds.js'

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

/** The options that can be read and set and yet do not read back, with what they do instead. */
export const apart = {
  IPV6_MTU: 'an upper bound, which reading does not show',
  IPV6_HOPLIMIT: 'a name of control messages, which Linux refuses as an option',
  TCP_ULP: 'a layer, of which the kernel may have none',
  SO_ATTACH_FILTER: 'a program, which is taken away by another option',
  TCP_AO_INFO: 'settings that take a key, on kernels with TCP-AO',
  TCP_AO_REPAIR: 'state of a connection in repair mode, on kernels with TCP-AO',
} as const satisfies Partial<Record<RoundTripOption, string>>

/** Values for the last three. */
export const soundApart = {
  SO_ATTACH_FILTER: [{ code: 6, jt: 0, jf: 0, k: 0xffffffff }],
  TCP_AO_INFO: { required: false },
  TCP_AO_REPAIR: Buffer.alloc(16),
} as const satisfies Partial<Record<RoundTripOption, unknown>>

type Sampled = Exclude<RoundTripOption, keyof typeof apart>

const off = { initial: false, value: true } as const
const on = { initial: true, value: false } as const

function other(names: string, than: string): string {
  return names.split(/\s+/).find((name) => name !== than) as string
}

const isTcp = (kind: SocketKind) => kind.startsWith('tcp')
const congestion = sysctlText('net/ipv4/tcp_congestion_control')
const isVersion6Only = sysctl('net/ipv6/bindv6only') !== 0
const mtuDiscovery = sysctl('net/ipv4/ip_no_pmtu_disc') === 0 ? 1 : 0

const timestamping: Sample<Required<Timestamping>, Timestamping> = {
  initial: { flags: [], bindPhc: 0 },
  value: { flags: ['RX_SOFTWARE', 'SOFTWARE'], bindPhc: 0 },
}

const ipSamples = {
  IP_TOS: { initial: 0, value: 0x20 },
  IP_TTL: { initial: sysctl('net/ipv4/ip_default_ttl'), value: 13 },
  IP_MINTTL: { initial: 0, value: 255 },
  IP_TRANSPARENT: { ...off, root: true },
  IP_FREEBIND: off,
  IP_BIND_ADDRESS_NO_PORT: off,
  IP_LOCAL_PORT_RANGE: { initial: { low: 0, high: 0 }, value: { low: 40_000, high: 40_100 } },
  IP_MTU_DISCOVER: { initial: mtuDiscovery, value: 3 },
  IP_HDRINCL: off,
  IP_RECVTOS: off,
  IP_RECVTTL: off,
  IP_PKTINFO: off,
  IP_RECVORIGDSTADDR: off,
  IP_RECVERR: off,
  IP_UNICAST_IF: { initial: 0, value: loopbackIndex },
  IP_MULTICAST_IF: { initial: '0.0.0.0', value: '127.0.0.1' },
  IP_MULTICAST_TTL: { initial: 1, value: 7 },
  IP_MULTICAST_LOOP: on,
  IP_MULTICAST_ALL: { initial: (kind) => kind !== 'udp6', value: (kind) => kind === 'udp6' },
} satisfies Partial<Samples>

const ipv6Samples = {
  IPV6_V6ONLY: { initial: isVersion6Only, value: !isVersion6Only },
  IPV6_UNICAST_HOPS: { initial: sysctl('net/ipv6/conf/all/hop_limit'), value: 13 },
  IPV6_MINHOPCOUNT: { initial: 0, value: 255 },
  IPV6_TCLASS: { initial: 0, value: 0x20 },
  IPV6_AUTOFLOWLABEL: { initial: sysctl('net/ipv6/auto_flowlabels') === 1, value: false },
  IPV6_TRANSPARENT: { ...off, root: true },
  IPV6_FREEBIND: off,
  // The kind that is asked for takes the place of "either" in the sum.
  IPV6_ADDR_PREFERENCES: { initial: 1280, value: 1, reads: 1025 },
  IPV6_MTU_DISCOVER: { initial: 1, value: 3 },
  IPV6_DONTFRAG: off,
  IPV6_RECVERR: off,
  IPV6_RECVPKTINFO: off,
  IPV6_RECVHOPLIMIT: off,
  IPV6_RECVTCLASS: off,
  IPV6_RECVORIGDSTADDR: off,
  IPV6_UNICAST_IF: { initial: 0, value: loopbackIndex },
  IPV6_MULTICAST_IF: { initial: 0, value: loopbackIndex },
  IPV6_MULTICAST_HOPS: { initial: 1, value: 7 },
  IPV6_MULTICAST_LOOP: on,
  IPV6_MULTICAST_ALL: on,
} satisfies Partial<Samples>

const socketSamples = {
  SO_REUSEADDR: { initial: (kind) => kind.startsWith('raw'), value: (kind) => !kind.startsWith('raw') },
  SO_REUSEPORT: off,
  SO_BINDTODEVICE: { initial: '', value: 'lo' },
  SO_BINDTOIFINDEX: { initial: 0, value: loopbackIndex },
  // Turned off, it keeps its time.
  SO_LINGER: { initial: { on: false, seconds: 0 }, value: { on: true, seconds: 5 }, after: { on: false, seconds: 5 } },
  SO_KEEPALIVE: off,
  SO_PASSCRED: off,
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
  SO_RCVLOWAT: { initial: 1, value: 100 },
  // A whole number of ticks for all of the kernel's rates.
  SO_RCVTIMEO: { initial: 0, value: 1500 },
  SO_SNDTIMEO: { initial: 0, value: 100 },
  SO_BROADCAST: off,
  SO_DONTROUTE: off,
  SO_MARK: { initial: 0, value: 0xfffffffe, root: true },
  SO_PRIORITY: { initial: 0, value: 6 },
  SO_MAX_PACING_RATE: { initial: 2n ** 64n - 1n, value: 2n ** 40n },
  SO_INCOMING_CPU: { initial: -1, value: 0 },
  SO_BUSY_POLL: { initial: sysctl('net/core/busy_read'), value: sysctl('net/core/busy_read') + 10 },
  SO_ZEROCOPY: off,
  SO_TXREHASH: { initial: sysctl('net/core/txrehash'), value: 1 - sysctl('net/core/txrehash') },
  SO_OOBINLINE: off,
  SO_PEEK_OFF: { initial: -1, value: 3 },
  SO_NO_CHECK: off,
  SO_RXQ_OVFL: off,
  SO_TIMESTAMP: off,
  SO_TIMESTAMPNS: off,
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
} satisfies Partial<Samples>

const udpSamples = {
  UDP_CORK: off,
  UDP_SEGMENT: { initial: 0, value: 1000 },
  UDP_GRO: off,
} satisfies Partial<Samples>

type Samples = { readonly [Name in Sampled]: Sample<OptionValue<Name>, OptionInput<Name>> }

/** A sample for every option that reads back: a row of the table without one does not compile. */
export const samples: Samples = { ...ipSamples, ...ipv6Samples, ...socketSamples, ...tcpSamples, ...udpSamples }

/** The names in that record. */
export const sampled = Object.keys(samples) as Sampled[]

/** What a part of a sample is on a kind of socket. */
export function forKind(part: unknown, kind: SocketKind): unknown {
  return typeof part === 'function' ? part(kind) : part
}
