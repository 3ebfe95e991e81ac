import type { OptionEntry } from '../entry.js'

/** The options of raw sockets alone, at all levels. */
export const rawOptions = {
  /**
   * The types of ICMP messages, 0 to 31, that a socket of protocol ICMP (1) does not get. None by default; on a raw
   * socket of another protocol it is EOPNOTSUPP.
   */
  ICMP_FILTER: {
    level: 'SOL_RAW',
    number: { linux: 1 },
    type: 'icmp_filter',
    access: 'rw',
    sockets: ['raw'],
    source: 'raw(7)',
  },
  /**
   * The types of ICMPv6 messages, 0 to 255, that a socket of protocol ICMPv6 (58) does not get. None by default. The C
   * library calls it ICMP6_FILTER.
   */
  ICMPV6_FILTER: {
    level: 'IPPROTO_ICMPV6',
    number: { linux: 1 },
    type: 'icmp6_filter',
    access: 'rw',
    sockets: ['raw6'],
    source: 'RFC 3542; include/uapi/linux/icmpv6.h',
  },
  /**
   * The protocol of a raw socket. On TCP and UDP it reads as the local port, and SO_PROTOCOL as what was meant. Linux
   * 6.4.
   */
  IP_PROTOCOL: {
    level: 'IPPROTO_IP',
    number: { linux: 52 },
    type: 'int',
    access: 'ro',
    sockets: ['raw'],
    source: 'net/ipv4/ip_sockglue.c',
  },
  /** Keeps the firewall from putting outgoing fragments together. Off by default. */
  IP_NODEFRAG: {
    level: 'IPPROTO_IP',
    number: { linux: 22 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw'],
    source: 'IP_NODEFRAG(2const)',
  },
  /**
   * Takes the packets of the socket's protocol that the host is to pass on and that bear the Router Alert option; the
   * kernel then does not. Off by default; EINVAL on a socket of protocol 255, EADDRINUSE set twice, ENOBUFS turned off
   * when it is off.
   */
  IP_ROUTER_ALERT: {
    level: 'IPPROTO_IP',
    number: { linux: 5 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw'],
    source: 'IP_ROUTER_ALERT(2const)',
  },
  /**
   * Where in what follows the IPv6 header the kernel writes and checks a checksum, an even number of bytes; -1, the
   * default, for nowhere. Always 2, and EINVAL to set, on a socket of protocol ICMPv6.
   */
  IPV6_CHECKSUM: {
    level: 'IPPROTO_IPV6',
    number: { linux: 7, darwin: 26, freebsd: 26, win32: 26 },
    type: 'int',
    unit: 'bytes',
    range: [-1, 2147483646],
    access: 'rw',
    sockets: ['raw6'],
    source: 'RFC 3542',
  },
  /** The caller writes the IPv6 header of what it sends. Off by default, but on for a socket of protocol 255. */
  IPV6_HDRINCL: {
    level: 'IPPROTO_IPV6',
    number: { linux: 36, win32: 2 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw6'],
    source: 'include/uapi/linux/in6.h',
  },
  /**
   * Takes the packets that the host is to pass on and whose Router Alert option has this value, on a socket of protocol
   * 255 alone. -1 ends that, and is ENOBUFS where it is not so. Reads as 0 or 1: whether the number set last was not 0.
   */
  IPV6_ROUTER_ALERT: {
    level: 'IPPROTO_IPV6',
    number: { linux: 22 },
    type: 'int',
    access: 'rw',
    sockets: ['raw6'],
    source: 'ipv6(7)',
  },
  /** Takes with IPV6_ROUTER_ALERT what comes in the socket's own network namespace alone. Off by default. */
  IPV6_ROUTER_ALERT_ISOLATE: {
    level: 'IPPROTO_IPV6',
    number: { linux: 30 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw6'],
    source: 'net/ipv6/ipv6_sockglue.c',
  },
} as const satisfies Record<string, OptionEntry>
