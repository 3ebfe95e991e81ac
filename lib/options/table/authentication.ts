import type { OptionEntry } from '../entry.js'

/** The options of IPPROTO_TCP that sign segments. */
export const authenticationOptions = {
  /**
   * The key for segments to and from a peer (RFC 2385, as BGP uses it). What comes from that peer unsigned or signed
   * with another key is dropped without an answer. An empty key takes the peer's key away, ENOENT where it has none.
   * Connections inherit the keys of their listener. On FreeBSD this is a flag, with the keys elsewhere.
   */
  TCP_MD5SIG: {
    level: 'IPPROTO_TCP',
    number: { linux: 14 },
    type: 'tcp_md5sig',
    access: 'wo',
    sockets: ['tcp'],
    source: 'RFC 2385, include/uapi/linux/tcp.h',
  },
  /** TCP_MD5SIG for all peers of a network, or for those behind a VRF device. */
  TCP_MD5SIG_EXT: {
    level: 'IPPROTO_TCP',
    number: { linux: 32 },
    type: 'tcp_md5sig_ext',
    access: 'wo',
    sockets: ['tcp'],
    source: 'include/uapi/linux/tcp.h',
  },
  /**
   * Adds a master key for TCP-AO (RFC 5925). The first one has to be there before the connection; EKEYREJECTED on a
   * connection without, and where the peer has a key for MD5 signatures. Linux 6.7 with CONFIG_TCP_AO.
   */
  TCP_AO_ADD_KEY: {
    level: 'IPPROTO_TCP',
    number: { linux: 38 },
    type: 'tcp_ao_add',
    access: 'wo',
    sockets: ['tcp'],
    source: 'Documentation/networking/tcp_ao.rst',
  },
  /** Takes a master key away; ENOENT where there is none of that name. Linux 6.7 with CONFIG_TCP_AO. */
  TCP_AO_DEL_KEY: {
    level: 'IPPROTO_TCP',
    number: { linux: 39 },
    type: 'tcp_ao_del',
    access: 'wo',
    sockets: ['tcp'],
    source: 'Documentation/networking/tcp_ao.rst',
  },
  /** Which key is in use and what has been counted; ENOENT without a key. Linux 6.7 with CONFIG_TCP_AO. */
  TCP_AO_INFO: {
    level: 'IPPROTO_TCP',
    number: { linux: 40 },
    type: 'tcp_ao_info_opt',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/tcp_ao.rst',
  },
  /** How many master keys the socket has, and the first of them. Linux 6.7 with CONFIG_TCP_AO. */
  TCP_AO_GET_KEYS: {
    level: 'IPPROTO_TCP',
    number: { linux: 41 },
    type: 'tcp_ao_getsockopt',
    access: 'ro',
    sockets: ['tcp'],
    source: 'Documentation/networking/tcp_ao.rst',
  },
  /**
   * The sequence numbers that signatures depend on (struct tcp_ao_repair, 16 bytes), for a connection that is moved to
   * another host in repair mode. Linux 6.7 with CONFIG_TCP_AO.
   */
  TCP_AO_REPAIR: {
    level: 'IPPROTO_TCP',
    number: { linux: 42 },
    type: 'bytes',
    access: 'rw',
    sockets: ['tcp'],
    privilege: 'CAP_NET_ADMIN, for repair mode',
    source: 'include/uapi/linux/tcp.h',
  },
} as const satisfies Record<string, OptionEntry>
