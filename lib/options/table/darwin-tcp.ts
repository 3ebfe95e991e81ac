import type { OptionEntry } from '../entry.js'

/** The options of IPPROTO_TCP that only macOS has. */
export const darwinTcpOptions = {
  /** How long connect() tries before it gives up with ETIMEDOUT; 0, the default, leaves it to the system (75). */
  TCP_CONNECTIONTIMEOUT: {
    level: 'IPPROTO_TCP',
    number: { darwin: 32 },
    type: 'int',
    unit: 's',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'tcp(4) macOS',
  },
  /**
   * State, times and counters of the connection, as macOS publishes them. TCP_INFO of Linux is a private structure
   * there.
   */
  TCP_CONNECTION_INFO: {
    level: 'IPPROTO_TCP',
    number: { darwin: 262 },
    type: 'connection_info',
    access: 'ro',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp.h',
  },
  /**
   * How long unacknowledged data is sent again before the connection is dropped with ETIMEDOUT: TCP_USER_TIMEOUT of
   * Linux, in seconds. 0, the default, leaves it to the system.
   */
  TCP_RXT_CONNDROPTIME: {
    level: 'IPPROTO_TCP',
    number: { darwin: 128 },
    type: 'int',
    unit: 's',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp.h',
  },
  /** Drops a closed connection once its FIN was sent three times without an answer. Off by default. */
  TCP_RXT_FINDROP: {
    level: 'IPPROTO_TCP',
    number: { darwin: 256 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp.h',
  },
  /** Acknowledges every second segment, and no fewer. Off by default. */
  TCP_SENDMOREACKS: {
    level: 'IPPROTO_TCP',
    number: { darwin: 259 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp.h',
  },
  /** Asks for ECN when the connection is made, whatever the system does by default. */
  TCP_ENABLE_ECN: {
    level: 'IPPROTO_TCP',
    number: { darwin: 260 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'xnu bsd/netinet/tcp.h',
  },
  /**
   * Forgets the connection at once where it would stay in TIME_WAIT. Off by default. From a private header, so the
   * number may change.
   */
  TCP_NOTIMEWAIT: {
    level: 'IPPROTO_TCP',
    number: { darwin: 520 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp_private.h',
  },
  /**
   * The process at the other end of a connection on the same host, 0 for another. From a private header, so the number
   * may change.
   */
  TCP_PEER_PID: {
    level: 'IPPROTO_TCP',
    number: { darwin: 516 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp_private.h',
  },
  /**
   * How long a connection whose peer is silent is kept at least; 300 is the most. From a private header, so the number
   * may change.
   */
  TCP_RXT_MINIMUM_TIMEOUT: {
    level: 'IPPROTO_TCP',
    number: { darwin: 533 },
    type: 'int',
    unit: 's',
    range: [0, 300],
    access: 'rw',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp_private.h',
  },
  /** How long a peer may keep its window shut before the connection is dropped; 0, the default, is for ever. */
  PERSIST_TIMEOUT: {
    level: 'IPPROTO_TCP',
    number: { darwin: 64 },
    type: 'int',
    unit: 's',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp.h',
  },
} as const satisfies Record<string, OptionEntry>
