export {
  getOption,
  type OptionInput,
  type OptionName,
  type OptionValue,
  type OptionValues,
  type ReadableOption,
  type SetOptions,
  type SocketOptions,
  setOption,
  setOptions,
  type WritableOption,
} from './access.js'
export type { AoInfo, AoKey, AoKeyName, AoSettings } from './ao.js'
export type { AoKeyState, AoKeys } from './aokeys.js'
export type { CongestionInfo } from './codecs/congestion.js'
export type { CryptoInfo } from './codecs/crypto.js'
export type { DeviceMemoryTokens, TransmitTime } from './codecs/device.js'
export type { FlowLabel, FlowLabelRequest } from './codecs/flowlabel.js'
export type { MemoryInfo } from './codecs/memory.js'
export type { PathMtu } from './codecs/pathmtu.js'
export type { RepairOptions, RepairWindow } from './codecs/repair.js'
export type { TypeOfService } from './codecs/tos.js'
export type { ConnectionInfo } from './connectioninfo.js'
export type { Deadline, Level, NamedNumber, OptionEntry, Platform, SocketKind, Unit, ValueType } from './entry.js'
export type { GroupSource } from './groups.js'
export { type OptionInfo, options } from './info.js'
export type { Membership, SourceMembership } from './membership.js'
export type { MptcpFullInfo, MptcpInfo } from './mptcp.js'
export type { AcceptFilter, TcpStack } from './names.js'
export type { Instruction } from './program.js'
export { getRawOption, setRawOption } from './raw.js'
export type { Md5Key, Md5Peer } from './signature.js'
export type { SourceFilter } from './sourcefilter.js'
export type { SubflowAddresses } from './subflows.js'
export type { TcpInfo, TcpState } from './tcpinfo.js'
export type { Timestamping, TimestampingFlag } from './timestamping.js'
export type { Credentials, Linger, PortRange } from './values.js'
export type { LocalPeerCredentials } from './xucred.js'
