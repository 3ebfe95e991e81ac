import type { OptionEntry } from '../entry.js'

/** The options of IPPROTO_TCP. */
export const tcpOptions = {
  /**
   * Sends small writes at once, where Nagle's algorithm would collect them while data is unacknowledged. Off by
   * default.
   */
  TCP_NODELAY: {
    level: 'IPPROTO_TCP',
    number: { linux: 1, darwin: 1, freebsd: 1, win32: 1 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /** Holds back what does not fill a segment, until it is turned off or 200 ms have passed. Off by default. */
  TCP_CORK: {
    level: 'IPPROTO_TCP',
    number: { linux: 3 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * Largest segment, announced to the peer and kept when sending; 0 forgets an earlier number, and 1 to 87 is EINVAL. A
   * listener passes it on. On a connection Linux takes it and does nothing; reading gives the size in use, less the
   * bytes of TCP options.
   */
  TCP_MAXSEG: {
    level: 'IPPROTO_TCP',
    number: { linux: 2, darwin: 2, freebsd: 2, win32: 4 },
    type: 'int',
    unit: 'bytes',
    range: [0, 32767],
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    source: 'tcp(7)',
  },
  /** Idle time before the first keep-alive probe; net.ipv4.tcp_keepalive_time (7200) by default. Needs SO_KEEPALIVE. */
  TCP_KEEPIDLE: {
    level: 'IPPROTO_TCP',
    number: { linux: 4, freebsd: 256, win32: 3 },
    type: 'int',
    unit: 's',
    range: [1, 32767],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /** TCP_KEEPIDLE by its name on macOS. */
  TCP_KEEPALIVE: {
    level: 'IPPROTO_TCP',
    number: { darwin: 16, win32: 3 },
    type: 'int',
    unit: 's',
    access: 'rw',
    sockets: ['tcp'],
    source: 'xnu bsd/netinet/tcp.h',
  },
  /** Time between keep-alive probes; net.ipv4.tcp_keepalive_intvl (75) by default. Node's setKeepAlive() makes it 1. */
  TCP_KEEPINTVL: {
    level: 'IPPROTO_TCP',
    number: { linux: 5, darwin: 257, freebsd: 512, win32: 17 },
    type: 'int',
    unit: 's',
    range: [1, 32767],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /** Unanswered keep-alive probes that end a connection; net.ipv4.tcp_keepalive_probes (9) by default. */
  TCP_KEEPCNT: {
    level: 'IPPROTO_TCP',
    number: { linux: 6, darwin: 258, freebsd: 1024, win32: 16 },
    type: 'int',
    unit: 'count',
    range: [1, 127],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * How often an unanswered SYN is sent again before connect() gives up with ETIMEDOUT: 1 takes 3 s, 2 takes 7 s;
   * net.ipv4.tcp_syn_retries (6) by default. On a listener it counts the repeated SYN-ACKs.
   */
  TCP_SYNCNT: {
    level: 'IPPROTO_TCP',
    number: { linux: 7 },
    type: 'int',
    unit: 'count',
    range: [1, 127],
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    source: 'tcp(7)',
  },
  /**
   * How long the kernel keeps a closed connection whose peer has not closed (FIN_WAIT_2). 0, the default, takes
   * net.ipv4.tcp_fin_timeout (60); -1, or anything below, keeps it not at all. Anything above 120
   * is taken for 120; before Linux 5.8, anything above tcp_fin_timeout for 0.
   */
  TCP_LINGER2: {
    level: 'IPPROTO_TCP',
    number: { linux: 8 },
    type: 'int',
    unit: 's',
    range: [-1, 120],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * Keeps a connection out of the accept queue until data comes, for this time at most. The kernel rounds it up to a
   * sum of retransmission times, so 5 reads back as 7. 0, the default, is off; an accepted socket does not inherit it.
   */
  TCP_DEFER_ACCEPT: {
    level: 'IPPROTO_TCP',
    number: { linux: 9 },
    type: 'int',
    unit: 's',
    range: [0, 29887],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * Largest receive window to announce. Less than half of the smallest SO_RCVBUF (1152 on x64) is raised to that; 0 is
   * no limit, and EINVAL once the socket listens or is connected.
   */
  TCP_WINDOW_CLAMP: {
    level: 'IPPROTO_TCP',
    number: { linux: 10 },
    type: 'int',
    unit: 'bytes',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * State, times and counters of the connection. Of a listener `unacked` is the length of the accept queue and `sacked`
   * its limit. Newer kernels know more fields; macOS and FreeBSD fill fewer, and have the congestion window in bytes.
   */
  TCP_INFO: {
    level: 'IPPROTO_TCP',
    number: { linux: 11, darwin: 512, freebsd: 32 },
    type: 'tcp_info',
    access: 'ro',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * Acknowledges at once instead of a little later. On at first; the kernel goes on to change it by its own judgement.
   */
  TCP_QUICKACK: {
    level: 'IPPROTO_TCP',
    number: { linux: 12 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /** The congestion control by name, such as `cubic`, `reno` or `bbr`; ENOENT for one that the kernel lacks. */
  TCP_CONGESTION: {
    level: 'IPPROTO_TCP',
    number: { linux: 13, freebsd: 64 },
    type: 'string',
    access: 'rw',
    sockets: ['tcp'],
    privilege: 'CAP_NET_ADMIN for a name that is not in net.ipv4.tcp_allowed_congestion_control',
    source: 'tcp(7)',
  },
  /** Longest time that sent data may stay unacknowledged before ETIMEDOUT; 0, the default, leaves it to the system. */
  TCP_USER_TIMEOUT: {
    level: 'IPPROTO_TCP',
    number: { linux: 18 },
    type: 'unsigned',
    unit: 'ms',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * How many Fast Open connections may wait for their handshake to end, cut to net.core.somaxconn; 0, the default,
   * accepts none. It works on a listening socket too, is EINVAL on a connected one, and needs bit 2 of
   * net.ipv4.tcp_fastopen. On the other systems 1 turns Fast Open on.
   */
  TCP_FASTOPEN: {
    level: 'IPPROTO_TCP',
    number: { linux: 23, darwin: 261, freebsd: 1025, win32: 15 },
    type: 'int',
    unit: 'count',
    range: [0, 2147483647],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * connect() returns at once and the first write carries its data in the SYN. Off by default; EOPNOTSUPP without bit 1
   * of net.ipv4.tcp_fastopen, EINVAL on a socket that listens, connects or is connected.
   */
  TCP_FASTOPEN_CONNECT: {
    level: 'IPPROTO_TCP',
    number: { linux: 30 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    source: 'tcp(7)',
  },
  /**
   * Fast Open without a cookie, so with the first connection to a peer already. Off by default; EINVAL once connected.
   */
  TCP_FASTOPEN_NO_COOKIE: {
    level: 'IPPROTO_TCP',
    number: { linux: 34 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    before: 'connect',
    source: 'net/ipv4/tcp.c',
  },
  /**
   * Unsent bytes above which the socket is not writable; 0, the default, takes net.ipv4.tcp_notsent_lowat, which sets
   * no limit.
   */
  TCP_NOTSENT_LOWAT: {
    level: 'IPPROTO_TCP',
    number: { linux: 25, darwin: 513 },
    type: 'unsigned',
    unit: 'bytes',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/ip-sysctl.rst',
  },
  /**
   * Makes a listener keep the headers of the SYN of every connection for TCP_SAVED_SYN: 1 from the IP header on, 2 with
   * the link header, 0 none, the default.
   */
  TCP_SAVE_SYN: {
    level: 'IPPROTO_TCP',
    number: { linux: 27 },
    type: 'int',
    range: [0, 2],
    access: 'rw',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /** The headers of the SYN of an accepted connection, which the first read frees: later reads give no bytes. */
  TCP_SAVED_SYN: {
    level: 'IPPROTO_TCP',
    number: { linux: 28 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp'],
    source: 'tcp(7)',
  },
  /**
   * Repeats lost segments of a connection with little in flight at even intervals, not doubling ones. Off by default.
   */
  TCP_THIN_LINEAR_TIMEOUTS: {
    level: 'IPPROTO_TCP',
    number: { linux: 16 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/tcp-thin.rst',
  },
  /**
   * Did once what TCP_THIN_LINEAR_TIMEOUTS does for duplicate acknowledgements. Linux still takes it and reads it as
   * off.
   */
  TCP_THIN_DUPACK: {
    level: 'IPPROTO_TCP',
    number: { linux: 17 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'net/ipv4/tcp.c',
  },
  /**
   * The protocol that the kernel runs on top of the connection, such as `tls`; empty for none. ENOENT where its module
   * is missing.
   */
  TCP_ULP: {
    level: 'IPPROTO_TCP',
    number: { linux: 31 },
    type: 'string',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/tls.rst',
  },
  /** Every receive brings the number of bytes left to read as a control message. Off by default. */
  TCP_INQ: {
    level: 'IPPROTO_TCP',
    number: { linux: 36 },
    type: 'flag',
    access: 'rw',
    sockets: ['tcp'],
    source: 'net/ipv4/tcp.c',
  },
  /** Whether the connection is MPTCP and has not fallen back to TCP. Linux 6.9. */
  TCP_IS_MPTCP: {
    level: 'IPPROTO_TCP',
    number: { linux: 43 },
    type: 'flag',
    access: 'ro',
    sockets: ['tcp'],
    source: 'net/ipv4/tcp.c',
  },
  /**
   * Longest time between two repetitions of a lost segment; net.ipv4.tcp_rto_max_ms (120000) by default. The kernel
   * rounds it up to its clock tick (4 ms at 250 Hz). Linux 6.15.
   */
  TCP_RTO_MAX_MS: {
    level: 'IPPROTO_TCP',
    number: { linux: 44 },
    type: 'int',
    unit: 'ms',
    range: [1000, 120000],
    access: 'rw',
    sockets: ['tcp'],
    source: 'net/ipv4/tcp.c',
  },
  /** What the congestion control algorithm thinks of the path, where it is BBR, DCTCP or Vegas. */
  TCP_CC_INFO: {
    level: 'IPPROTO_TCP',
    number: { linux: 26 },
    type: 'cc_info',
    access: 'ro',
    sockets: ['tcp'],
    source: 'include/uapi/linux/inet_diag.h',
  },
  /**
   * The keys, of 16 bytes each, that make a listener's Fast Open cookies: one, or a second one by which cookies are
   * still taken. The same keys on several hosts make their cookies good for all. net.ipv4.tcp_fastopen_key by default,
   * and no keys before the first use of Fast Open.
   */
  TCP_FASTOPEN_KEY: {
    level: 'IPPROTO_TCP',
    number: { linux: 33 },
    type: 'fastopen_keys',
    access: 'rw',
    sockets: ['tcp'],
    source: 'Documentation/networking/ip-sysctl.rst',
  },
  /**
   * struct tcp_zerocopy_receive, as the kernel fills it in for a reader that has no memory mapped: the bytes that wait
   * to be read in its fourth and fifth words, and in the sixth the error that waited on the socket, which this clears.
   * EINVAL where a page or more waits, ENOTCONN on a listener. To map what comes in takes native code.
   */
  TCP_ZEROCOPY_RECEIVE: {
    level: 'IPPROTO_TCP',
    number: { linux: 35 },
    type: 'bytes',
    access: 'ro',
    sockets: ['tcp'],
    source: 'include/uapi/linux/tcp.h',
  },
} as const satisfies Record<string, OptionEntry>
