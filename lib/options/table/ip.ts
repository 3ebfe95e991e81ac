import type { OptionEntry } from '../entry.js'

/** How packets find the largest size of their path. */
export const pathMtuDiscovery = {
  dont: { linux: 0, win32: 2 },
  want: { linux: 1 },
  do: { linux: 2, win32: 1 },
  probe: { linux: 3, win32: 3 },
  interface: { linux: 4 },
  omit: { linux: 5 },
  unset: { win32: 0 },
} as const

/** The options of IPPROTO_IP. TCP and UDP sockets over IPv6 take them too, for their IPv4 traffic. */
export const ipOptions = {
  /**
   * The service byte of outgoing packets, DSCP and ECN: a number, or a class by name, which reads as its number. TCP
   * keeps the two lowest bits to itself, so 255 reads back as 252. A change sets SO_PRIORITY anew. 0 by default; Windows
   * takes it and mostly ignores it.
   */
  IP_TOS: {
    level: 'IPPROTO_IP',
    number: { linux: 1, darwin: 3, freebsd: 3, win32: 3 },
    type: 'tos',
    range: [0, 255],
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'IP_TOS(2const)',
  },
  /** Hops that an outgoing packet may take. -1 takes net.ipv4.ip_default_ttl (64), the default; 0 is EINVAL. */
  IP_TTL: {
    level: 'IPPROTO_IP',
    number: { linux: 2, darwin: 4, freebsd: 4, win32: 4 },
    type: 'int',
    unit: 'hops',
    range: [-1, 255],
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'IP_TTL(2const)',
  },
  /**
   * Drops packets that arrive with fewer hops left, so that 255 admits direct neighbours alone. 0, the default, is off.
   * Linux looks at it on TCP only.
   */
  IP_MINTTL: {
    level: 'IPPROTO_IP',
    number: { linux: 21, freebsd: 66 },
    type: 'int',
    unit: 'hops',
    range: [0, 255],
    access: 'rw',
    sockets: ['tcp'],
    source: 'RFC 5082; net/ipv4/tcp_ipv4.c',
  },
  /**
   * Lets the socket have addresses that are not the host's: bind to them, send from them, and take what the firewall
   * redirects (TPROXY). On an IPv6 socket it is the same switch as IPV6_TRANSPARENT. Off by default.
   */
  IP_TRANSPARENT: {
    level: 'IPPROTO_IP',
    number: { linux: 19 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    before: 'bind',
    late: 'lets the socket send from foreign addresses and take redirected packets',
    privilege: 'CAP_NET_ADMIN or CAP_NET_RAW to turn it on',
    source: 'IP_TRANSPARENT(2const)',
  },
  /**
   * Lets bind() take an address that the host does not have (yet), instead of EADDRNOTAVAIL. Sending from it needs the
   * address, or IP_TRANSPARENT. On an IPv6 socket it is the same switch as IPV6_FREEBIND. Off by default.
   */
  IP_FREEBIND: {
    level: 'IPPROTO_IP',
    number: { linux: 15 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    before: 'bind',
    late: { udp6: 'lets a datagram go out from a foreign address that an IPV6_PKTINFO control message names' },
    source: 'IP_FREEBIND(2const)',
  },
  /**
   * bind() to port 0 takes the address and leaves the port to connect(), which may then give one port to connections to
   * different peers. For IPv6 sockets too. Off by default.
   */
  IP_BIND_ADDRESS_NO_PORT: {
    level: 'IPPROTO_IP',
    number: { linux: 24 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'bind',
    source: 'IP_BIND_ADDRESS_NO_PORT(2const)',
  },
  /**
   * The ports that the kernel may pick for this socket, both ends included; 0 leaves an end to
   * net.ipv4.ip_local_port_range. It narrows that range: what lies outside is taken and ignored. For IPv6 sockets too.
   * Linux 6.3.
   */
  IP_LOCAL_PORT_RANGE: {
    level: 'IPPROTO_IP',
    number: { linux: 51 },
    type: 'port_range',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    before: 'port',
    source: 'IP_LOCAL_PORT_RANGE(2const)',
  },
  /**
   * How packets find the largest size of their path: `dont` not at all, `want` as each route says (the default), `do`
   * always, `probe` always but ignoring what was learned, `interface` by the interface alone, `omit` as that with packets
   * that may be fragmented. Windows has `unset` (the default), `dont`, `do` and `probe`.
   */
  IP_MTU_DISCOVER: {
    level: 'IPPROTO_IP',
    number: { linux: 10, win32: 71 },
    type: 'enum',
    names: pathMtuDiscovery,
    range: [0, 5],
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'IP_MTU_DISCOVER(2const)',
  },
  /** The largest packet that the path of a connected socket takes; ENOTCONN on any other. */
  IP_MTU: {
    level: 'IPPROTO_IP',
    number: { linux: 14, win32: 73 },
    type: 'int',
    unit: 'bytes',
    access: 'ro',
    sockets: ['tcp', 'udp'],
    source: 'IP_MTU(2const)',
  },
  /** The caller writes the IP header of what it sends. Off by default, but on for a socket of protocol 255. */
  IP_HDRINCL: {
    level: 'IPPROTO_IP',
    number: { linux: 3, darwin: 2, freebsd: 2, win32: 2 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw'],
    source: 'IP_HDRINCL(2const)',
  },
  /** Every datagram received brings its service byte as a control message. Off by default. */
  IP_RECVTOS: {
    level: 'IPPROTO_IP',
    number: { linux: 13, darwin: 27, freebsd: 68, win32: 40 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_RECVTOS(2const)',
  },
  /** Every datagram received brings the hops that it had left as a control message. Off by default. */
  IP_RECVTTL: {
    level: 'IPPROTO_IP',
    number: { linux: 12, darwin: 24, freebsd: 65, win32: 21 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_RECVTTL(2const)',
  },
  /** Every datagram received brings its interface and destination as a control message. Off by default. */
  IP_PKTINFO: {
    level: 'IPPROTO_IP',
    number: { linux: 8, darwin: 26, win32: 19 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_PKTINFO(2const)',
  },
  /** Every datagram received brings the address that it was sent to before a redirect, as a control message. */
  IP_RECVORIGDSTADDR: {
    level: 'IPPROTO_IP',
    number: { linux: 20, freebsd: 27 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_RECVORIGDSTADDR(2const)',
  },
  /**
   * Reports ICMP errors on the socket at once and keeps them, with their sender, in the error queue. Node does not read
   * that, so sockctl refuses it on a `dgram.Socket`. Off by default.
   */
  IP_RECVERR: {
    level: 'IPPROTO_IP',
    number: { linux: 11, win32: 75 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw', 'tcp'],
    source: 'IP_RECVERR(2const)',
  },
  /**
   * The index of the interface through which unicast datagrams leave, without the limit on receiving that
   * SO_BINDTODEVICE sets. An unknown one is EADDRNOTAVAIL; 0, the default, is none. TCP ignores it.
   */
  IP_UNICAST_IF: {
    level: 'IPPROTO_IP',
    number: { linux: 50, win32: 31 },
    type: 'ifindex',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'net/ipv4/ip_sockglue.c',
  },
  /** The local address whose interface multicasts leave through; `0.0.0.0`, the default, leaves it to the routes. */
  IP_MULTICAST_IF: {
    level: 'IPPROTO_IP',
    number: { linux: 32, darwin: 9, freebsd: 9, win32: 9 },
    type: 'in_addr',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_MULTICAST_IF(2const)',
  },
  /** Hops that an outgoing multicast may take. 1 by default, to which -1 returns; 0 keeps it on the host. */
  IP_MULTICAST_TTL: {
    level: 'IPPROTO_IP',
    number: { linux: 33, darwin: 10, freebsd: 10, win32: 10 },
    type: 'int',
    unit: 'hops',
    range: [-1, 255],
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_MULTICAST_TTL(2const)',
  },
  /** Hands multicasts that are sent to this host's own members too. On by default; Windows asks the receiver for it. */
  IP_MULTICAST_LOOP: {
    level: 'IPPROTO_IP',
    number: { linux: 34, darwin: 11, freebsd: 11, win32: 11 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_MULTICAST_LOOP(2const)',
  },
  /**
   * A socket that is bound to the wildcard address gets the multicasts of every group that anybody on the host joined;
   * off, those of its own groups alone. On by default, except on IPv6 sockets.
   */
  IP_MULTICAST_ALL: {
    level: 'IPPROTO_IP',
    number: { linux: 49 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'IP_MULTICAST_ALL(2const)',
  },
  /** Joins a multicast group on an interface. */
  IP_ADD_MEMBERSHIP: {
    level: 'IPPROTO_IP',
    number: { linux: 35, darwin: 12, freebsd: 12, win32: 12 },
    type: 'ip_mreqn',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'IP_ADD_MEMBERSHIP(2const)',
  },
  /** Leaves a multicast group on an interface. */
  IP_DROP_MEMBERSHIP: {
    level: 'IPPROTO_IP',
    number: { linux: 36, darwin: 13, freebsd: 13, win32: 13 },
    type: 'ip_mreqn',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'IP_DROP_MEMBERSHIP(2const)',
  },
  /** Joins a multicast group for what one source sends to it; repeat it for more sources. */
  IP_ADD_SOURCE_MEMBERSHIP: {
    level: 'IPPROTO_IP',
    number: { linux: 39, darwin: 70, freebsd: 70, win32: 15 },
    type: 'ip_mreq_source',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'IP_ADD_SOURCE_MEMBERSHIP(2const)',
  },
  /** Leaves one source of a multicast group, and with its last source the group. */
  IP_DROP_SOURCE_MEMBERSHIP: {
    level: 'IPPROTO_IP',
    number: { linux: 40, darwin: 71, freebsd: 71, win32: 16 },
    type: 'ip_mreq_source',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'IP_DROP_SOURCE_MEMBERSHIP(2const)',
  },
  /** Stops one source of a group that was joined as a whole. */
  IP_BLOCK_SOURCE: {
    level: 'IPPROTO_IP',
    number: { linux: 38, darwin: 72, freebsd: 72, win32: 17 },
    type: 'ip_mreq_source',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'IP_BLOCK_SOURCE(2const)',
  },
  /** Lets a source through again that IP_BLOCK_SOURCE stopped. */
  IP_UNBLOCK_SOURCE: {
    level: 'IPPROTO_IP',
    number: { linux: 37, darwin: 73, freebsd: 73, win32: 18 },
    type: 'ip_mreq_source',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'IP_UNBLOCK_SOURCE(2const)',
  },
  /** Where the peer meant to connect before the firewall redirected it (REDIRECT, DNAT); ENOENT where nothing did. */
  SO_ORIGINAL_DST: {
    level: 'IPPROTO_IP',
    number: { linux: 80 },
    type: 'sockaddr',
    access: 'ro',
    sockets: ['tcp'],
    source: 'include/uapi/linux/netfilter_ipv4.h',
  },
} as const satisfies Record<string, OptionEntry>
