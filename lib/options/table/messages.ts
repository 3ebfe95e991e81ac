import type { OptionEntry } from '../entry.js'

/** The options about what comes with received data as control messages, at all levels. */
export const messageOptions = {
  /**
   * What is received brings the mark that it bears (SO_MARK, or a firewall's) as a control message. Off by default.
   * Linux 5.19.
   */
  SO_RCVMARK: {
    level: 'SOL_SOCKET',
    number: { linux: 75 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'net/core/sock.c',
  },
  /** What is received brings its priority (SO_PRIORITY) as a control message. Off by default. Linux 6.14. */
  SO_RCVPRIORITY: {
    level: 'SOL_SOCKET',
    number: { linux: 82 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'net/core/sock.c',
  },
  /**
   * SO_TIMESTAMP with 64-bit seconds on 32-bit machines too. Of all options that stamp times the one set last holds,
   * and turning one off ends them all.
   */
  SO_TIMESTAMP_NEW: {
    level: 'SOL_SOCKET',
    number: { linux: 63 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'include/uapi/asm-generic/socket.h',
  },
  /** SO_TIMESTAMPNS with 64-bit seconds on 32-bit machines too; as SO_TIMESTAMP_NEW it excludes the others. */
  SO_TIMESTAMPNS_NEW: {
    level: 'SOL_SOCKET',
    number: { linux: 64 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'include/uapi/asm-generic/socket.h',
  },
  /**
   * Every receive on a stream brings the number of bytes left to read as a control message. Off by default; it cannot
   * be read. Linux 6.17.
   */
  SO_INQ: {
    level: 'SOL_SOCKET',
    number: { linux: 84 },
    type: 'flag',
    access: 'wo',
    sockets: ['unix'],
    source: 'net/unix/af_unix.c',
  },
  /**
   * Lets peers pass descriptors to the socket (SCM_RIGHTS); off, their sends with descriptors are EPERM. On by default.
   * Linux 6.16.
   */
  SO_PASSRIGHTS: {
    level: 'SOL_SOCKET',
    number: { linux: 83 },
    type: 'flag',
    access: 'rw',
    sockets: ['unix'],
    source: 'net/unix/af_unix.c',
  },
  /**
   * Fails a receive whose descriptors would not all fit, which otherwise loses some without a word. Off by default.
   * Linux 7.
   */
  SO_RIGHTS_NOTRUNC: {
    level: 'SOL_SOCKET',
    number: { linux: 85 },
    type: 'flag',
    access: 'rw',
    sockets: ['unix'],
    source: 'include/uapi/asm-generic/socket.h',
  },
  /**
   * select(2) and poll(2) report an entry of the error queue as exceptional too, which since Linux 4.16 they do without
   * it. Off by default.
   */
  SO_SELECT_ERR_QUEUE: {
    level: 'SOL_SOCKET',
    number: { linux: 45 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'socket(7)',
  },
  /** Every datagram received brings the checksum of its payload as a control message. Off by default. */
  IP_CHECKSUM: {
    level: 'IPPROTO_IP',
    number: { linux: 23 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'net/ipv4/ip_sockglue.c',
  },
  /** Every datagram received brings the options of its IP header as a control message. Off by default. */
  IP_RECVOPTS: {
    level: 'IPPROTO_IP',
    number: { linux: 6, darwin: 5, freebsd: 5 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_RECVOPTS(2const)',
  },
  /** IP_RECVOPTS with timestamps and routes filled in for the way back, as IP_OPTIONS takes them. Off by default. */
  IP_RETOPTS: {
    level: 'IPPROTO_IP',
    number: { linux: 7, darwin: 8, freebsd: 8 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_RETOPTS(2const)',
  },
  /** Another name of IP_RECVORIGDSTADDR, and that of its control messages. */
  IP_ORIGDSTADDR: {
    level: 'IPPROTO_IP',
    number: { linux: 20, freebsd: 27 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'include/uapi/linux/in.h',
  },
  /** An error that IP_RECVERR keeps says where in its ICMP message the extensions start. Off by default. Linux 5.9. */
  IP_RECVERR_RFC4884: {
    level: 'IPPROTO_IP',
    number: { linux: 26 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'RFC 4884; net/ipv4/icmp.c',
  },
  /** A datagram that came in fragments brings the size of the largest one as a control message. Off by default. */
  IP_RECVFRAGSIZE: {
    level: 'IPPROTO_IP',
    number: { linux: 25 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'net/ipv4/ip_sockglue.c',
  },
  /**
   * Every datagram received brings the label that a security module gave its sender as a control message. Off by
   * default.
   */
  IP_PASSSEC: {
    level: 'IPPROTO_IP',
    number: { linux: 18 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'IP_PASSSEC(2const)',
  },
  /**
   * The control messages that would come with the last packet of a connection, for as many of IP_PKTINFO, IP_RECVTTL
   * and IP_RECVTOS as are on, in the form of recvmsg(2); no bytes where none is.
   */
  IP_PKTOPTIONS: {
    level: 'IPPROTO_IP',
    number: { linux: 9 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp'],
    source: 'net/ipv4/ip_sockglue.c',
  },
  /**
   * An error that IPV6_RECVERR keeps says where in its ICMPv6 message the extensions start. Off by default. Linux 5.9.
   */
  IPV6_RECVERR_RFC4884: {
    level: 'IPPROTO_IPV6',
    number: { linux: 31 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 4884; net/ipv6/icmp.c',
  },
  /** What is received brings its traffic class and flow label as a control message. Off by default. */
  IPV6_FLOWINFO: {
    level: 'IPPROTO_IPV6',
    number: { linux: 11 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'ipv6(7)',
  },
  /** A new path MTU comes as a control message with the next receive. Off by default. */
  IPV6_RECVPATHMTU: {
    level: 'IPPROTO_IPV6',
    number: { linux: 60, darwin: 43, freebsd: 43 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /** Another name of IPV6_RECVORIGDSTADDR, and that of its control messages. */
  IPV6_ORIGDSTADDR: {
    level: 'IPPROTO_IPV6',
    number: { linux: 74, freebsd: 72 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'include/uapi/linux/in6.h',
  },
  /** A datagram that came in fragments brings the size of the largest one as a control message. Off by default. */
  IPV6_RECVFRAGSIZE: {
    level: 'IPPROTO_IPV6',
    number: { linux: 77 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'net/ipv6/ipv6_sockglue.c',
  },
  /** What is received brings its hop-by-hop options as a control message. Off by default. */
  IPV6_RECVHOPOPTS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 53, darwin: 39, freebsd: 39 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /** What is received brings its destination options as a control message. Off by default. */
  IPV6_RECVDSTOPTS: {
    level: 'IPPROTO_IPV6',
    number: { linux: 58, darwin: 40, freebsd: 40 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
  /** What is received brings its routing header as a control message. Off by default. */
  IPV6_RECVRTHDR: {
    level: 'IPPROTO_IPV6',
    number: { linux: 56, darwin: 38, freebsd: 38, win32: 38 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6', 'raw6'],
    source: 'RFC 3542',
  },
} as const satisfies Record<string, OptionEntry>
