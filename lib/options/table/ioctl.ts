import type { OptionEntry } from '../entry.js'

/**
 * Control codes of WSAIoctl() on Windows, which do for a socket what elsewhere an option does. They are in the table so
 * that their names are known: getsockopt() and setsockopt() do not reach them, and using one is ERR_SOCKCTL_UNSUPPORTED
 * on every system.
 */
export const ioctlOptions = {
  /**
   * A shorter way through the kernel for TCP on loopback, where both ends ask for it. Deprecated: newer versions of
   * Windows take it and do nothing.
   */
  SIO_LOOPBACK_FAST_PATH: {
    level: 'WSAIoctl',
    number: { win32: 2550136848 },
    type: 'flag',
    access: 'wo',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'Microsoft, SIO_LOOPBACK_FAST_PATH',
  },
  /**
   * SO_KEEPALIVE with its idle time and interval, as a struct tcp_keepalive of three 32-bit numbers: on or off, and two
   * times in milliseconds.
   */
  SIO_KEEPALIVE_VALS: {
    level: 'WSAIoctl',
    number: { win32: 2550136836 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp'],
    source: 'Microsoft, SIO_KEEPALIVE_VALS',
  },
  /**
   * State, times and counters of the connection, as a TCP_INFO_v0 or, asked for version 1, a TCP_INFO_v1. Windows 10,
   * 1703.
   */
  SIO_TCP_INFO: {
    level: 'WSAIoctl',
    number: { win32: 3623878695 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp'],
    source: 'Microsoft, SIO_TCP_INFO',
  },
  /**
   * How long connect() waits before it sends its SYN again, and how often, as a TCP_INITIAL_RTO_PARAMETERS: 16 bits of
   * milliseconds and 8 of a count. Windows 8.
   */
  SIO_TCP_INITIAL_RTO: {
    level: 'WSAIoctl',
    number: { win32: 2550136849 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'Microsoft, SIO_TCP_INITIAL_RTO',
  },
  /**
   * Whether an ICMP port unreachable makes the next receive fail with WSAECONNRESET. On by default, to the surprise of
   * many servers.
   */
  SIO_UDP_CONNRESET: {
    level: 'WSAIoctl',
    number: { win32: 2550136844 },
    type: 'flag',
    access: 'wo',
    sockets: ['udp'],
    source: 'Windows SDK mswsock.h',
  },
  /** SIO_UDP_CONNRESET for an ICMP time exceeded, which is WSAENETRESET. */
  SIO_UDP_NETRESET: {
    level: 'WSAIoctl',
    number: { win32: 2550136847 },
    type: 'flag',
    access: 'wo',
    sockets: ['udp'],
    source: 'Windows SDK mswsock.h',
  },
  /**
   * A raw socket receives all packets of its interface: 0 off, the default; 1 all; 3 those that the interface takes
   * without promiscuous mode.
   */
  SIO_RCVALL: {
    level: 'WSAIoctl',
    number: { win32: 2550136833 },
    type: 'int',
    range: [0, 3],
    access: 'wo',
    sockets: ['raw'],
    privilege: 'administrator',
    source: 'Microsoft, SIO_RCVALL',
  },
  /**
   * Keeps a range of ports from everybody else until the socket closes, and gives the token of the reservation. In: an
   * INET_PORT_RANGE, first port and count of 16 bits each.
   */
  SIO_ACQUIRE_PORT_RESERVATION: {
    level: 'WSAIoctl',
    number: { win32: 2550136932 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Microsoft, SIO_ACQUIRE_PORT_RESERVATION',
  },
  /** Gives a range of ports back, by the token of its reservation. */
  SIO_RELEASE_PORT_RESERVATION: {
    level: 'WSAIoctl',
    number: { win32: 2550136933 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp', 'udp'],
    source: 'Microsoft, SIO_RELEASE_PORT_RESERVATION',
  },
  /** Lets the socket bind a port of a reserved range, by the token of the reservation. */
  SIO_ASSOCIATE_PORT_RESERVATION: {
    level: 'WSAIoctl',
    number: { win32: 2550136934 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Microsoft, SIO_ASSOCIATE_PORT_RESERVATION',
  },
  /**
   * The processor whose share of the traffic the socket takes, so that several sockets serve one port. Windows 10,
   * 2004.
   */
  SIO_CPU_AFFINITY: {
    level: 'WSAIoctl',
    number: { win32: 2550136853 },
    type: 'int',
    range: [0, 65535],
    access: 'wo',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Windows SDK mstcpip.h',
  },
  /** Segments that are acknowledged together; 1 acknowledges each at once, 2 is the default. */
  SIO_TCP_SET_ACK_FREQUENCY: {
    level: 'WSAIoctl',
    number: { win32: 2550136855 },
    type: 'int',
    unit: 'count',
    range: [1, 255],
    access: 'wo',
    sockets: ['tcp'],
    source: 'Windows SDK mstcpip.h',
  },
  /** The bytes to keep written and not acknowledged, so that the connection is never idle. */
  SIO_IDEAL_SEND_BACKLOG_QUERY: {
    level: 'WSAIoctl',
    number: { win32: 1074033787 },
    type: 'unsigned',
    unit: 'bytes',
    access: 'ro',
    sockets: ['tcp'],
    source: 'Microsoft, SIO_IDEAL_SEND_BACKLOG_QUERY',
  },
  /** The process at the other end of a Unix socket. */
  SIO_AF_UNIX_GETPEERPID: {
    level: 'WSAIoctl',
    number: { win32: 1476395264 },
    type: 'int',
    access: 'ro',
    sockets: ['unix'],
    source: 'Windows SDK afunix.h',
  },
} as const satisfies Record<string, OptionEntry>
