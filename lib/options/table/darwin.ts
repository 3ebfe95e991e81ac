import type { OptionEntry } from '../entry.js'

/** The options that only macOS has, those of TCP aside. */
export const darwinOptions = {
  /**
   * Every datagram received brings the time since boot at which it came as a control message, in the ticks of
   * mach_absolute_time(). Off by default.
   */
  SO_TIMESTAMP_MONOTONIC: {
    level: 'SOL_SOCKET',
    number: { darwin: 2048 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'xnu bsd/sys/socket.h',
  },
  /** Bytes that the next read can give: of the first datagram, or of all that a stream has. */
  SO_NREAD: {
    level: 'SOL_SOCKET',
    number: { darwin: 4128 },
    type: 'int',
    unit: 'bytes',
    access: 'ro',
    sockets: ['tcp', 'udp', 'unix'],
    source: 'getsockopt(2) macOS',
  },
  /**
   * Bytes that were written and have not left the send buffer; of a TCP connection those that are not acknowledged
   * count too.
   */
  SO_NWRITE: {
    level: 'SOL_SOCKET',
    number: { darwin: 4132 },
    type: 'int',
    unit: 'bytes',
    access: 'ro',
    sockets: ['tcp', 'unix'],
    source: 'getsockopt(2) macOS',
  },
  /** Datagrams that wait to be received. */
  SO_NUMRCVPKT: {
    level: 'SOL_SOCKET',
    number: { darwin: 4370 },
    type: 'int',
    unit: 'count',
    access: 'ro',
    sockets: ['udp'],
    source: 'xnu bsd/sys/socket.h',
  },
  /**
   * The kind of traffic, from which the system takes queue, Wi-Fi class and, where the network allows it, DSCP: 0 best
   * effort, the default; 1 background, 2 signaling, 3 video and 4 voice of a call, 5 and 6 streamed audio and video, 7
   * operations, 8 responsive data.
   */
  SO_NET_SERVICE_TYPE: {
    level: 'SOL_SOCKET',
    number: { darwin: 4374 },
    type: 'int',
    range: [0, 8],
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'xnu bsd/sys/socket.h',
  },
  /**
   * What the network lets SO_NET_SERVICE_TYPE mark: 0 unknown, 1 the link layer, 2 the link layer and DSCP, 3 both for
   * background traffic alone.
   */
  SO_NETSVC_MARKING_LEVEL: {
    level: 'SOL_SOCKET',
    number: { darwin: 4377 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp', 'udp'],
    source: 'xnu bsd/sys/socket.h',
  },
  /**
   * Writing to a connection whose local address the host has lost fails with EADDRNOTAVAIL, instead of trying until it
   * times out. Off by default.
   */
  SO_NOADDRERR: {
    level: 'SOL_SOCKET',
    number: { darwin: 4131 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'xnu bsd/sys/socket.h',
  },
  /**
   * Lets the sockets of different users share an address and port, which SO_REUSEPORT allows to one user alone. Off by
   * default.
   */
  SO_REUSESHAREUID: {
    level: 'SOL_SOCKET',
    number: { darwin: 4133 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'xnu bsd/sys/socket.h',
  },
  /** Asks for a local port at random where the system would count up. */
  SO_RANDOMPORT: {
    level: 'SOL_SOCKET',
    number: { darwin: 4226 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'xnu bsd/sys/socket.h',
  },
  /**
   * A read that has too little room for a datagram leaves the rest of it for the next read, where it would be lost. Off
   * by default.
   */
  SO_DONTTRUNC: {
    level: 'SOL_SOCKET',
    number: { darwin: 8192 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'xnu bsd/sys/socket.h',
  },
  /**
   * Denials that the socket can never take back, as a sum of bits: inbound or outbound traffic, cellular, expensive and
   * constrained interfaces. From a private header, so the number may change.
   */
  SO_RESTRICTIONS: {
    level: 'SOL_SOCKET',
    number: { darwin: 4225 },
    type: 'int',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'xnu bsd/sys/socket_private.h',
  },
  /**
   * Apple's own classes of traffic, which SO_NET_SERVICE_TYPE has since replaced. From a private header, so the number
   * may change.
   */
  SO_TRAFFIC_CLASS: {
    level: 'SOL_SOCKET',
    number: { darwin: 4230 },
    type: 'int',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'xnu bsd/sys/socket_private.h',
  },
  /**
   * Takes what arrives through interfaces that are otherwise closed to the process. From a private header, so the
   * number may change.
   */
  SO_RECV_ANYIF: {
    level: 'SOL_SOCKET',
    number: { darwin: 4356 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    privilege: 'an entitlement of Apple',
    source: 'xnu bsd/sys/socket_private.h',
  },
  /**
   * Ties the socket to the network interface of this index, as SO_BINDTOIFINDEX of Linux does; 0, the default, unties
   * it.
   */
  IP_BOUND_IF: {
    level: 'IPPROTO_IP',
    number: { darwin: 25 },
    type: 'int',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'ip(4) macOS',
  },
  /** The index of the interface through which multicasts leave; 0, the default, leaves it to the routes. */
  IP_MULTICAST_IFINDEX: {
    level: 'IPPROTO_IP',
    number: { darwin: 66 },
    type: 'int',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'xnu bsd/netinet/in.h',
  },
  /** A raw socket gives packets without their IP header. Off by default. */
  IP_STRIPHDR: {
    level: 'IPPROTO_IP',
    number: { darwin: 23 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw'],
    source: 'xnu bsd/netinet/in.h',
  },
  /** IP_BOUND_IF for IPv6: the index of the only interface that the socket uses; 0, the default, is any. */
  IPV6_BOUND_IF: {
    level: 'IPPROTO_IPV6',
    number: { darwin: 125 },
    type: 'int',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'ip6(4) macOS',
  },
  /** Sends datagrams over IPv4 without a checksum. Off by default. */
  UDP_NOCKSUM: {
    level: 'IPPROTO_UDP',
    number: { darwin: 1 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'udp(4) macOS',
  },
  /** The process that connected the Unix socket or listened on it. */
  LOCAL_PEERPID: {
    level: 'SOL_LOCAL',
    number: { darwin: 2 },
    type: 'int',
    access: 'ro',
    sockets: ['unix'],
    source: 'xnu bsd/sys/un.h',
  },
  /** The process for which the peer of the Unix socket acts, where it does so for another; else as LOCAL_PEERPID. */
  LOCAL_PEEREPID: {
    level: 'SOL_LOCAL',
    number: { darwin: 3 },
    type: 'int',
    access: 'ro',
    sockets: ['unix'],
    source: 'xnu bsd/sys/un.h',
  },
  /** The 16 bytes of the UUID of the peer's executable. */
  LOCAL_PEERUUID: {
    level: 'SOL_LOCAL',
    number: { darwin: 4 },
    type: 'bytes',
    access: 'ro',
    sockets: ['unix'],
    source: 'xnu bsd/sys/un.h',
  },
  /**
   * The audit token of the peer (audit_token_t): eight 32-bit numbers, users, groups, process and session among them.
   */
  LOCAL_PEERTOKEN: {
    level: 'SOL_LOCAL',
    number: { darwin: 6 },
    type: 'bytes',
    access: 'ro',
    sockets: ['unix'],
    source: 'xnu bsd/sys/un.h',
  },
} as const satisfies Record<string, OptionEntry>
