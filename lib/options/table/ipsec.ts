import type { OptionEntry } from '../entry.js'

/** The options about IPsec and other encapsulation. */
export const ipsecOptions = {
  /**
   * The IPsec policy of the socket as PF_KEY has it (struct sadb_x_policy). EOPNOTSUPP without the af_key module. Linux
   * cannot read it.
   */
  IP_IPSEC_POLICY: {
    level: 'IPPROTO_IP',
    number: { linux: 16, darwin: 21, freebsd: 21 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp', 'udp', 'raw'],
    privilege: 'CAP_NET_ADMIN',
    source: 'net/xfrm/xfrm_state.c',
  },
  /**
   * The IPsec policy of the socket for one direction: struct xfrm_userpolicy_info, then a struct xfrm_user_tmpl for
   * each transformation; no bytes remove both policies, which are none by default. It cannot be read.
   */
  IP_XFRM_POLICY: {
    level: 'IPPROTO_IP',
    number: { linux: 17 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp', 'udp', 'raw'],
    privilege: 'CAP_NET_ADMIN',
    source: 'include/uapi/linux/xfrm.h',
  },
  /** IP_IPSEC_POLICY for the IPv6 traffic of the socket. */
  IPV6_IPSEC_POLICY: {
    level: 'IPPROTO_IPV6',
    number: { linux: 34, darwin: 28, freebsd: 28 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp6', 'udp6'],
    privilege: 'CAP_NET_ADMIN',
    source: 'net/xfrm/xfrm_state.c',
  },
  /** IP_XFRM_POLICY for the IPv6 traffic of the socket. */
  IPV6_XFRM_POLICY: {
    level: 'IPPROTO_IPV6',
    number: { linux: 35 },
    type: 'bytes',
    access: 'wo',
    sockets: ['tcp6', 'udp6'],
    privilege: 'CAP_NET_ADMIN',
    source: 'include/uapi/linux/xfrm.h',
  },
  /**
   * The tunnel whose packets the kernel takes out of the datagrams: IPsec's ESP (RFC 3948) or L2TP. `none` by default.
   * The others are for the kernel's own use, or gone (`esp-marker`), and mostly ENOPROTOOPT.
   */
  UDP_ENCAP: {
    level: 'IPPROTO_UDP',
    number: { linux: 100 },
    type: 'enum',
    names: { none: 0, 'esp-marker': 1, esp: 2, l2tp: 3, gtp0: 4, gtp1u: 5, rxrpc: 6 },
    access: 'rw',
    sockets: ['udp'],
    source: 'udp(7)',
  },
} as const satisfies Record<string, OptionEntry>
