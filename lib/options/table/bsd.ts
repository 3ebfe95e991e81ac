import type { OptionEntry } from '../entry.js'

/** The options that macOS and FreeBSD share, some of them with Windows, and that Linux lacks. */
export const bsdOptions = {
  /**
   * Keeps what the socket sends off the hardware where it can. Only routing sockets look at it, where it decides
   * whether the sender hears its own messages; Windows takes it and ignores it.
   */
  SO_USELOOPBACK: {
    level: 'SOL_SOCKET',
    number: { darwin: 64, freebsd: 64, win32: 64 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw'],
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * Holds back the last segment of a write until it is full or the option is turned off: TCP_CORK of Linux without its
   * time limit. Off by default.
   */
  TCP_NOPUSH: {
    level: 'IPPROTO_TCP',
    number: { darwin: 4, freebsd: 4 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(4) FreeBSD',
  },
  /** Sends no TCP options, so that window scaling, timestamps and SACK are off for the connection. Off by default. */
  TCP_NOOPT: {
    level: 'IPPROTO_TCP',
    number: { darwin: 8, freebsd: 8 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'tcp(4) FreeBSD',
  },
  /**
   * Where bind() to port 0 takes its port from: 0 the usual range, the default; 1 the high one; 2 the reserved ports,
   * from 1023 down to 600. FreeBSD shows the ranges under net.inet.ip.portrange.
   */
  IP_PORTRANGE: {
    level: 'IPPROTO_IP',
    number: { darwin: 19, freebsd: 19 },
    type: 'int',
    range: [0, 2],
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    privilege: 'root for 2',
    source: 'ip(4) FreeBSD',
  },
  /**
   * Sends datagrams with the bit Don't Fragment; one that is too large for the interface is EMSGSIZE. Off by default.
   */
  IP_DONTFRAG: {
    level: 'IPPROTO_IP',
    number: { darwin: 28, freebsd: 67 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'ip(4) FreeBSD',
  },
  /** Every datagram received brings the address that it was sent to as a control message. Off by default. */
  IP_RECVDSTADDR: {
    level: 'IPPROTO_IP',
    number: { darwin: 7, freebsd: 7, win32: 25 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'ip(4) FreeBSD',
  },
  /**
   * Every datagram received brings the interface that it came through as a control message: its index and link-layer
   * address, on Windows its index alone. Off by default.
   */
  IP_RECVIF: {
    level: 'IPPROTO_IP',
    number: { darwin: 20, freebsd: 20, win32: 24 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'ip(4) FreeBSD',
  },
  /**
   * Cuts what is sent to the 1280 bytes that every link takes, instead of looking for the largest size of the path: 0
   * never, 1 always, -1 for multicasts alone, the default.
   */
  IPV6_USE_MIN_MTU: {
    level: 'IPPROTO_IPV6',
    number: { darwin: 42, freebsd: 42 },
    type: 'int',
    range: [-1, 1],
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542, 11.1',
  },
  /** IP_PORTRANGE for IPv6: 0 the usual range of ports, the default; 1 the high one; 2 the reserved ports. */
  IPV6_PORTRANGE: {
    level: 'IPPROTO_IPV6',
    number: { darwin: 14, freebsd: 14 },
    type: 'int',
    range: [0, 2],
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    privilege: 'root for 2',
    source: 'ip6(4) FreeBSD',
  },
  /**
   * Whether a temporary address (RFC 8981) is preferred as the source: 0 no, 1 yes, -1 as the system says, the default.
   */
  IPV6_PREFER_TEMPADDR: {
    level: 'IPPROTO_IPV6',
    number: { darwin: 63, freebsd: 63 },
    type: 'int',
    range: [-1, 1],
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'netinet6/ip6_var.h (IP6PO_TEMPADDR_SYSTEM)',
  },
  /**
   * The neighbour that packets go through first, whatever the routes say: an IPv6 address, with the index of the
   * interface as its zone where it is link-local (`fe80::1%4`). macOS has the number for programs that ask for RFC
   * 3542; an older option of this name has 21 there. Linux knows the number and has no code for it.
   */
  IPV6_NEXTHOP: {
    level: 'IPPROTO_IPV6',
    number: { darwin: 48, freebsd: 48 },
    type: 'sockaddr_in6',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    privilege: 'root',
    source: 'RFC 3542, 6.1',
  },
  /**
   * User and groups of the peer of a Unix socket, as they were at connect() or listen(). FreeBSD 13 tells its process
   * too. ENOTCONN for a stream without a peer.
   */
  LOCAL_PEERCRED: {
    level: 'SOL_LOCAL',
    number: { darwin: 1, freebsd: 1 },
    type: 'xucred',
    access: 'ro',
    sockets: ['unix'],
    source: 'unix(4) FreeBSD',
  },
} as const satisfies Record<string, OptionEntry>
