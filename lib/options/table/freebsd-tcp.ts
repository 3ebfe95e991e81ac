import type { OptionEntry } from '../entry.js'

/** The options of IPPROTO_TCP that only FreeBSD has. */
export const freebsdTcpOptions = {
  /** How long connect() tries before it gives up with ETIMEDOUT; net.inet.tcp.keepinit (75) by default. */
  TCP_KEEPINIT: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 128 },
    type: 'int',
    unit: 's',
    range: [1, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'tcp(4) FreeBSD',
  },
  /** Parameters of the congestion control, in the form that its module documents. */
  TCP_CCALGOOPT: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 65 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(4) FreeBSD',
  },
  /**
   * How long a connection may wait for an acknowledgement or an open window before it is dropped; 0, the default, is
   * for ever.
   */
  TCP_MAXUNACKTIME: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 68 },
    type: 'int',
    unit: 's',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /**
   * Acknowledges a little later, in the hope of data to go with it. On by default, as net.inet.tcp.delayed_ack says.
   */
  TCP_DELACK: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 72 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /**
   * The TCP stack that runs the connection: `freebsd`, or what a module adds (`rack`, `bbr`). ENOENT for one that is
   * not loaded. Reading tells its number of connections too.
   */
  TCP_FUNCTION_BLK: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 8192 },
    type: 'tcp_stack',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'tcp(4) FreeBSD',
  },
  /** The other name under which the TCP stack of the connection is known; empty for none. */
  TCP_FUNCTION_ALIAS: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 8193 },
    type: 'tcp_stack',
    access: 'ro',
    sockets: ['tcp'],
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /** Statistics of the connection, as the blob of stats(3). EOPNOTSUPP in a kernel without them. */
  TCP_STATS: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 33 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp'],
    source: 'stats(3) FreeBSD',
  },
  /**
   * Whether and how the kernel logs the events of the connection, by the number of a TCP_LOG_STATE: 0, the default, is
   * off, -1 throws away what was logged.
   */
  TCP_LOG: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 34 },
    type: 'int',
    access: 'rw',
    sockets: ['tcp'],
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /** A name of at most 63 bytes under which the logs of several connections belong together. */
  TCP_LOGID: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 36 },
    type: 'log_id',
    access: 'rw',
    sockets: ['tcp'],
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /**
   * Lets the kernel encrypt what is sent, once TLS is agreed. The struct tls_enable, in bytes, holds pointers to the
   * keys, which bytes cannot name. FreeBSD 13.
   */
  TCP_TXTLS_ENABLE: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 39 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp'],
    source: 'ktls(4) FreeBSD',
  },
  /** Who encrypts what is sent: 0 nobody, 1 the kernel, 2 the driver, 3 the network card. FreeBSD 13. */
  TCP_TXTLS_MODE: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 40 },
    type: 'int',
    range: [0, 3],
    access: 'rw',
    sockets: ['tcp'],
    source: 'ktls(4) FreeBSD',
  },
  /** TCP_TXTLS_ENABLE for what is received, with the same pointers. FreeBSD 13. */
  TCP_RXTLS_ENABLE: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 41 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp'],
    source: 'ktls(4) FreeBSD',
  },
  /** Who decrypts what is received, by the numbers of TCP_TXTLS_MODE. FreeBSD 13. */
  TCP_RXTLS_MODE: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 42 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp'],
    source: 'ktls(4) FreeBSD',
  },
  /** The congestion window that the connection starts with, in bytes. */
  TCP_IWND_NB: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 43 },
    type: 'int',
    unit: 'bytes',
    range: [0, 2147483647],
    access: 'wo',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /** The congestion window that the connection starts with, in segments. */
  TCP_IWND_NSEG: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 44 },
    type: 'int',
    unit: 'count',
    range: [0, 2147483647],
    access: 'wo',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /**
   * Wraps the connection in UDP datagrams to this port of the peer; 0, the default, does not. The system listens on
   * net.inet.tcp.udp_tunneling_port, and refuses while that is 0. FreeBSD 13.
   */
  TCP_REMOTE_UDP_ENCAPS_PORT: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 71 },
    type: 'int',
    range: [0, 65535],
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'tcp(4) FreeBSD',
  },
  /** Takes the peer's FIN for a RST. Off by default. */
  TCP_FIN_IS_RST: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 73 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /**
   * The memory domain (NUMA) whose connections a listener of a SO_REUSEPORT_LB group takes first: -1 the one that it
   * runs on, -2 none, the default. FreeBSD 13.
   */
  TCP_REUSPORT_LB_NUMA: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 1026 },
    type: 'int',
    range: [-2, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(4) FreeBSD',
  },
  /** Packets sent that the kernel keeps for a debugger, in a kernel built with TCPPCAP. 0 by default. */
  TCP_PCAP_OUT: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 2048 },
    type: 'int',
    unit: 'count',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'FreeBSD sys/netinet/tcp.h',
  },
  /** Packets received that the kernel keeps for a debugger, in a kernel built with TCPPCAP. 0 by default. */
  TCP_PCAP_IN: {
    level: 'IPPROTO_TCP',
    number: { freebsd: 4096 },
    type: 'int',
    unit: 'count',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'FreeBSD sys/netinet/tcp.h',
  },
} as const satisfies Record<string, OptionEntry>
