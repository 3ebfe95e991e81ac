import type { OptionEntry } from '../entry.js'

/** The options about how a socket and the network device behind it work together. */
export const deviceOptions = {
  /**
   * Leaves the device's interrupts off for as long as somebody polls it busily (SO_BUSY_POLL). Off by default. Linux
   * 5.11.
   */
  SO_PREFER_BUSY_POLL: {
    level: 'SOL_SOCKET',
    number: { linux: 69 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    privilege: 'CAP_NET_ADMIN to turn it on',
    source: 'Documentation/networking/napi.rst',
  },
  /** Packets that one round of busy polling handles; 8 by default. It cannot be read. Linux 5.11. */
  SO_BUSY_POLL_BUDGET: {
    level: 'SOL_SOCKET',
    number: { linux: 70 },
    type: 'int',
    unit: 'count',
    range: [0, 65535],
    access: 'wo',
    sockets: ['tcp', 'udp'],
    privilege: 'CAP_NET_ADMIN to raise it, from 0 where it was never set',
    source: 'Documentation/networking/napi.rst',
  },
  /**
   * Lets sends name the time at which their packet is to leave (SCM_TXTIME control messages), of which the etf and fq
   * queueing disciplines take notice. Reads as the realtime clock while nothing is set; clocks that are no clock are
   * EINVAL.
   */
  SO_TXTIME: {
    level: 'SOL_SOCKET',
    number: { linux: 61 },
    type: 'txtime',
    access: 'rw',
    sockets: ['udp', 'raw'],
    privilege: 'CAP_NET_ADMIN for other clocks than monotonic',
    source: 'net/core/sock.c',
  },
  /**
   * Leaves it to the caller to write the checksum of Ethernet frames. Taken on all sockets; packet(7) sockets alone
   * mind it. Off by default.
   */
  SO_NOFCS: {
    level: 'SOL_SOCKET',
    number: { linux: 43 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw'],
    source: 'include/uapi/asm-generic/socket.h',
  },
  /**
   * Reports in the error queue whether a wireless station acknowledged a frame, where the driver tells. Off by default.
   */
  SO_WIFI_STATUS: {
    level: 'SOL_SOCKET',
    number: { linux: 41 },
    type: 'flag',
    access: 'rw',
    sockets: ['raw'],
    source: 'Documentation/networking/timestamping.rst',
  },
  /**
   * True says that the connection makes no progress, so that the kernel looks for its route and neighbour anew. False
   * says nothing.
   */
  SO_CNX_ADVICE: {
    level: 'SOL_SOCKET',
    number: { linux: 53 },
    type: 'flag',
    access: 'wo',
    sockets: ['tcp', 'udp'],
    source: 'include/uapi/asm-generic/socket.h',
  },
  /**
   * Gives memory of a device back that received data came in, by the tokens that came with it; EBADF on sockets other
   * than TCP. Linux 6.12.
   */
  SO_DEVMEM_DONTNEED: {
    level: 'SOL_SOCKET',
    number: { linux: 80 },
    type: 'dmabuf_tokens',
    access: 'wo',
    sockets: ['tcp'],
    source: 'Documentation/networking/devmem.rst',
  },
} as const satisfies Record<string, OptionEntry>
