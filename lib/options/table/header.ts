import type { OptionEntry } from '../entry.js'

/** The options about what goes into the headers of outgoing packets. */
export const headerOptions = {
  /**
   * The options of the IP header of outgoing packets, at most 40 bytes, which the kernel pads to a multiple of 4; no
   * bytes, the default, for none. TCP answers with a source route that the SYN came by.
   */
  IP_OPTIONS: {
    level: 'IPPROTO_IP',
    number: { linux: 4, darwin: 1, freebsd: 1, win32: 1 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    privilege: 'CAP_NET_RAW for options that the kernel does not know, and those of security',
    source: 'IP_OPTIONS(2const)',
  },
  /**
   * The hop-by-hop options header of outgoing packets, a multiple of 8 bytes with its length in 8-byte units less one
   * in the second; no bytes, the default, for none. The kernel fills in the first byte on sending.
   */
  IPV6_HOPOPTS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 54, darwin: 22, freebsd: 49, win32: 1 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    privilege: 'CAP_NET_RAW',
    source: 'RFC 3542',
  },
  /** The destination options header of outgoing packets, in the form of IPV6_HOPOPTS. */
  IPV6_DSTOPTS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 59, darwin: 23, freebsd: 50 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    privilege: 'CAP_NET_RAW',
    source: 'RFC 3542',
  },
  /**
   * The destination options header for the hosts that a routing header names, in the form of IPV6_HOPOPTS. It is sent
   * only with IPV6_RTHDR.
   */
  IPV6_RTHDRDSTOPTS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 55, darwin: 57, freebsd: 35 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    privilege: 'CAP_NET_RAW',
    source: 'RFC 3542',
  },
  /**
   * The routing header of outgoing packets: next header, length, type, segments left, then what the type has; no bytes,
   * the default, for none. Linux takes type 4 (segment routing), and type 2 where it is built with Mobile IPv6; others
   * are EINVAL.
   */
  IPV6_RTHDR: {
    level: 'IPPROTO_IPV6',
    number: { linux: 57, darwin: 24, freebsd: 51, win32: 32 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    source: 'RFC 3542, RFC 8754',
  },
  /**
   * Takes the traffic class and flow label of what is sent from the flow information in its destination address, which
   * Node always leaves at 0. Off by default.
   */
  IPV6_FLOWINFO_SEND: {
    level: 'IPPROTO_IPV6',
    number: { linux: 33 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    source: 'include/uapi/linux/in6.h',
  },
  /**
   * Leases flow labels. Set: takes a lease, gives it back or makes it last; a label of others is EPERM, one that nobody
   * made ENOENT. Read: the lease of the label with which the socket is connected; ENOENT without one.
   */
  IPV6_FLOWLABEL_MGR: {
    level: 'IPPROTO_IPV6',
    number: { linux: 32 },
    type: 'flowlabel',
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    source: 'net/ipv6/ip6_flowlabel.c',
  },
  /** Sends IPv6 datagrams without a UDP checksum, as tunnels may. Off by default. */
  UDP_NO_CHECK6_TX: {
    level: 'IPPROTO_UDP',
    number: { linux: 101 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6'],
    source: 'RFC 6935; net/ipv4/udp.c',
  },
  /** Takes IPv6 datagrams that have no UDP checksum, which are dropped otherwise. Off by default. */
  UDP_NO_CHECK6_RX: {
    level: 'IPPROTO_UDP',
    number: { linux: 102 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6'],
    source: 'RFC 6935; net/ipv4/udp.c',
  },
} as const satisfies Record<string, OptionEntry>
