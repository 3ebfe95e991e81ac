import type { OptionEntry } from '../entry.js'

/** The options of IPPROTO_TCP that only Windows has. */
export const windowsTcpOptions = {
  /**
   * How long unacknowledged data is sent again before the connection is dropped, the SYN of connect() included; -1 is
   * for ever.
   */
  TCP_MAXRT: {
    level: 'IPPROTO_TCP',
    number: { win32: 5 },
    type: 'int',
    unit: 's',
    range: [-1, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'Microsoft, IPPROTO_TCP socket options',
  },
  /** TCP_MAXRT in milliseconds. */
  TCP_MAXRTMS: {
    level: 'IPPROTO_TCP',
    number: { win32: 14 },
    type: 'unsigned',
    unit: 'ms',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Microsoft, IPPROTO_TCP socket options',
  },
  /** Uses the timestamps of RFC 7323 on the connection, whatever the system does by default. */
  TCP_TIMESTAMPS: {
    level: 'IPPROTO_TCP',
    number: { win32: 10 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'Microsoft, IPPROTO_TCP socket options',
  },
  /**
   * Reads the urgent pointer as RFC 1122 does: as the last byte of urgent data. Off by default, which is as
   * TCP_BSDURGENT; once on, it stays on.
   */
  TCP_EXPEDITED_1122: {
    level: 'IPPROTO_TCP',
    number: { win32: 2 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Microsoft, IPPROTO_TCP socket options',
  },
  /** Reads the urgent pointer by the letter of RFC 1122; the documentation passes over it. */
  TCP_STDURG: {
    level: 'IPPROTO_TCP',
    number: { win32: 6 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Windows SDK ws2ipdef.h',
  },
  /** Takes no notice of urgent data; the documentation passes over it. */
  TCP_NOURG: {
    level: 'IPPROTO_TCP',
    number: { win32: 7 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Windows SDK ws2ipdef.h',
  },
  /** Whether the next byte to be read is at the urgent mark. */
  TCP_ATMARK: {
    level: 'IPPROTO_TCP',
    number: { win32: 8 },
    type: 'flag',
    access: 'ro',
    sockets: ['tcp'],
    source: 'Windows SDK ws2ipdef.h',
  },
  /** connect() sends its SYN once and no more. Off by default. */
  TCP_NOSYNRETRIES: {
    level: 'IPPROTO_TCP',
    number: { win32: 9 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'Windows SDK ws2ipdef.h',
  },
  /** Whether the network card should run the connection: 0 no preference, 1 rather not, 2 rather yes. */
  TCP_OFFLOAD_PREFERENCE: {
    level: 'IPPROTO_TCP',
    number: { win32: 11 },
    type: 'int',
    range: [0, 2],
    access: 'rw',
    sockets: ['tcp'],
    source: 'Windows SDK ws2ipdef.h',
  },
  /** The congestion control, by a number that no documentation lists. */
  TCP_CONGESTION_ALGORITHM: {
    level: 'IPPROTO_TCP',
    number: { win32: 12 },
    type: 'int',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Windows SDK ws2ipdef.h',
  },
  /** Acknowledges the peer's FIN a little later, in the hope of data to go with it. Off by default. */
  TCP_DELAY_FIN_ACK: {
    level: 'IPPROTO_TCP',
    number: { win32: 13 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Windows SDK ws2ipdef.h',
  },
  /**
   * connect() fails as soon as an ICMP error comes back, where it would try until it times out; TCP_ICMP_ERROR_INFO
   * tells which. Off by default. Windows 10, 2004.
   */
  TCP_FAIL_CONNECT_ON_ICMP_ERROR: {
    level: 'IPPROTO_TCP',
    number: { win32: 18 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'Microsoft, IPPROTO_TCP socket options',
  },
  /**
   * The ICMP error that made connect() fail, as an ICMP_ERROR_INFO: sender, protocol, type and code. Windows 10, 2004.
   */
  TCP_ICMP_ERROR_INFO: {
    level: 'IPPROTO_TCP',
    number: { win32: 19 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp'],
    source: 'Microsoft, IPPROTO_TCP socket options',
  },
  /**
   * Reads the urgent pointer as BSD does: as the byte behind urgent data. On by default; it is the opposite of
   * TCP_EXPEDITED_1122.
   */
  TCP_BSDURGENT: {
    level: 'IPPROTO_TCP',
    number: { win32: 28672 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Microsoft, IPPROTO_TCP socket options',
  },
} as const satisfies Record<string, OptionEntry>
