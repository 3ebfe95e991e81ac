import type { OptionEntry } from '../entry.js'
import { pathMtuDiscovery } from './ip.js'

/** The options of IPPROTO_IPV6. */
export const ipv6Options = {
  /**
   * Refuses IPv4 peers, so that an IPv4 socket may have the same port. net.ipv6.bindv6only (off) by default; Node sets
   * it itself. Once the socket has a port it is EINVAL.
   */
  IPV6_V6ONLY: {
    level: 'IPPROTO_IPV6',
    number: { linux: 26, darwin: 27, freebsd: 27, win32: 27 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    before: 'bind',
    source: 'ipv6(7)',
  },
  /** Hops that an outgoing packet may take. -1 returns to the default of the route (64). */
  IPV6_UNICAST_HOPS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 16, darwin: 4, freebsd: 4, win32: 4 },
    type: 'int',
    unit: 'hops',
    range: [-1, 255],
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    source: 'ipv6(7)',
  },
  /**
   * Drops packets that arrive with fewer hops left, so that 255 admits direct neighbours alone. 0, the default, is off.
   * Linux looks at it on TCP only.
   */
  IPV6_MINHOPCOUNT: {
    level: 'IPPROTO_IPV6',
    number: { linux: 73 },
    type: 'int',
    unit: 'hops',
    range: [0, 255],
    access: 'rw',
    sockets: ['tcp6'],
    source: 'RFC 5082; net/ipv6/tcp_ipv6.c',
  },
  /**
   * The traffic class of outgoing packets, DSCP and ECN: a number, or a class by name, which reads as its number; -1
   * returns to the default, 0. TCP keeps the two lowest bits to itself. IPv4 traffic of the socket goes by IP_TOS.
   */
  IPV6_TCLASS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 67, darwin: 36, freebsd: 61, win32: 39 },
    type: 'tos',
    range: [-1, 255],
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /** Gives the packets of a flow a label of the kernel's making. net.ipv6.auto_flowlabels (on) by default. */
  IPV6_AUTOFLOWLABEL: {
    level: 'IPPROTO_IPV6',
    number: { linux: 70, darwin: 59, freebsd: 59 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    source: 'net/ipv6/ipv6_sockglue.c',
  },
  /**
   * Lets the socket have addresses that are not the host's: bind to them, send from them, and take what the firewall
   * redirects (TPROXY). It is the same switch as IP_TRANSPARENT. Off by default.
   */
  IPV6_TRANSPARENT: {
    level: 'IPPROTO_IPV6',
    number: { linux: 75 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    before: 'bind',
    late: 'lets the socket send from foreign addresses and take redirected packets',
    privilege: 'CAP_NET_ADMIN or CAP_NET_RAW to turn it on',
    source: 'net/ipv6/ipv6_sockglue.c',
  },
  /**
   * Lets bind() take an address that the host does not have (yet), instead of EADDRNOTAVAIL. It is the same switch as
   * IP_FREEBIND. Off by default.
   */
  IPV6_FREEBIND: {
    level: 'IPPROTO_IPV6',
    number: { linux: 78 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    before: 'bind',
    late: { udp6: 'lets a datagram go out from a foreign address that an IPV6_PKTINFO control message names' },
    source: 'net/ipv6/ipv6_sockglue.c',
  },
  /**
   * Which kinds of source address to prefer, as a sum: 1 temporary, 2 public, 256 either; 1024 home, 4 care-of; 2048
   * not cryptographic, 8 cryptographic. 1280 by default; a contradiction is EINVAL, and Linux ignores the last two.
   */
  IPV6_ADDR_PREFERENCES: {
    level: 'IPPROTO_IPV6',
    number: { linux: 72 },
    type: 'int',
    range: [0, 3328],
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    before: 'connect',
    late: 'does not move a connected socket; what is not connected chooses its next source by it',
    source: 'RFC 5014',
  },
  /**
   * How packets find the largest size of their path: `dont` not at all, `want` as each route says (the default), `do`
   * always, `probe` always but ignoring what was learned, `interface` by the interface alone, `omit` as that with packets
   * that may be fragmented. Windows has `unset` (the default), `dont`, `do` and `probe`.
   */
  IPV6_MTU_DISCOVER: {
    level: 'IPPROTO_IPV6',
    number: { linux: 23, win32: 71 },
    type: 'enum',
    names: pathMtuDiscovery,
    range: [0, 5],
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    source: 'ipv6(7)',
  },
  /**
   * Read: the largest packet that the path of a connected socket takes, ENOTCONN on any other. Set: an upper bound of
   * one's own, which reading does not show; 0 takes it away and 1 to 1279 is EINVAL.
   */
  IPV6_MTU: {
    level: 'IPPROTO_IPV6',
    number: { linux: 24, win32: 72 },
    type: 'int',
    unit: 'bytes',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    source: 'ipv6(7)',
  },
  /** A datagram that is too large for its path is EMSGSIZE and not cut into fragments. Off by default. */
  IPV6_DONTFRAG: {
    level: 'IPPROTO_IPV6',
    number: { linux: 62, darwin: 62, freebsd: 62, win32: 14 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /**
   * Reports ICMPv6 errors on the socket at once and keeps them, with their sender, in the error queue. Node does not read
   * that, so sockctl refuses it on a `dgram.Socket`. Off by default.
   */
  IPV6_RECVERR: {
    level: 'IPPROTO_IPV6',
    number: { linux: 25, win32: 75 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6', 'tcp6'],
    source: 'ipv6(7)',
  },
  /** Every datagram received brings its interface and destination as a control message. Off by default. */
  IPV6_RECVPKTINFO: {
    level: 'IPPROTO_IPV6',
    number: { linux: 49, darwin: 61, freebsd: 36 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /**
   * An address of 16 bytes and an interface index of 4, for all that is sent. Linux keeps the index and gives no effect
   * to the address; it cannot be read back there. On Windows it is a flag, and does what IPV6_RECVPKTINFO does.
   */
  IPV6_PKTINFO: {
    level: 'IPPROTO_IPV6',
    number: { linux: 50, darwin: 46, freebsd: 46, win32: 19 },
    type: 'bytes',
    access: 'wo',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /** Every datagram received brings the hops that it had left as a control message. Off by default. */
  IPV6_RECVHOPLIMIT: {
    level: 'IPPROTO_IPV6',
    number: { linux: 51, darwin: 37, freebsd: 37 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /**
   * The type of the control message with the hops of one datagram. As an option of the socket Linux refuses to read and
   * to set it (ENOPROTOOPT); on Windows it is a switch, and does what IPV6_RECVHOPLIMIT does.
   */
  IPV6_HOPLIMIT: {
    level: 'IPPROTO_IPV6',
    number: { linux: 52, darwin: 47, freebsd: 47, win32: 21 },
    type: 'int',
    unit: 'hops',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /** Every datagram received brings its traffic class as a control message. Off by default. */
  IPV6_RECVTCLASS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 66, darwin: 35, freebsd: 57, win32: 40 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /** Every datagram received brings the address that it was sent to before a redirect, as a control message. */
  IPV6_RECVORIGDSTADDR: {
    level: 'IPPROTO_IPV6',
    number: { linux: 74, freebsd: 72 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'net/ipv6/ipv6_sockglue.c',
  },
  /**
   * The index of the interface through which unicast datagrams leave, without the limit on receiving that
   * SO_BINDTODEVICE sets. An unknown one is EADDRNOTAVAIL; 0, the default, is none. TCP ignores it.
   */
  IPV6_UNICAST_IF: {
    level: 'IPPROTO_IPV6',
    number: { linux: 76, win32: 31 },
    type: 'ifindex',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'net/ipv6/ipv6_sockglue.c',
  },
  /** The index of the interface through which multicasts leave, ENODEV for an unknown one; 0, the default, is none. */
  IPV6_MULTICAST_IF: {
    level: 'IPPROTO_IPV6',
    number: { linux: 17, darwin: 9, freebsd: 9, win32: 9 },
    type: 'int',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'ipv6(7)',
  },
  /** Hops that an outgoing multicast may take. 1 by default, to which -1 returns; 0 keeps it on the host. */
  IPV6_MULTICAST_HOPS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 18, darwin: 10, freebsd: 10, win32: 10 },
    type: 'int',
    unit: 'hops',
    range: [-1, 255],
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'ipv6(7)',
  },
  /** Hands multicasts that are sent to this host's own members too. On by default; Windows asks the receiver for it. */
  IPV6_MULTICAST_LOOP: {
    level: 'IPPROTO_IPV6',
    number: { linux: 19, darwin: 11, freebsd: 11, win32: 11 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'ipv6(7)',
  },
  /**
   * A socket that is bound to the wildcard address gets the multicasts of every group that anybody on the host joined;
   * off, those of its own groups alone. On by default. Linux 4.20.
   */
  IPV6_MULTICAST_ALL: {
    level: 'IPPROTO_IPV6',
    number: { linux: 29 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'net/ipv6/ipv6_sockglue.c',
  },
  /** Joins a multicast group on an interface; IPV6_JOIN_GROUP by its older name. */
  IPV6_ADD_MEMBERSHIP: {
    level: 'IPPROTO_IPV6',
    number: { linux: 20, win32: 12 },
    type: 'ipv6_mreq',
    access: 'wo',
    sockets: ['udp6', 'raw6'],
    source: 'ipv6(7)',
  },
  /** Leaves a multicast group on an interface; IPV6_LEAVE_GROUP by its older name. */
  IPV6_DROP_MEMBERSHIP: {
    level: 'IPPROTO_IPV6',
    number: { linux: 21, win32: 13 },
    type: 'ipv6_mreq',
    access: 'wo',
    sockets: ['udp6', 'raw6'],
    source: 'ipv6(7)',
  },
  /** Joins a multicast group on an interface. */
  IPV6_JOIN_GROUP: {
    level: 'IPPROTO_IPV6',
    number: { linux: 20, darwin: 12, freebsd: 12, win32: 12 },
    type: 'ipv6_mreq',
    access: 'wo',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3493',
  },
  /** Leaves a multicast group on an interface. */
  IPV6_LEAVE_GROUP: {
    level: 'IPPROTO_IPV6',
    number: { linux: 21, darwin: 13, freebsd: 13, win32: 13 },
    type: 'ipv6_mreq',
    access: 'wo',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3493',
  },
  /** Where the peer meant to connect before the firewall redirected it (REDIRECT, DNAT); ENOENT where nothing did. */
  IP6T_SO_ORIGINAL_DST: {
    level: 'IPPROTO_IPV6',
    number: { linux: 80 },
    type: 'sockaddr',
    access: 'ro',
    sockets: ['tcp6'],
    source: 'include/uapi/linux/netfilter_ipv6/ip6_tables.h',
  },
  /** The largest packet that the path of a connected socket takes, in bytes; ENOTCONN on any other. */
  IPV6_PATHMTU: {
    level: 'IPPROTO_IPV6',
    number: { linux: 61, darwin: 44, freebsd: 44 },
    type: 'ip6_mtuinfo',
    access: 'ro',
    sockets: ['tcp6', 'udp6'],
    source: 'RFC 3542',
  },
  /**
   * The family of a connected socket. Setting `ipv4` makes an IPv4 socket of one that is connected to an IPv4 peer, for
   * good; EADDRNOTAVAIL with any other peer, ENOTCONN where nothing is connected.
   */
  IPV6_ADDRFORM: {
    level: 'IPPROTO_IPV6',
    number: { linux: 1 },
    type: 'enum',
    names: { ipv4: 2, ipv6: 10 },
    range: [2, 2],
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    source: 'ipv6(7)',
  },
  /**
   * Takes an anycast address (the `group`) on an interface, for which the host then answers. EADDRNOTAVAIL for one that
   * is not of the interface's prefixes, EINVAL for one that the host has.
   */
  IPV6_JOIN_ANYCAST: {
    level: 'IPPROTO_IPV6',
    number: { linux: 27 },
    type: 'ipv6_mreq',
    access: 'wo',
    sockets: ['udp6', 'raw6'],
    privilege: 'CAP_NET_ADMIN',
    source: 'net/ipv6/anycast.c',
  },
  /** Gives an anycast address back; ENOENT for one that the socket did not take. */
  IPV6_LEAVE_ANYCAST: {
    level: 'IPPROTO_IPV6',
    number: { linux: 28 },
    type: 'ipv6_mreq',
    access: 'wo',
    sockets: ['udp6', 'raw6'],
    source: 'net/ipv6/anycast.c',
  },
} as const satisfies Record<string, OptionEntry>
