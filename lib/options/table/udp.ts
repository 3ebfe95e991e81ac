import type { OptionEntry } from '../entry.js'

/** The options of IPPROTO_UDP. */
export const udpOptions = {
  /** Collects what is sent into one datagram, which leaves when it is turned off. Off by default. */
  UDP_CORK: {
    level: 'IPPROTO_UDP',
    number: { linux: 1 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'udp(7)',
  },
  /**
   * Cuts every send into datagrams of this many bytes, the last one shorter, so that one call sends many. 0, the
   * default, is off; a send that would make more than the kernel's limit (64 or 128 datagrams) is EINVAL.
   */
  UDP_SEGMENT: {
    level: 'IPPROTO_UDP',
    number: { linux: 103 },
    type: 'int',
    unit: 'bytes',
    range: [0, 65535],
    access: 'rw',
    sockets: ['udp'],
    source: 'udp(7)',
  },
  /**
   * Receives several datagrams of one sender as one, with their size as a control message. Whoever cannot read that
   * message, as Node cannot, loses the bounds between them. Off by default.
   */
  UDP_GRO: {
    level: 'IPPROTO_UDP',
    number: { linux: 104 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'udp(7)',
  },
} as const satisfies Record<string, OptionEntry>
