import type { OptionEntry } from '../entry.js'

/**
 * The multicast options of RFC 3678, whose addresses are of either family. They have one number at IPPROTO_IP and at
 * IPPROTO_IPV6: the family of the group decides the level.
 */
export const multicastOptions = {
  /** Joins a multicast group of either family on an interface; EADDRINUSE where it is joined already. */
  MCAST_JOIN_GROUP: {
    level: 'IPPROTO_IP',
    number: { linux: 42, darwin: 80, freebsd: 80, win32: 41 },
    type: 'group_req',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'RFC 3678',
  },
  /** Leaves a multicast group, with all of its sources; EADDRNOTAVAIL where it is not joined. */
  MCAST_LEAVE_GROUP: {
    level: 'IPPROTO_IP',
    number: { linux: 45, darwin: 81, freebsd: 81, win32: 42 },
    type: 'group_req',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'RFC 3678',
  },
  /** Joins a multicast group for what one source sends to it; repeat it for more sources. */
  MCAST_JOIN_SOURCE_GROUP: {
    level: 'IPPROTO_IP',
    number: { linux: 46, darwin: 82, freebsd: 82, win32: 45 },
    type: 'group_source_req',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'RFC 3678',
  },
  /** Leaves one source of a multicast group, and with its last source the group. */
  MCAST_LEAVE_SOURCE_GROUP: {
    level: 'IPPROTO_IP',
    number: { linux: 47, darwin: 83, freebsd: 83, win32: 46 },
    type: 'group_source_req',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'RFC 3678',
  },
  /** Stops one source of a group that was joined as a whole. */
  MCAST_BLOCK_SOURCE: {
    level: 'IPPROTO_IP',
    number: { linux: 43, darwin: 84, freebsd: 84, win32: 43 },
    type: 'group_source_req',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'RFC 3678',
  },
  /** Lets a source through again that MCAST_BLOCK_SOURCE stopped. */
  MCAST_UNBLOCK_SOURCE: {
    level: 'IPPROTO_IP',
    number: { linux: 44, darwin: 85, freebsd: 85, win32: 44 },
    type: 'group_source_req',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'RFC 3678',
  },
  /**
   * Which sources of a group the socket receives, all at once; EINVAL unless the group is joined. Most sources:
   * net.ipv4.igmp_max_msf (10) or net.ipv6.mld_max_msf (64). `getSourceFilter()` reads it, since that takes a group.
   */
  MCAST_MSFILTER: {
    level: 'IPPROTO_IP',
    number: { linux: 48 },
    type: 'group_filter',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'RFC 3678',
  },
  /** MCAST_MSFILTER for IPv4, with the interface by its address. `getSourceFilter()` reads this one too. */
  IP_MSFILTER: {
    level: 'IPPROTO_IP',
    number: { linux: 41, darwin: 74, freebsd: 74 },
    type: 'ip_msfilter',
    access: 'wo',
    sockets: ['udp', 'raw'],
    source: 'IP_MSFILTER(2const)',
  },
} as const satisfies Record<string, OptionEntry>
