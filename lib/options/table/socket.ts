import type { OptionEntry } from '../entry.js'
import { trafficOptions } from './traffic.js'

const socketItself = {
  /**
   * Lets bind() take an address whose only other users are TIME_WAIT remnants or sockets that do not listen, as long as
   * every one of them had the option too. Over UDP it lets any user bind the same address and take the datagrams. On
   * Windows the number means something else: there it opens an address that is in use to any other socket.
   */
  SO_REUSEADDR: {
    level: 'SOL_SOCKET',
    number: { linux: 2, darwin: 4, freebsd: 4, win32: 4 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    before: 'bind',
    late: 'lets later binds share the port until somebody listens on it, and is kept by the TIME_WAIT remnant',
    source: 'socket(7)',
  },
  /**
   * Lets sockets of one user bind the same address and port, if each sets it. Linux spreads connections and datagrams
   * over the group by a hash of the addresses; macOS and FreeBSD do not spread them.
   */
  SO_REUSEPORT: {
    level: 'SOL_SOCKET',
    number: { linux: 15, darwin: 512, freebsd: 512 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    before: 'bind',
    late: 'opens the port to later sockets of the same user, which then share its load',
    privilege: 'all sockets of a group need the same effective user',
    source: 'socket(7)',
  },
  /**
   * Lets up to 256 sockets bind the same address and port and spreads the load over them, as SO_REUSEPORT of Linux
   * does.
   */
  SO_REUSEPORT_LB: {
    level: 'SOL_SOCKET',
    number: { freebsd: 65536 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: a socket joins its group in bind()',
    source: 'getsockopt(2) FreeBSD',
  },
  /** Keeps every other socket off the address and port, even one that sets SO_REUSEADDR. */
  SO_EXCLUSIVEADDRUSE: {
    level: 'SOL_SOCKET',
    number: { win32: -5 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Microsoft, Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE',
  },
  /**
   * Ties the socket to the network interface of this name: it receives from no other and sends through no other. The
   * empty string unties it; an unknown name is ENODEV.
   */
  SO_BINDTODEVICE: {
    level: 'SOL_SOCKET',
    number: { linux: 25, darwin: 4404 },
    type: 'string',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    before: 'bind',
    late: 'applies to what arrives and leaves from then on; the check for a conflict in bind() was made without it',
    privilege: 'CAP_NET_RAW to change or untie an interface that is set; none for the first',
    source: 'socket(7)',
  },
  /**
   * Ties the socket to the network interface of this index, as SO_BINDTODEVICE does by name; 0 unties it. The kernel
   * takes the index of an interface that does not exist. Linux 5.1.
   */
  SO_BINDTOIFINDEX: {
    level: 'SOL_SOCKET',
    number: { linux: 62 },
    type: 'int',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    before: 'bind',
    late: 'applies to what arrives and leaves from then on; the check for a conflict in bind() was made without it',
    privilege: 'CAP_NET_RAW to change or untie an interface that is set; none for the first',
    source: 'net/core/sock.c',
  },
  /**
   * Decides what the last close() does. Off, the default: it returns at once and the data goes out behind it. On with 0
   * seconds: it resets the connection, and no TIME_WAIT remains. On with more: it blocks for up to that many seconds,
   * on a non-blocking socket too. macOS counts in clock ticks here: use SO_LINGER_SEC there.
   */
  SO_LINGER: {
    level: 'SOL_SOCKET',
    number: { linux: 13, darwin: 128, freebsd: 128, win32: 128 },
    type: 'linger',
    unit: 's',
    access: 'rw',
    sockets: ['tcp'],
    source: 'socket(7)',
  },
  /** SO_LINGER with the time in seconds, for macOS, where SO_LINGER itself counts in clock ticks. */
  SO_LINGER_SEC: {
    level: 'SOL_SOCKET',
    number: { darwin: 4224 },
    type: 'linger',
    unit: 's',
    access: 'rw',
    sockets: ['tcp'],
    source: 'xnu bsd/sys/socket.h',
  },
  /**
   * Sends probes over an idle connection and ends it with ETIMEDOUT when nothing answers; TCP_KEEPIDLE, TCP_KEEPINTVL
   * and TCP_KEEPCNT set the times. Off by default.
   */
  SO_KEEPALIVE: {
    level: 'SOL_SOCKET',
    number: { linux: 9, darwin: 8, freebsd: 8, win32: 8 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'socket(7)',
  },
  /** A write to a closed connection fails with EPIPE and sends no SIGPIPE. Linux has MSG_NOSIGNAL instead. */
  SO_NOSIGPIPE: {
    level: 'SOL_SOCKET',
    number: { darwin: 4130, freebsd: 2048 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'unix'],
    source: 'getsockopt(2) FreeBSD',
  },
  /** The type of the socket: on Linux 1 is a stream, 2 datagrams, 3 raw, 5 sequenced packets. */
  SO_TYPE: {
    level: 'SOL_SOCKET',
    number: { linux: 3, darwin: 4104, freebsd: 4104, win32: 4104 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /** The address family of the socket: on Linux 1 is Unix, 2 is IPv4, 10 is IPv6. */
  SO_DOMAIN: {
    level: 'SOL_SOCKET',
    number: { linux: 39, freebsd: 4121 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /** The protocol of the socket: 6 is TCP, 17 UDP, 262 MPTCP, 0 a Unix socket. */
  SO_PROTOCOL: {
    level: 'SOL_SOCKET',
    number: { linux: 38, freebsd: 4118 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /**
   * The errno that waits on the socket, or 0. Reading clears it, so on a socket that Node runs the error is lost to
   * Node.
   */
  SO_ERROR: {
    level: 'SOL_SOCKET',
    number: { linux: 4, darwin: 4103, freebsd: 4103, win32: 4103 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /** Whether the socket listens. */
  SO_ACCEPTCONN: {
    level: 'SOL_SOCKET',
    number: { linux: 30, darwin: 2, freebsd: 2, win32: 2 },
    type: 'flag',
    access: 'ro',
    sockets: ['tcp', 'unix'],
    source: 'socket(7)',
  },
  /** The number by which the kernel knows the socket, unique until the next boot; sock_diag and eBPF show the same. */
  SO_COOKIE: {
    level: 'SOL_SOCKET',
    number: { linux: 57 },
    type: 'uint64',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'net/core/sock.c',
  },
  /** The number of the network namespace that the socket lives in, unique until the next boot. Linux 5.14. */
  SO_NETNS_COOKIE: {
    level: 'SOL_SOCKET',
    number: { linux: 71 },
    type: 'uint64',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'net/core/sock.c',
  },
  /**
   * Process, user and group of the peer of a Unix socket, as they were at connect(), listen() or socketpair(). A socket
   * without such a peer gives process 0 and the user and group 4294967295.
   */
  SO_PEERCRED: {
    level: 'SOL_SOCKET',
    number: { linux: 17 },
    type: 'ucred',
    access: 'ro',
    sockets: ['unix'],
    source: 'unix(7)',
  },
  /**
   * The supplementary groups of the process at the other end of a Unix connection, as they were at connect(2),
   * listen(2) or socketpair(2); ENODATA where nothing is connected.
   */
  SO_PEERGROUPS: {
    level: 'SOL_SOCKET',
    number: { linux: 59 },
    type: 'gid_list',
    access: 'ro',
    sockets: ['unix'],
    source: 'net/core/sock.c',
  },
  /** The security label of the peer. Without a security module that labels sockets it is ENOPROTOOPT. */
  SO_PEERSEC: {
    level: 'SOL_SOCKET',
    number: { linux: 31 },
    type: 'string',
    access: 'ro',
    sockets: ['unix', 'tcp'],
    source: 'SO_PEERSEC(2const)',
  },
  /**
   * Every message received brings the process, user and group of its sender as a control message. A socket that has no
   * name gets an abstract one of the kernel's when it connects.
   */
  SO_PASSCRED: {
    level: 'SOL_SOCKET',
    number: { linux: 16 },
    type: 'flag',
    access: 'rw',
    sockets: ['unix'],
    source: 'unix(7)',
  },
  /** Every message received brings the security label of its sender as a control message. */
  SO_PASSSEC: {
    level: 'SOL_SOCKET',
    number: { linux: 34 },
    type: 'flag',
    access: 'rw',
    sockets: ['unix'],
    source: 'unix(7)',
  },
  /** Freezes the filter that is attached, or that there is none. It cannot be undone: turning it off is EPERM. */
  SO_LOCK_FILTER: {
    level: 'SOL_SOCKET',
    number: { linux: 44 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /** Did once what nothing does today. Linux still takes it and reads it as off. */
  SO_BSDCOMPAT: {
    level: 'SOL_SOCKET',
    number: { linux: 14 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'socket(7)',
  },
  /** Marks the socket for the kernel's own tracing, of which little is left. Turning it on unprivileged is EACCES. */
  SO_DEBUG: {
    level: 'SOL_SOCKET',
    number: { linux: 1, darwin: 1, freebsd: 1, win32: 1 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    privilege: 'CAP_NET_ADMIN to turn it on',
    source: 'socket(7)',
  },
} as const satisfies Record<string, OptionEntry>

/**
 * The options of SOL_SOCKET: the socket itself, then what goes through it. An intersection, as the type of a spread
 * would drop the doc comments of the rows.
 */
export const socketOptions: typeof socketItself & typeof trafficOptions = { ...socketItself, ...trafficOptions }
