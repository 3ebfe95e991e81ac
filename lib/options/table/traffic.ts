import type { OptionEntry } from '../entry.js'

/** The options of SOL_SOCKET about what goes through a socket: buffers, times, marks, control messages. */
export const trafficOptions = {
  /**
   * Bytes of memory for received data. Linux keeps twice the number, at least 2304 (on x64) and at most twice
   * net.core.rmem_max, gives the doubled number back, and stops sizing a TCP buffer by itself. A connection takes its
   * window scale from the buffer that it starts with.
   */
  SO_RCVBUF: {
    level: 'SOL_SOCKET',
    number: { linux: 8, darwin: 4098, freebsd: 4098, win32: 4098 },
    type: 'int',
    unit: 'bytes',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    before: 'connect',
    late: 'changes how much may queue from then on; the window scale stays as it was agreed',
    source: 'socket(7)',
  },
  /**
   * Bytes of memory for data to be sent. Linux keeps twice the number, at least 4608 (on x64) and at most twice
   * net.core.wmem_max, gives the doubled number back, and stops sizing a TCP buffer by itself.
   */
  SO_SNDBUF: {
    level: 'SOL_SOCKET',
    number: { linux: 7, darwin: 4097, freebsd: 4097, win32: 4097 },
    type: 'int',
    unit: 'bytes',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    before: 'connect',
    late: 'changes how much may queue from then on, and ends the automatic sizing there',
    source: 'socket(7)',
  },
  /** SO_RCVBUF past net.core.rmem_max. Read the result, doubled, through SO_RCVBUF. */
  SO_RCVBUFFORCE: {
    level: 'SOL_SOCKET',
    number: { linux: 33 },
    type: 'int',
    unit: 'bytes',
    range: [0, 1073741823],
    access: 'wo',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    before: 'connect',
    late: 'changes how much may queue from then on; the window scale stays as it was agreed',
    privilege: 'CAP_NET_ADMIN',
    source: 'socket(7)',
  },
  /** SO_SNDBUF past net.core.wmem_max. Read the result, doubled, through SO_SNDBUF. */
  SO_SNDBUFFORCE: {
    level: 'SOL_SOCKET',
    number: { linux: 32 },
    type: 'int',
    unit: 'bytes',
    range: [0, 1073741823],
    access: 'wo',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    before: 'connect',
    late: 'changes how much may queue from then on, and ends the automatic sizing there',
    privilege: 'CAP_NET_ADMIN',
    source: 'socket(7)',
  },
  /**
   * Which buffers keep the size that they were given; the others TCP sizes by itself. SO_SNDBUF and SO_RCVBUF turn
   * theirs on, and `none`, the default, gives both back. Linux 5.15.
   */
  SO_BUF_LOCK: {
    level: 'SOL_SOCKET',
    number: { linux: 72 },
    type: 'enum',
    names: { none: 0, send: 1, receive: 2, both: 3 },
    range: [0, 3],
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'net/core/sock.c',
  },
  /**
   * Bytes set aside for the socket alone, which are not taken back when memory is short. 0 by default; EOPNOTSUPP where
   * the process's control group does not count socket memory. Linux 5.16.
   */
  SO_RESERVE_MEM: {
    level: 'SOL_SOCKET',
    number: { linux: 73 },
    type: 'int',
    unit: 'bytes',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'net/core/sock.c',
  },
  /**
   * Bytes that must have come before a read or poll is satisfied; the default is 1, and 0 means 1. A TCP socket stays
   * unreadable until then, and its buffer grows to fit; Linux cuts the number to half of the largest net.ipv4.tcp_rmem
   * there. A Unix stream minds it in blocking reads alone.
   */
  SO_RCVLOWAT: {
    level: 'SOL_SOCKET',
    number: { linux: 18, darwin: 4100, freebsd: 4100, win32: 4100 },
    type: 'int',
    unit: 'bytes',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp', 'unix'],
    source: 'socket(7)',
  },
  /** Bytes of free send space that make a socket writable. Always 1 on Linux, which refuses to change it. */
  SO_SNDLOWAT: {
    level: 'SOL_SOCKET',
    number: { linux: 19, darwin: 4099, freebsd: 4099, win32: 4099 },
    type: 'int',
    unit: 'bytes',
    access: 'ro',
    sockets: ['tcp', 'udp', 'unix'],
    source: 'socket(7)',
  },
  /**
   * Longest wait of a blocking receive; 0, the default, waits for ever. Linux rounds it up to its clock tick (4 ms at
   * 250 Hz). It does nothing on the non-blocking sockets that Node makes.
   */
  SO_RCVTIMEO: {
    level: 'SOL_SOCKET',
    number: { linux: 20, darwin: 4102, freebsd: 4102, win32: 4102 },
    type: 'timeval',
    unit: 'ms',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /**
   * Longest wait of a blocking send, and on Linux of a blocking connect; 0, the default, waits for ever. Linux rounds
   * it up to its clock tick (4 ms at 250 Hz). It does nothing on the non-blocking sockets that Node makes.
   */
  SO_SNDTIMEO: {
    level: 'SOL_SOCKET',
    number: { linux: 21, darwin: 4101, freebsd: 4101, win32: 4101 },
    type: 'timeval',
    unit: 'ms',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /** Permits datagrams to a broadcast address; without it sending one is EACCES. Off by default. */
  SO_BROADCAST: {
    level: 'SOL_SOCKET',
    number: { linux: 6, darwin: 32, freebsd: 32, win32: 32 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'socket(7)',
  },
  /** Sends to hosts on a directly attached network alone, never through a gateway. Off by default. */
  SO_DONTROUTE: {
    level: 'SOL_SOCKET',
    number: { linux: 5, darwin: 16, freebsd: 16, win32: 16 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    source: 'socket(7)',
  },
  /** A mark on every packet that leaves the socket, for firewall and routing rules to match. 0 by default. */
  SO_MARK: {
    level: 'SOL_SOCKET',
    number: { linux: 36 },
    type: 'unsigned',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    privilege: 'CAP_NET_ADMIN or, from Linux 5.17, CAP_NET_RAW',
    source: 'socket(7)',
  },
  /**
   * The class in which a queueing discipline puts the packets of the socket. 0 by default; a change of IP_TOS sets it
   * anew, so set it after that.
   */
  SO_PRIORITY: {
    level: 'SOL_SOCKET',
    number: { linux: 12 },
    type: 'int',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw'],
    privilege: 'CAP_NET_ADMIN or CAP_NET_RAW for what is not 0 to 6',
    source: 'socket(7)',
  },
  /**
   * Most bytes a second that the socket may send; 2 ** 64 - 1, the default, is no limit. TCP paces by itself, UDP needs
   * the fq queueing discipline. FreeBSD has 32 bits.
   */
  SO_MAX_PACING_RATE: {
    level: 'SOL_SOCKET',
    number: { linux: 47, freebsd: 4120 },
    type: 'uint64',
    unit: 'bytes/s',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'net/core/sock.c',
  },
  /**
   * Read: the processor that handled the last packet, or -1. Set: the processor for whose packets this member of a
   * SO_REUSEPORT group is preferred; on a connected socket the next packet overwrites it.
   */
  SO_INCOMING_CPU: {
    level: 'SOL_SOCKET',
    number: { linux: 49 },
    type: 'int',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'socket(7)',
  },
  /** The number of the device queue that the last packet came from, or 0 where there is none, as on loopback. */
  SO_INCOMING_NAPI_ID: {
    level: 'SOL_SOCKET',
    number: { linux: 56 },
    type: 'unsigned',
    access: 'ro',
    sockets: ['tcp', 'udp'],
    source: 'socket(7)',
  },
  /**
   * Microseconds for which a receive polls the device itself instead of sleeping. net.core.busy_read (0) by default.
   */
  SO_BUSY_POLL: {
    level: 'SOL_SOCKET',
    number: { linux: 46 },
    type: 'int',
    unit: 'us',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp', 'udp'],
    privilege: 'CAP_NET_ADMIN to raise it on older kernels; none on 6.18',
    source: 'socket(7)',
  },
  /** Permits sends with MSG_ZEROCOPY, whose completions come through the error queue. Off by default. */
  SO_ZEROCOPY: {
    level: 'SOL_SOCKET',
    number: { linux: 60 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp'],
    source: 'Documentation/networking/msg_zerocopy.rst',
  },
  /**
   * Whether TCP may pick another path for a connection that does not get through: 1 yes, 0 no. Setting -1 takes the
   * system's choice, net.core.txrehash (1). Linux 5.18.
   */
  SO_TXREHASH: {
    level: 'SOL_SOCKET',
    number: { linux: 74 },
    type: 'int',
    range: [-1, 1],
    access: 'rw',
    sockets: ['tcp'],
    source: 'net/core/sock.c',
  },
  /** Leaves urgent data in its place in the stream. Off by default, except that Node turns it on on macOS. */
  SO_OOBINLINE: {
    level: 'SOL_SOCKET',
    number: { linux: 10, darwin: 256, freebsd: 256, win32: 256 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'socket(7)',
  },
  /**
   * Where MSG_PEEK reads next: each peek moves it on and each read moves it back. -1, the default, peeks from the front
   * always.
   */
  SO_PEEK_OFF: {
    level: 'SOL_SOCKET',
    number: { linux: 42 },
    type: 'int',
    unit: 'bytes',
    range: [-1, 2147483647],
    access: 'rw',
    sockets: ['unix', 'udp', 'tcp'],
    source: 'socket(7)',
  },
  /** Sends IPv4 datagrams without a UDP checksum. Off by default. */
  SO_NO_CHECK: {
    level: 'SOL_SOCKET',
    number: { linux: 11 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp'],
    source: 'net/core/sock.c',
  },
  /** The memory that a socket holds and may hold, in bytes, and how many packets it had to drop. */
  SO_MEMINFO: {
    level: 'SOL_SOCKET',
    number: { linux: 55 },
    type: 'meminfo',
    access: 'ro',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'net/core/sock.c',
  },
  /** Every datagram received brings the number of those dropped so far as a control message. Off by default. */
  SO_RXQ_OVFL: {
    level: 'SOL_SOCKET',
    number: { linux: 40 },
    type: 'flag',
    access: 'rw',
    sockets: ['udp', 'raw'],
    source: 'socket(7)',
  },
  /**
   * What is received brings its time, in microseconds, as a control message. Of this and SO_TIMESTAMPNS the one set
   * last holds, and turning either off ends both.
   */
  SO_TIMESTAMP: {
    level: 'SOL_SOCKET',
    number: { linux: 29, darwin: 1024, freebsd: 1024 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
  /** SO_TIMESTAMP in nanoseconds; the two exclude each other. */
  SO_TIMESTAMPNS: {
    level: 'SOL_SOCKET',
    number: { linux: 35 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp', 'udp', 'raw', 'unix'],
    source: 'socket(7)',
  },
} as const satisfies Record<string, OptionEntry>
