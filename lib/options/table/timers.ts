import type { OptionEntry } from '../entry.js'

/** The options about times of newer kinds: TCP timers in microseconds, and 64-bit timeouts. */
export const timerOptions = {
  /**
   * Shortest wait before a lost segment is repeated; 200000 by default, which is the most. Rounded up to the clock tick
   * (4 ms at 250 Hz), less than two ticks are EINVAL. Linux 6.15.
   */
  TCP_RTO_MIN_US: {
    level: 'IPPROTO_TCP',
    number: { linux: 45 },
    type: 'int',
    unit: 'us',
    access: 'rw',
    sockets: ['tcp'],
    source: 'net/ipv4/tcp.c',
  },
  /**
   * Longest time for which an acknowledgement waits for data to go with it; 200000 by default, which is the most.
   * Rounded up to the clock tick (4 ms at 250 Hz), less than two ticks are EINVAL. Linux 6.15.
   */
  TCP_DELACK_MAX_US: {
    level: 'IPPROTO_TCP',
    number: { linux: 46 },
    type: 'int',
    unit: 'us',
    access: 'rw',
    sockets: ['tcp'],
    source: 'net/ipv4/tcp.c',
  },
  /**
   * Delays every segment that the connection sends, to try out slow paths; the fq queueing discipline does it. 0 by
   * default.
   */
  TCP_TX_DELAY: {
    level: 'IPPROTO_TCP',
    number: { linux: 37 },
    type: 'int',
    unit: 'us',
    range: [0, 268435455],
    access: 'rw',
    sockets: ['tcp'],
    source: 'net/ipv4/tcp.c',
  },
  /** SO_RCVTIMEO, the same time under the number that has 64-bit seconds on 32-bit machines too. */
  SO_RCVTIMEO_NEW: {
    level: 'SOL_SOCKET',
    number: { linux: 66 },
    type: 'timeval64',
    unit: 'ms',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'include/uapi/asm-generic/socket.h',
  },
  /** SO_SNDTIMEO, the same time under the number that has 64-bit seconds on 32-bit machines too. */
  SO_SNDTIMEO_NEW: {
    level: 'SOL_SOCKET',
    number: { linux: 67 },
    type: 'timeval64',
    unit: 'ms',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'include/uapi/asm-generic/socket.h',
  },
} as const satisfies Record<string, OptionEntry>
