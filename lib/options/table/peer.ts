import type { OptionEntry } from '../entry.js'

/** The options of SOL_SOCKET about the other end, and about the times of what goes between the two. */
export const peerOptions = {
  /**
   * A descriptor for the process at the other end of a Unix connection (pidfd_open(2)). Every read opens a new one,
   * close-on-exec, which is the caller's to close; `peerProcess()` keeps count of it. Linux 6.5.
   */
  SO_PEERPIDFD: {
    level: 'SOL_SOCKET',
    number: { linux: 77 },
    type: 'int',
    access: 'ro',
    sockets: ['unix'],
    source: 'net/core/sock.c',
  },
  /**
   * What is received brings a descriptor for the sender's process as a control message. A socket that has no name gets an
   * abstract one of the kernel's when it connects. Off by default. Linux 6.5.
   */
  SO_PASSPIDFD: {
    level: 'SOL_SOCKET',
    number: { linux: 76 },
    type: 'flag',
    access: 'rw',
    sockets: ['unix'],
    source: 'net/core/sock.c',
  },
  /** The address of the peer, as getpeername(2) tells it. */
  SO_PEERNAME: {
    level: 'SOL_SOCKET',
    number: { linux: 28 },
    type: 'peer_sockaddr',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'net/core/sock.c',
  },
  /**
   * Which times the kernel notes for what is received and sent, and which of them it reports, as control messages and in
   * the error queue. Node reads neither: `enableTimestamps()` says what is left. No flag is set by default.
   */
  SO_TIMESTAMPING: {
    level: 'SOL_SOCKET',
    number: { linux: 37 },
    type: 'so_timestamping',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'Documentation/networking/timestamping.rst',
  },
  /** SO_TIMESTAMPING whose control messages have times of 64 bits on 32-bit machines too. */
  SO_TIMESTAMPING_NEW: {
    level: 'SOL_SOCKET',
    number: { linux: 65 },
    type: 'so_timestamping',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'net/core/sock.c',
  },
} as const satisfies Record<string, OptionEntry>
