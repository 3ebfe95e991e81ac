import type { OptionEntry } from '../entry.js'

/** The options of SOL_SOCKET about filters, which go before SO_LOCK_FILTER. */
export const filterOptions = {
  /**
   * A classic BPF program that sees each packet before it is queued, and returns how many of its bytes to keep: 0 drops
   * it. On TCP it sees the segment from the TCP header on. A new one takes the place of the old one, and accepted
   * connections inherit that of their listener. Reads as the program attached, empty where there is none.
   */
  SO_ATTACH_FILTER: {
    level: 'SOL_SOCKET',
    number: { linux: 26 },
    type: 'sock_fprog',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    privilege: 'CAP_NET_ADMIN on TCP sockets, where the kernel asks for it (6.18 does)',
    source: 'socket(7), net/core/sock.c',
  },
  /** The filter attached, empty where there is none: SO_ATTACH_FILTER by its name for reading. */
  SO_GET_FILTER: {
    level: 'SOL_SOCKET',
    number: { linux: 26 },
    type: 'sock_fprog',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'include/uapi/asm-generic/socket.h',
  },
  /** The descriptor of an eBPF program (BPF_PROG_TYPE_SOCKET_FILTER) to filter with. It can be closed afterwards. */
  SO_ATTACH_BPF: {
    level: 'SOL_SOCKET',
    number: { linux: 50 },
    type: 'int',
    range: [0, 2147483647],
    access: 'wo',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    privilege: 'what loading the program takes',
    source: 'socket(7)',
  },
  /** Takes the filter away; ENOENT where there is none. */
  SO_DETACH_FILTER: {
    level: 'SOL_SOCKET',
    number: { linux: 27 },
    type: 'trigger',
    access: 'wo',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /** SO_DETACH_FILTER by another name. */
  SO_DETACH_BPF: {
    level: 'SOL_SOCKET',
    number: { linux: 27 },
    type: 'trigger',
    access: 'wo',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /** The highest number of an extension that classic BPF programs may load from, 64 on Linux 6.18. */
  SO_BPF_EXTENSIONS: {
    level: 'SOL_SOCKET',
    number: { linux: 48 },
    type: 'int',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'include/linux/filter.h',
  },
} as const satisfies Record<string, OptionEntry>
