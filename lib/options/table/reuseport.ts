import type { OptionEntry } from '../entry.js'

/** The options of SOL_SOCKET that choose in a SO_REUSEPORT group, which go after that one. */
export const reuseportOptions = {
  /**
   * A classic BPF program that picks the member of the group for a new connection or a datagram: it returns the index,
   * counted in the order in which the members began to listen or, for UDP, were bound. An index that nobody has leaves
   * the choice to the hash. One program serves the whole group; EINVAL without SO_REUSEPORT.
   */
  SO_ATTACH_REUSEPORT_CBPF: {
    level: 'SOL_SOCKET',
    number: { linux: 51 },
    type: 'sock_fprog',
    access: 'wo',
    sockets: ['tcp', 'udp'],
    source: 'socket(7)',
  },
  /** The descriptor of an eBPF program that does the same. It can be closed afterwards. */
  SO_ATTACH_REUSEPORT_EBPF: {
    level: 'SOL_SOCKET',
    number: { linux: 52 },
    type: 'int',
    range: [0, 2147483647],
    access: 'wo',
    sockets: ['tcp', 'udp'],
    privilege: 'what loading the program takes',
    source: 'socket(7)',
  },
  /** Takes the group's program away, so that the hash chooses again; ENOENT where there is none. Linux 5.3. */
  SO_DETACH_REUSEPORT_BPF: {
    level: 'SOL_SOCKET',
    number: { linux: 68 },
    type: 'trigger',
    access: 'wo',
    sockets: ['tcp', 'udp'],
    source: 'net/core/sock_reuseport.c',
  },
} as const satisfies Record<string, OptionEntry>
