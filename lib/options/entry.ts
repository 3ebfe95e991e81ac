/** A system the table knows numbers for, by its `process.platform` name. */
export type Platform = 'linux' | 'darwin' | 'freebsd' | 'win32'

/**
 * The protocol level that an option belongs to. Level and number travel together: number 15 means two things.
 * `SOL_LOCAL` is that of Unix sockets on macOS and FreeBSD. `WSAIoctl` is none: its rows are control codes of Windows,
 * which no call for options takes.
 */
export type Level =
  | 'SOL_SOCKET'
  | 'IPPROTO_IP'
  | 'IPPROTO_TCP'
  | 'IPPROTO_UDP'
  | 'IPPROTO_IPV6'
  | 'IPPROTO_ICMPV6'
  | 'SOL_RAW'
  | 'SOL_TLS'
  | 'SOL_MPTCP'
  | 'SOL_LOCAL'
  | 'WSAIoctl'

/** The kinds of socket that an option means something on. `tcp6`, `udp6` and `raw6` are the IPv6 sockets alone. */
export type SocketKind = 'tcp' | 'udp' | 'raw' | 'unix' | 'tcp6' | 'udp6' | 'raw6' | 'mptcp'

/** The form of an option's value; `lib/options/codec.ts` has one codec for each. */
export type ValueType =
  | 'flag'
  | 'int'
  | 'unsigned'
  | 'ifindex'
  | 'uint64'
  | 'linger'
  | 'timeval'
  | 'string'
  | 'bytes'
  | 'tcp_info'
  | 'ucred'
  | 'in_addr'
  | 'ip_mreqn'
  | 'ip_mreq_source'
  | 'ipv6_mreq'
  | 'sockaddr'
  | 'port_range'
  | 'enum'
  | 'tos'
  | 'timeval64'
  | 'txtime'
  | 'meminfo'
  | 'gid_list'
  | 'dmabuf_tokens'
  | 'cc_info'
  | 'fastopen_keys'
  | 'repair_options'
  | 'repair_window'
  | 'crypto_info'
  | 'icmp_filter'
  | 'icmp6_filter'
  | 'ip6_mtuinfo'
  | 'flowlabel'
  | 'connection_info'
  | 'xucred'
  | 'accept_filter'
  | 'tcp_stack'
  | 'log_id'
  | 'sockaddr_in6'
  | 'trigger'
  | 'sock_fprog'
  | 'peer_sockaddr'
  | 'so_timestamping'
  | 'group_req'
  | 'group_source_req'
  | 'group_filter'
  | 'ip_msfilter'
  | 'tcp_md5sig'
  | 'tcp_md5sig_ext'
  | 'tcp_ao_add'
  | 'tcp_ao_del'
  | 'tcp_ao_info_opt'
  | 'tcp_ao_getsockopt'
  | 'mptcp_info'
  | 'mptcp_full_info'
  | 'mptcp_tcp_infos'
  | 'mptcp_subflow_addrs'

/** The unit in which sockctl gives and takes a number. */
export type Unit = 'bytes' | 'bytes/s' | 'ms' | 's' | 'us' | 'hops' | 'count'

/**
 * The point in a socket's life up to which setting an option has its whole effect: bind(), the choice of its local port
 * (in bind() or, with IP_BIND_ADDRESS_NO_PORT, in connect()), or connect().
 */
export type Deadline = 'bind' | 'port' | 'connect'

/** The number of a name: one, or one for each system where they count differently. */
export type NamedNumber = number | Readonly<Partial<Record<Platform, number>>>

/** One row of the option table. */
export interface OptionEntry {
  /** The protocol level. */
  readonly level: Level
  /** The option's number on each system that has it. */
  readonly number: Readonly<Partial<Record<Platform, number>>>
  /** The form of the value. */
  readonly type: ValueType
  /** The names of the values of an `enum`; those that have none are numbers. */
  readonly names?: Readonly<Record<string, NamedNumber>>
  /** The unit of a number, where there is one. */
  readonly unit?: Unit
  /** The values accepted on set, inclusive: what lies outside, the kernel refuses or bends in silence. */
  readonly range?: readonly [least: number, most: number]
  /** Readable, writable, or both. */
  readonly access: 'rw' | 'ro' | 'wo'
  /** The kinds of socket it means something on. */
  readonly sockets: readonly SocketKind[]
  /** Set it before this; without a deadline it works at any time. */
  readonly before?: Deadline
  /**
   * What setting it after the deadline still does, on all sockets or on some kinds. Where this is missing a late set does
   * nothing and is refused.
   */
  readonly late?: string | Readonly<Partial<Record<SocketKind, string>>>
  /** What the system asks of the caller, where it asks anything. */
  readonly privilege?: string
  /** Where this is written down: a man page, an RFC, a kernel file. */
  readonly source: string
}
