import { loopbackIndex, sysctl } from './kinds.js'
import type { Samples } from './samples.js'

/** A switch that is off on a new socket, and one that is on. */
export const off = { initial: false, value: true } as const
export const on = { initial: true, value: false } as const

const isVersion6Only = sysctl('net/ipv6/bindv6only') !== 0
const mtuDiscovery = sysctl('net/ipv4/ip_no_pmtu_disc') === 0 ? 'want' : 'dont'
const none = Buffer.alloc(0)
/** An options header of IPv6 that is all padding. */
const padding = Buffer.of(0, 0, 1, 4, 0, 0, 0, 0)
/** A routing header of type 4, whose one segment is the documentation's. */
const route = Buffer.from('000204000000000020010db8000000000000000000000001', 'hex')

/** The samples of IPPROTO_IP. */
export const ipSamples = {
  IP_TOS: { initial: 0, value: 'CS1', reads: 0x20 },
  IP_TTL: { initial: sysctl('net/ipv4/ip_default_ttl'), value: 13 },
  IP_MINTTL: { initial: 0, value: 255 },
  IP_TRANSPARENT: { ...off, root: true },
  IP_FREEBIND: off,
  IP_BIND_ADDRESS_NO_PORT: off,
  IP_LOCAL_PORT_RANGE: { initial: { low: 0, high: 0 }, value: { low: 40_000, high: 40_100 } },
  IP_MTU_DISCOVER: { initial: mtuDiscovery, value: 'probe' },
  IP_HDRINCL: off,
  IP_NODEFRAG: off,
  IP_ROUTER_ALERT: off,
  // Room to record one hop of the route.
  IP_OPTIONS: { initial: none, value: Buffer.of(7, 7, 4, 0, 0, 0, 0, 0) },
  IP_RECVTOS: off,
  IP_RECVTTL: off,
  IP_PKTINFO: off,
  IP_RECVORIGDSTADDR: off,
  IP_ORIGDSTADDR: off,
  IP_RECVERR: off,
  IP_RECVERR_RFC4884: off,
  IP_RECVFRAGSIZE: off,
  IP_RECVOPTS: off,
  IP_RETOPTS: off,
  IP_CHECKSUM: off,
  IP_PASSSEC: off,
  IP_UNICAST_IF: { initial: 0, value: loopbackIndex },
  IP_MULTICAST_IF: { initial: '0.0.0.0', value: '127.0.0.1' },
  IP_MULTICAST_TTL: { initial: 1, value: 7 },
  IP_MULTICAST_LOOP: on,
  IP_MULTICAST_ALL: { initial: (kind) => kind !== 'udp6', value: (kind) => kind === 'udp6' },
} satisfies Partial<Samples>

/** The samples of IPPROTO_IPV6. */
export const ipv6Samples = {
  IPV6_V6ONLY: { initial: isVersion6Only, value: !isVersion6Only },
  IPV6_UNICAST_HOPS: { initial: sysctl('net/ipv6/conf/all/hop_limit'), value: 13 },
  IPV6_MINHOPCOUNT: { initial: 0, value: 255 },
  IPV6_TCLASS: { initial: 0, value: 'AF11', reads: 0x28 },
  IPV6_AUTOFLOWLABEL: { initial: sysctl('net/ipv6/auto_flowlabels') === 1, value: false },
  IPV6_TRANSPARENT: { ...off, root: true },
  IPV6_FREEBIND: off,
  // The kind that is asked for takes the place of "either" in the sum.
  IPV6_ADDR_PREFERENCES: { initial: 1280, value: 1, reads: 1025 },
  IPV6_MTU_DISCOVER: { initial: 'want', value: 'probe' },
  IPV6_DONTFRAG: off,
  IPV6_RECVERR: off,
  IPV6_RECVERR_RFC4884: off,
  IPV6_RECVFRAGSIZE: off,
  IPV6_RECVPATHMTU: off,
  IPV6_RECVHOPOPTS: off,
  IPV6_RECVDSTOPTS: off,
  IPV6_RECVRTHDR: off,
  IPV6_FLOWINFO: off,
  IPV6_FLOWINFO_SEND: off,
  IPV6_HOPOPTS: { initial: none, value: padding, root: true },
  IPV6_DSTOPTS: { initial: none, value: padding, root: true },
  IPV6_RTHDRDSTOPTS: { initial: none, value: padding, root: true },
  IPV6_RTHDR: { initial: none, value: route },
  IPV6_CHECKSUM: { initial: -1, value: 6 },
  IPV6_HDRINCL: off,
  IPV6_ROUTER_ALERT_ISOLATE: off,
  IPV6_RECVPKTINFO: off,
  IPV6_RECVHOPLIMIT: off,
  IPV6_RECVTCLASS: off,
  IPV6_RECVORIGDSTADDR: off,
  IPV6_ORIGDSTADDR: off,
  IPV6_UNICAST_IF: { initial: 0, value: loopbackIndex },
  IPV6_MULTICAST_IF: { initial: 0, value: loopbackIndex },
  IPV6_MULTICAST_HOPS: { initial: 1, value: 7 },
  IPV6_MULTICAST_LOOP: on,
  IPV6_MULTICAST_ALL: on,
} satisfies Partial<Samples>
