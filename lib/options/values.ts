import type { SocketAddress } from '../sockaddr.js'
import type { AoInfo, AoKey, AoKeyName, AoSettings } from './ao.js'
import type { AoKeys } from './aokeys.js'
import type { CongestionInfo } from './codecs/congestion.js'
import type { CryptoInfo } from './codecs/crypto.js'
import type { DeviceMemoryTokens, TransmitTime } from './codecs/device.js'
import type { FlowLabel, FlowLabelRequest } from './codecs/flowlabel.js'
import type { MemoryInfo } from './codecs/memory.js'
import type { PathMtu } from './codecs/pathmtu.js'
import type { RepairOptions, RepairWindow } from './codecs/repair.js'
import type { TypeOfService } from './codecs/tos.js'
import type { ConnectionInfo } from './connectioninfo.js'
import type { OptionEntry } from './entry.js'
import type { GroupSource } from './groups.js'
import type { Membership, SourceMembership } from './membership.js'
import type { MptcpFullInfo, MptcpInfo } from './mptcp.js'
import type { AcceptFilter, TcpStack } from './names.js'
import type { Instruction } from './program.js'
import type { Md5Key } from './signature.js'
import type { SourceFilter } from './sourcefilter.js'
import type { SubflowAddresses } from './subflows.js'
import type { TcpInfo } from './tcpinfo.js'
import type { Timestamping } from './timestamping.js'
import type { LocalPeerCredentials } from './xucred.js'

/** SO_LINGER. Off: close() returns at once and the data goes out behind it. On with 0 seconds: close() resets. */
export interface Linger {
  /** Whether close() lingers, or, with 0 seconds, resets. */
  on: boolean
  /** How long close() blocks for unsent data, in seconds. */
  seconds: number
}

/** Who is at the other end of a Unix socket, as the kernel noted it at connect(2), listen(2) or socketpair(2). */
export interface Credentials {
  pid: number
  uid: number
  gid: number
}

/** A range of ports, both ends included; a 0 leaves that end to the system. */
export interface PortRange {
  low: number
  high: number
}

/** What reading an option gives, by the form of its value. */
export interface OutputTypes {
  flag: boolean
  int: number
  unsigned: number
  ifindex: number
  uint64: bigint
  linger: Linger
  timeval: number
  string: string
  bytes: Buffer
  tcp_info: TcpInfo
  ucred: Credentials
  in_addr: string
  ip_mreqn: never
  ip_mreq_source: never
  ipv6_mreq: never
  sockaddr: SocketAddress
  port_range: PortRange
  enum: string | number
  tos: number
  timeval64: number
  txtime: TransmitTime
  meminfo: MemoryInfo
  gid_list: number[]
  dmabuf_tokens: never
  cc_info: CongestionInfo
  fastopen_keys: Buffer[]
  repair_options: never
  repair_window: RepairWindow
  crypto_info: CryptoInfo
  icmp_filter: number[]
  icmp6_filter: number[]
  ip6_mtuinfo: PathMtu
  flowlabel: FlowLabel
  connection_info: ConnectionInfo
  xucred: LocalPeerCredentials
  accept_filter: AcceptFilter
  tcp_stack: TcpStack
  log_id: string
  sockaddr_in6: string
  trigger: never
  sock_fprog: Instruction[]
  peer_sockaddr: SocketAddress
  so_timestamping: Required<Timestamping>
  group_req: never
  group_source_req: never
  group_filter: never
  ip_msfilter: never
  tcp_md5sig: never
  tcp_md5sig_ext: never
  tcp_ao_add: never
  tcp_ao_del: never
  tcp_ao_info_opt: AoInfo
  tcp_ao_getsockopt: AoKeys
  mptcp_info: MptcpInfo
  mptcp_full_info: MptcpFullInfo
  mptcp_tcp_infos: TcpInfo[]
  mptcp_subflow_addrs: SubflowAddresses[]
}

/** What setting an option takes, by the form of its value. */
export interface InputTypes {
  flag: boolean
  int: number
  unsigned: number
  ifindex: number
  uint64: bigint | number
  linger: Linger
  timeval: number
  string: string
  bytes: Uint8Array
  tcp_info: never
  ucred: never
  in_addr: string
  ip_mreqn: Membership
  ip_mreq_source: SourceMembership
  ipv6_mreq: Membership
  sockaddr: never
  port_range: PortRange
  enum: string | number
  tos: TypeOfService | number
  timeval64: number
  txtime: TransmitTime
  meminfo: never
  gid_list: never
  dmabuf_tokens: readonly DeviceMemoryTokens[]
  cc_info: never
  fastopen_keys: readonly Uint8Array[]
  repair_options: RepairOptions
  repair_window: RepairWindow
  crypto_info: CryptoInfo
  icmp_filter: readonly number[]
  icmp6_filter: readonly number[]
  ip6_mtuinfo: never
  flowlabel: FlowLabelRequest
  connection_info: never
  xucred: never
  accept_filter: AcceptFilter
  tcp_stack: Pick<TcpStack, 'name'>
  log_id: string
  sockaddr_in6: string
  trigger: true
  sock_fprog: readonly Instruction[]
  peer_sockaddr: never
  so_timestamping: Timestamping
  group_req: Membership
  group_source_req: GroupSource
  group_filter: SourceFilter
  ip_msfilter: SourceFilter
  tcp_md5sig: Md5Key
  tcp_md5sig_ext: Md5Key
  tcp_ao_add: AoKey
  tcp_ao_del: AoKeyName
  tcp_ao_info_opt: AoSettings
  tcp_ao_getsockopt: never
  mptcp_info: never
  mptcp_full_info: never
  mptcp_tcp_infos: never
  mptcp_subflow_addrs: never
}

/** What reading the option of a row gives: for one with names, a name, or the number of what has none. */
export type OutputOf<Entry extends OptionEntry> = Entry extends { names: infer Names }
  ? keyof Names | number
  : OutputTypes[Entry['type']]

/** What setting the option of a row takes. */
export type InputOf<Entry extends OptionEntry> = Entry extends { names: infer Names }
  ? keyof Names | number
  : InputTypes[Entry['type']]
