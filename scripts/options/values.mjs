import { platforms } from './systems.mjs'

const values = {
  flag: 'true or false',
  int: 'integer',
  unsigned: 'unsigned integer',
  ifindex: 'index of an interface',
  uint64: 'bigint',
  linger: '`{ on, seconds }`',
  timeval: 'number',
  string: 'string',
  bytes: 'bytes',
  tcp_info: '`TcpInfo`',
  ucred: '`{ pid, uid, gid }`',
  in_addr: 'IPv4 address',
  ip_mreqn: '`{ group, interface? }`',
  ip_mreq_source: '`{ group, source, interface? }`',
  ipv6_mreq: '`{ group, interface? }`',
  sockaddr: '`{ family, address, port }`',
  port_range: '`{ low, high }`',
  enum: 'integer',
  tos: 'integer, or a class of service by name (`TypeOfService`), which reads as its integer',
  timeval64: 'number',
  txtime: '`{ clock, deadline, reportErrors }`',
  meminfo: '`MemoryInfo`',
  gid_list: 'array of group ids',
  dmabuf_tokens: 'array of `{ start, count }`',
  cc_info: '`CongestionInfo`',
  fastopen_keys: 'array of one or two keys of 16 bytes',
  repair_options: '`{ maxSegment?, windowScale?, selectiveAcks?, timestamps? }`',
  repair_window: '`RepairWindow`',
  crypto_info: '`{ version, cipher, iv, key, salt, sequence }`',
  icmp_filter: 'array of types',
  icmp6_filter: 'array of types',
  ip6_mtuinfo: '`{ address, mtu }`',
  flowlabel: '`FlowLabelRequest`, read as `FlowLabel`',
  connection_info: '`ConnectionInfo`',
  xucred: '`{ uid, groups, pid? }`',
  accept_filter: '`{ name, argument? }`',
  tcp_stack: '`{ name, connections }`, set by `{ name }`',
  log_id: 'string',
  sockaddr_in6: 'IPv6 address, empty for none',
  trigger: 'true',
  sock_fprog: 'array of `{ code, jt, jf, k }`',
  peer_sockaddr: '`{ family, address, port }`',
  so_timestamping: '`{ flags, bindPhc? }`',
  group_req: '`{ group, interface? }`',
  group_source_req: '`{ group, source, interface? }`',
  group_filter: '`{ group, interface?, mode, sources }`',
  ip_msfilter: '`{ group, interface?, mode, sources }`',
  tcp_md5sig: '`{ address, key }`',
  tcp_md5sig_ext: '`{ address, prefixLength?, interface?, key }`',
  tcp_ao_add: '`AoKey`',
  tcp_ao_del: '`AoKeyName`',
  tcp_ao_info_opt: '`AoInfo`',
  tcp_ao_getsockopt: '`{ count, first? }`',
  mptcp_info: '`MptcpInfo`',
  mptcp_full_info: '`MptcpFullInfo`',
  mptcp_tcp_infos: 'array of `TcpInfo`',
  mptcp_subflow_addrs: 'array of `{ local, remote }`',
}

/** What the value is, by its names where it has such: on Linux, or on the system that has them. */
export function formOf({ type, names }) {
  if (!names) return values[type]
  const numberText = (number) => {
    if (typeof number === 'number') return number
    return Object.entries(number)
      .map(([platform, own]) => (platform === 'linux' ? own : `${platforms[platform]} ${own}`))
      .join(', ')
  }
  const words = Object.entries(names).map(([name, number]) => `\`${name}\` (${numberText(number)})`)
  return `${words.join(', ')}, or another integer`
}

/** The least and the greatest value, where there are such. */
export function rangeOf({ range }) {
  return range ? `, ${range[0]} to ${range[1]}` : ''
}
