import { formatIPv4 } from '../ipaddress.js'
import { decodeAddress } from '../sockaddr.js'
import { aoInfo, aoKey, aoKeyName } from './ao.js'
import { aoKeys } from './aokeys.js'
import { decodeDarwinInfo, decodeFreebsdInfo } from './bsdinfo.js'
import { congestionInfoSize, decodeCongestionInfo } from './codecs/congestion.js'
import { cryptoHeadSize, cryptoInfoSize, decodeCryptoInfo, encodeCryptoInfo } from './codecs/crypto.js'
import { decodeTransmitTime, encodeDeviceMemoryTokens, encodeTransmitTime } from './codecs/device.js'
import { decodeFastOpenKeys, encodeFastOpenKeys } from './codecs/fastopen.js'
import { decodeFlowLabel, encodeFlowLabel, flowLabelSize } from './codecs/flowlabel.js'
import type { BytesCodec, ScalarCodec } from './codecs/form.js'
import { decodeTypes, encodeTypes } from './codecs/icmp.js'
import { decodeMemoryInfo, memoryInfoSize } from './codecs/memory.js'
import { decodePathMtu } from './codecs/pathmtu.js'
import { decodeGroupList, groupListSize } from './codecs/peergroups.js'
import { bytes, string, uint64 } from './codecs/plain.js'
import { decodeRepairWindow, encodeRepairOptions, encodeRepairWindow, repairWindowSize } from './codecs/repair.js'
import { flag, ifindex, int, trigger, unsigned } from './codecs/scalars.js'
import { linger, portRange, timevalCodec, ucred } from './codecs/structures.js'
import { tos } from './codecs/tos.js'
import { connectionInfoSize, decodeConnectionInfo } from './connectioninfo.js'
import type { ValueType } from './entry.js'
import { group, groupSource } from './groups.js'
import { encodeInAddr, encodeMembership, encodeMembershipIPv6, encodeSourceMembership } from './membership.js'
import { mptcpFullInfo, mptcpInfo } from './mptcp.js'
import {
  acceptFilterSize,
  decodeAcceptFilter,
  decodeLogId,
  decodeTcpStack,
  encodeAcceptFilter,
  encodeLogId,
  encodeTcpStack,
  logIdSize,
  tcpStackSize,
} from './names.js'
import { decodeNextHop, encodeNextHop, nextHopSize } from './nexthop.js'
import { readOnly, writeOnly } from './oneway.js'
import { peerAddress } from './peeraddress.js'
import { program } from './program.js'
import { signature, signatureExtended } from './signature.js'
import { groupFilter, ipFilter } from './sourcefilter.js'
import { mptcpAddresses, mptcpTcpInfo } from './subflows.js'
import { decodeTcpInfo, type TcpInfo, tcpInfoSize } from './tcpinfo.js'
import { timestamping } from './timestamping.js'
import { decodePeerCredentials, peerCredentialsSize } from './xucred.js'

/** `time_t` has 4 bytes where SO_RCVTIMEO keeps its old number on a 32-bit machine, 8 elsewhere. */
const wordSize = process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8

/** The systems whose struct tcp_info is another than that of Linux. */
const tcpInfoDecoders: Readonly<Partial<Record<NodeJS.Platform, (read: Buffer) => TcpInfo>>> = {
  darwin: decodeDarwinInfo,
  freebsd: decodeFreebsdInfo,
}

/** How the values of four bytes cross to the kernel. */
export const scalarCodecs: Readonly<Partial<Record<ValueType, ScalarCodec>>> = {
  flag,
  int,
  unsigned,
  ifindex,
  tos,
  trigger,
}

/** The forms of four bytes; the codec of an `enum` follows from the row's names. */
type ScalarType = 'flag' | 'int' | 'unsigned' | 'ifindex' | 'tos' | 'trigger' | 'enum'

/** How all other values cross to the kernel. */
export const bytesCodecs: Readonly<Record<Exclude<ValueType, ScalarType>, BytesCodec>> = {
  uint64,
  linger,
  timeval: timevalCodec(wordSize),
  timeval64: timevalCodec(8),
  string,
  bytes,
  ucred,
  port_range: portRange,
  tcp_info: { capacity: tcpInfoSize, decode: tcpInfoDecoders[process.platform] ?? decodeTcpInfo, encode: readOnly },
  sockaddr: { capacity: 128, decode: decodeAddress, encode: readOnly },
  in_addr: { capacity: 4, decode: (read) => formatIPv4(read.subarray(0, 4)), encode: encodeInAddr },
  ip_mreqn: { capacity: 0, decode: writeOnly, encode: encodeMembership },
  ip_mreq_source: { capacity: 0, decode: writeOnly, encode: encodeSourceMembership },
  ipv6_mreq: { capacity: 0, decode: writeOnly, encode: encodeMembershipIPv6 },
  txtime: { capacity: 8, decode: decodeTransmitTime, encode: encodeTransmitTime },
  meminfo: { capacity: memoryInfoSize, decode: decodeMemoryInfo, encode: readOnly },
  gid_list: { capacity: groupListSize, decode: decodeGroupList, encode: readOnly },
  dmabuf_tokens: { capacity: 0, decode: writeOnly, encode: encodeDeviceMemoryTokens },
  cc_info: { capacity: congestionInfoSize, decode: decodeCongestionInfo, encode: readOnly },
  fastopen_keys: { capacity: 32, decode: decodeFastOpenKeys, encode: encodeFastOpenKeys },
  repair_options: { capacity: 0, decode: writeOnly, encode: encodeRepairOptions },
  repair_window: { capacity: repairWindowSize, decode: decodeRepairWindow, encode: encodeRepairWindow },
  crypto_info: {
    capacity: cryptoHeadSize,
    lengthOf: cryptoInfoSize,
    decode: decodeCryptoInfo,
    encode: encodeCryptoInfo,
  },
  icmp_filter: { capacity: 4, decode: decodeTypes, encode: encodeTypes(4) },
  icmp6_filter: { capacity: 32, decode: decodeTypes, encode: encodeTypes(32) },
  ip6_mtuinfo: { capacity: 32, decode: decodePathMtu, encode: readOnly },
  flowlabel: { capacity: flowLabelSize, decode: decodeFlowLabel, encode: encodeFlowLabel },
  connection_info: { capacity: connectionInfoSize, decode: decodeConnectionInfo, encode: readOnly },
  xucred: { capacity: peerCredentialsSize, decode: decodePeerCredentials, encode: readOnly },
  accept_filter: { capacity: acceptFilterSize, decode: decodeAcceptFilter, encode: encodeAcceptFilter },
  tcp_stack: { capacity: tcpStackSize, decode: decodeTcpStack, encode: encodeTcpStack },
  log_id: { capacity: logIdSize, decode: decodeLogId, encode: encodeLogId },
  sockaddr_in6: { capacity: nextHopSize, decode: decodeNextHop, encode: encodeNextHop },
  sock_fprog: program,
  peer_sockaddr: peerAddress,
  so_timestamping: timestamping,
  group_req: group,
  group_source_req: groupSource,
  group_filter: groupFilter,
  ip_msfilter: ipFilter,
  tcp_md5sig: signature,
  tcp_md5sig_ext: signatureExtended,
  tcp_ao_add: aoKey,
  tcp_ao_del: aoKeyName,
  tcp_ao_info_opt: aoInfo,
  tcp_ao_getsockopt: aoKeys,
  mptcp_info: mptcpInfo,
  mptcp_full_info: mptcpFullInfo,
  mptcp_tcp_infos: mptcpTcpInfo,
  mptcp_subflow_addrs: mptcpAddresses,
}
