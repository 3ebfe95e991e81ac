import type { OptionEntry } from '../entry.js'

/** The options that only FreeBSD has, those of TCP aside. */
export const freebsdOptions = {
  /** SO_PROTOCOL by the name that SunOS gave it. */
  SO_PROTOTYPE: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4118 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * Every datagram received brings the time at which it came as a control message, as a struct bintime: seconds and
   * binary fractions of 64 bits. Off by default.
   */
  SO_BINTIME: {
    level: 'SOL_SOCKET',
    number: { freebsd: 8192 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * The clock and form of the times that SO_TIMESTAMP brings: 0 wall clock in microseconds, the default; 1 as
   * SO_BINTIME; 2 wall clock in nanoseconds; 3 time since boot in nanoseconds.
   */
  SO_TS_CLOCK: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4119 },
    type: 'int',
    range: [0, 3],
    access: 'rw',
    sockets: ['udp'],
    source: 'getsockopt(2) FreeBSD',
  },
  /** A number for the rules of ipfw(4) and dummynet(4), as SO_MARK of Linux is for its firewall's. */
  SO_USER_COOKIE: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4117 },
    type: 'unsigned',
    access: 'wo',
    sockets: ['tcp', 'udp'],
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * The routing table of the socket, of those that net.fibs counts; 0 by default, or what setfib(1) says. Newer manuals
   * call it SO_FIB.
   */
  SO_SETFIB: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4116 },
    type: 'int',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * A datagram that is lost for want of room in the receive buffer makes the next read fail with ENOBUFS. Off by
   * default. FreeBSD 14.
   */
  SO_RERROR: {
    level: 'SOL_SOCKET',
    number: { freebsd: 131072 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'unix'],
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * Hands all that a connection receives to another one, inside the kernel. Set a struct splice, in bytes: descriptor
   * (-1 ends it), most bytes, longest idle time; reading gives the number of bytes handed on, an off_t. FreeBSD 14.2.
   */
  SO_SPLICE: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4131 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp'],
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * Keeps connections out of the accept queue until what they sent first is complete: `dataready` any data, `httpready`
   * a request, `dnsready` a message. Set it after listen(); the module of the filter must be loaded, or it is ENOENT.
   */
  SO_ACCEPTFILTER: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4096 },
    type: 'accept_filter',
    access: 'rw',
    sockets: ['tcp'],
    source: 'accept_filter(9) FreeBSD',
  },
  /** The limit of the accept queue, which listen() set. */
  SO_LISTENQLIMIT: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4113 },
    type: 'int',
    unit: 'count',
    access: 'ro',
    sockets: ['tcp', 'unix'],
    source: 'getsockopt(2) FreeBSD',
  },
  /** Connections in the accept queue. */
  SO_LISTENQLEN: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4114 },
    type: 'int',
    unit: 'count',
    access: 'ro',
    sockets: ['tcp', 'unix'],
    source: 'getsockopt(2) FreeBSD',
  },
  /** Connections that an accept filter still keeps out of the accept queue. */
  SO_LISTENINCQLEN: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4115 },
    type: 'int',
    unit: 'count',
    access: 'ro',
    sockets: ['tcp', 'unix'],
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * The label of the socket for mandatory access control, as a struct mac, which holds a pointer: bytes cannot name the
   * memory that the label goes to. Deprecated on macOS, which numbers it otherwise.
   */
  SO_LABEL: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4105 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp', 'udp', 'unix'],
    source: 'getsockopt(2) FreeBSD',
  },
  /** SO_LABEL of the peer, with the same pointer. */
  SO_PEERLABEL: {
    level: 'SOL_SOCKET',
    number: { freebsd: 4112 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp', 'unix'],
    source: 'getsockopt(2) FreeBSD',
  },
  /** Leaves the connection to the kernel where the network card could run it. Off by default. */
  SO_NO_OFFLOAD: {
    level: 'SOL_SOCKET',
    number: { freebsd: 16384 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    late: 'may do nothing: it is about how the connection is made',
    source: 'getsockopt(2) FreeBSD',
  },
  /** A network card that runs the connection does not write into the memory of the process. Off by default. */
  SO_NO_DDP: {
    level: 'SOL_SOCKET',
    number: { freebsd: 32768 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'getsockopt(2) FreeBSD',
  },
  /**
   * Sends a broadcast to one network as a broadcast to 255.255.255.255 through that network's interface. Off by
   * default.
   */
  IP_ONESBCAST: {
    level: 'IPPROTO_IP',
    number: { freebsd: 23 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'ip(4) FreeBSD',
  },
  /**
   * Lets the socket have addresses that are not the host's, as IP_TRANSPARENT of Linux does: bind to them, and take
   * what ipfw(8) forwards. Off by default.
   */
  IP_BINDANY: {
    level: 'IPPROTO_IP',
    number: { freebsd: 24 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    privilege: 'PRIV_NETINET_BINDANY',
    source: 'ip(4) FreeBSD',
  },
  /**
   * Lets several sockets bind one address and port, one for each bucket of receive-side scaling. Newer headers have the
   * name no more.
   */
  IP_BINDMULTI: {
    level: 'IPPROTO_IP',
    number: { freebsd: 25 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    source: 'FreeBSD sys/netinet/in.h',
  },
  /**
   * The bucket of receive-side scaling that a socket with IP_BINDMULTI serves; set it before listen(). Newer headers
   * have the name no more.
   */
  IP_RSS_LISTEN_BUCKET: {
    level: 'IPPROTO_IP',
    number: { freebsd: 26 },
    type: 'int',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'FreeBSD sys/netinet/in.h',
  },
  /**
   * The priority in the VLAN tag of outgoing packets (802.1Q); -1, the default, takes that of the interface. FreeBSD
   * 13.
   */
  IP_VLAN_PCP: {
    level: 'IPPROTO_IP',
    number: { freebsd: 75 },
    type: 'int',
    range: [-1, 7],
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'FreeBSD sys/netinet/in.h',
  },
  /** IP_BINDANY for IPv6: lets the socket have addresses that are not the host's. Off by default. */
  IPV6_BINDANY: {
    level: 'IPPROTO_IPV6',
    number: { freebsd: 64 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp6', 'udp6', 'raw6'],
    before: 'bind',
    late: 'may do nothing: its documentation asks for it before bind()',
    privilege: 'PRIV_NETINET_BINDANY',
    source: 'ip6(4) FreeBSD',
  },
  /** The first message received brings the users and groups of its sender as a control message. Off by default. */
  LOCAL_CREDS: {
    level: 'SOL_LOCAL',
    number: { freebsd: 2 },
    type: 'flag',
    access: 'rw',
    sockets: ['unix'],
    source: 'unix(4) FreeBSD',
  },
  /**
   * Every message received brings the process, users and groups of its sender as a control message, as SO_PASSCRED of
   * Linux has it. Off by default; not together with LOCAL_CREDS. FreeBSD 13.
   */
  LOCAL_CREDS_PERSISTENT: {
    level: 'SOL_LOCAL',
    number: { freebsd: 3 },
    type: 'flag',
    access: 'rw',
    sockets: ['unix'],
    source: 'unix(4) FreeBSD',
  },
  /** connect() to a Unix socket waits until the listener accepts. Off by default. */
  LOCAL_CONNWAIT: {
    level: 'SOL_LOCAL',
    number: { freebsd: 4 },
    type: 'flag',
    access: 'rw',
    sockets: ['unix'],
    source: 'unix(4) FreeBSD',
  },
} as const satisfies Record<string, OptionEntry>
