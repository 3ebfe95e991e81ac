import type { OptionEntry } from '../entry.js'

/** The options of IPPROTO_IP, IPPROTO_IPV6 and IPPROTO_UDP that only Windows has. */
export const windowsIpOptions = {
  /** IP_DONTFRAG by its name on Windows: sends datagrams with the bit Don't Fragment. Off by default. */
  IP_DONTFRAGMENT: {
    level: 'IPPROTO_IP',
    number: { win32: 14 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /** The largest packet that the socket sends, where the interface allows more. Windows 10. */
  IP_USER_MTU: {
    level: 'IPPROTO_IP',
    number: { win32: 76 },
    type: 'int',
    unit: 'bytes',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /** Receives broadcasts. On by default. */
  IP_RECEIVE_BROADCAST: {
    level: 'IPPROTO_IP',
    number: { win32: 22 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /** Receives through the interfaces that IP_ADD_IFLIST named and no other. Off by default. Windows 10, 1803. */
  IP_IFLIST: {
    level: 'IPPROTO_IP',
    number: { win32: 28 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /** Adds the interface of this index to those of IP_IFLIST. Windows 10, 1803. */
  IP_ADD_IFLIST: {
    level: 'IPPROTO_IP',
    number: { win32: 29 },
    type: 'int',
    range: [0, 2147483647],
    access: 'wo',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /** Takes the interface of this index from those of IP_IFLIST. Windows 10, 1803. */
  IP_DEL_IFLIST: {
    level: 'IPPROTO_IP',
    number: { win32: 30 },
    type: 'int',
    range: [0, 2147483647],
    access: 'wo',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /** The indexes of the interfaces of IP_IFLIST, 4 bytes each. Windows 10, 1803. */
  IP_GET_IFLIST: {
    level: 'IPPROTO_IP',
    number: { win32: 33 },
    type: 'bytes',
    access: 'ro',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /**
   * Every datagram received brings, as a control message, the index of the interface that it first came through, before
   * a tunnel or teaming handed it on. Off by default.
   */
  IP_ORIGINAL_ARRIVAL_IF: {
    level: 'IPPROTO_IP',
    number: { win32: 47 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /**
   * Every datagram received brings its two ECN bits as a control message. Off by default. The documentation calls it
   * IP_RECVECN.
   */
  IP_ECN: {
    level: 'IPPROTO_IP',
    number: { win32: 50 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'Windows SDK ws2ipdef.h',
  },
  /** IP_RECVTOS by the name that IPv6 has for it; the number is the same. */
  IP_RECVTCLASS: {
    level: 'IPPROTO_IP',
    number: { win32: 40 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'Windows SDK ws2ipdef.h',
  },
  /**
   * The records by which the filtering platform knows a connection that a proxy took over; the proxy sets them on its
   * own connection to the real peer.
   */
  IP_WFP_REDIRECT_RECORDS: {
    level: 'IPPROTO_IP',
    number: { win32: 60 },
    type: 'bytes',
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_IP socket options',
  },
  /** IP_USER_MTU for IPv6: the largest packet that the socket sends. Windows 10. */
  IPV6_USER_MTU: {
    level: 'IPPROTO_IPV6',
    number: { win32: 76 },
    type: 'int',
    unit: 'bytes',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['udp6'],
    source: 'Microsoft, IPPROTO_IPV6 socket options',
  },
  /**
   * From where the socket takes traffic: 10 from everywhere, Teredo included; 20 not through Teredo; 30 from the own
   * networks alone. Older versions of Windows start with 20, newer ones with what the system is set to.
   */
  IPV6_PROTECTION_LEVEL: {
    level: 'IPPROTO_IPV6',
    number: { win32: 23 },
    type: 'int',
    access: 'rw',
    sockets: ['tcp6', 'udp6'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'Microsoft, IPV6_PROTECTION_LEVEL',
  },
  /** Every datagram received brings the index of its interface as a control message. Off by default. */
  IPV6_RECVIF: {
    level: 'IPPROTO_IPV6',
    number: { win32: 24 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp6'],
    source: 'Microsoft, IPPROTO_IPV6 socket options',
  },
  /** Sends datagrams over IPv4 with a checksum of zero. Off by default; IPv6 refuses it. */
  UDP_NOCHECKSUM: {
    level: 'IPPROTO_UDP',
    number: { win32: 1 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_UDP socket options',
  },
  /** Sends datagrams with a checksum. */
  UDP_CHECKSUM_COVERAGE: {
    level: 'IPPROTO_UDP',
    number: { win32: 20 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_UDP socket options',
  },
  /**
   * Cuts each send into datagrams of this size, as UDP_SEGMENT of Linux does; 0, the default, does not. Windows 10,
   * 2004.
   */
  UDP_SEND_MSG_SIZE: {
    level: 'IPPROTO_UDP',
    number: { win32: 2 },
    type: 'unsigned',
    unit: 'bytes',
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_UDP socket options',
  },
  /**
   * Joins datagrams of one sender up to this size for a single receive, as UDP_GRO of Linux does; 0, the default, does
   * not. Windows 10, 2004.
   */
  UDP_RECV_MAX_COALESCED_SIZE: {
    level: 'IPPROTO_UDP',
    number: { win32: 3 },
    type: 'unsigned',
    unit: 'bytes',
    access: 'rw',
    sockets: ['udp'],
    source: 'Microsoft, IPPROTO_UDP socket options',
  },
} as const satisfies Record<string, OptionEntry>
