/**
 * What the compiler knows of the options. Nothing here runs: that this file compiles is the test, and each
 * `@ts-expect-error` is an error that has to be there.
 */

import {
  type AcceptFilter,
  type CongestionInfo,
  type ConnectionInfo,
  type Credentials,
  type CryptoInfo,
  type FlowLabel,
  type FlowLabelRequest,
  type GroupSource,
  getOption,
  getRawOption,
  type Instruction,
  type Linger,
  type LocalPeerCredentials,
  type Md5Key,
  type Membership,
  type MemoryInfo,
  type MptcpInfo,
  type OptionInfo,
  type OptionInput,
  type OptionName,
  type OptionValue,
  options,
  type PathMtu,
  type PortRange,
  type ReadableOption,
  type RepairOptions,
  type RepairWindow,
  type SocketAddress,
  type SocketLike,
  type SocketOptions,
  type SourceMembership,
  setOption,
  setOptions,
  setRawOption,
  type TcpInfo,
  type Timestamping,
  type TransmitTime,
  type TypeOfService,
  type WritableOption,
} from '../../lib/index.js'

/** Whether two types are the same, not only assignable. */
type Same<One, Other> =
  (<Type>() => Type extends One ? 1 : 2) extends <Type>() => Type extends Other ? 1 : 2 ? true : false

/** Takes `true` and nothing else. */
function holds<_Holds extends true>(): void {}

declare const socket: SocketLike

export function values(): void {
  holds<Same<OptionValue<'SO_REUSEADDR'>, boolean>>()
  holds<Same<OptionValue<'SO_RCVBUF'>, number>>()
  holds<Same<OptionValue<'SO_MARK'>, number>>()
  holds<Same<OptionValue<'IP_UNICAST_IF'>, number>>()
  holds<Same<OptionValue<'SO_COOKIE'>, bigint>>()
  holds<Same<OptionValue<'SO_LINGER'>, Linger>>()
  holds<Same<OptionValue<'SO_RCVTIMEO'>, number>>()
  holds<Same<OptionValue<'TCP_CONGESTION'>, string>>()
  holds<Same<OptionValue<'SO_MEMINFO'>, MemoryInfo>>()
  holds<Same<OptionValue<'TCP_SAVED_SYN'>, Buffer>>()
  holds<Same<OptionValue<'SO_PEERGROUPS'>, number[]>>()
  holds<Same<OptionValue<'TLS_TX'>, CryptoInfo>>()
  holds<Same<OptionValue<'TCP_CC_INFO'>, CongestionInfo>>()
  holds<Same<OptionValue<'TCP_REPAIR_WINDOW'>, RepairWindow>>()
  holds<Same<OptionValue<'IPV6_FLOWLABEL_MGR'>, FlowLabel>>()
  holds<Same<OptionInput<'IPV6_FLOWLABEL_MGR'>, FlowLabelRequest>>()
  holds<Same<OptionInput<'TCP_REPAIR_OPTIONS'>, RepairOptions>>()
  holds<Same<OptionValue<'SO_TXTIME'>, TransmitTime>>()
  holds<Same<OptionValue<'IPV6_PATHMTU'>, PathMtu>>()
  holds<Same<OptionValue<'SO_BUF_LOCK'>, 'none' | 'send' | 'receive' | 'both' | number>>()
  holds<Same<OptionValue<'IP_TOS'>, number>>()
  holds<Same<OptionValue<'TCP_INFO'>, TcpInfo>>()
  holds<Same<OptionValue<'SO_PEERCRED'>, Credentials>>()
  holds<Same<OptionValue<'IP_MULTICAST_IF'>, string>>()
  holds<Same<OptionValue<'SO_ORIGINAL_DST'>, SocketAddress>>()
  holds<Same<OptionValue<'IP_LOCAL_PORT_RANGE'>, PortRange>>()
  holds<Same<OptionValue<'TCP_CONNECTION_INFO'>, ConnectionInfo>>()
  holds<Same<OptionValue<'LOCAL_PEERCRED'>, LocalPeerCredentials>>()
  holds<Same<OptionValue<'SO_ACCEPTFILTER'>, AcceptFilter>>()
  holds<Same<OptionValue<'TCP_LOGID'>, string>>()
  holds<Same<OptionValue<'SO_ATTACH_FILTER'>, Instruction[]>>()
  holds<Same<OptionValue<'MPTCP_INFO'>, MptcpInfo>>()
  holds<Same<OptionValue<'MPTCP_TCPINFO'>, TcpInfo[]>>()
  holds<Same<OptionValue<'SO_PEERNAME'>, SocketAddress>>()
  holds<Same<OptionValue<'SO_TIMESTAMPING'>, Required<Timestamping>>>()
  const linger = getOption(socket, 'SO_LINGER')
  holds<Same<typeof linger, Linger>>()
  holds<Same<(typeof linger)['on'], boolean>>()
  holds<Same<(typeof linger)['seconds'], number>>()
  const raw = getRawOption(socket, 1, 2)
  holds<Same<typeof raw, Buffer>>()
}

export function inputs(): void {
  holds<Same<OptionInput<'SO_REUSEADDR'>, boolean>>()
  holds<Same<OptionInput<'SO_RCVBUF'>, number>>()
  holds<Same<OptionInput<'SO_MAX_PACING_RATE'>, bigint | number>>()
  holds<Same<OptionInput<'SO_BUF_LOCK'>, 'none' | 'send' | 'receive' | 'both' | number>>()
  holds<Same<OptionInput<'IP_TOS'>, TypeOfService | number>>()
  holds<Same<OptionInput<'SO_LINGER'>, Linger>>()
  holds<Same<OptionInput<'IPV6_PKTINFO'>, Uint8Array>>()
  holds<Same<OptionInput<'IP_ADD_MEMBERSHIP'>, Membership>>()
  holds<Same<OptionInput<'IP_BLOCK_SOURCE'>, SourceMembership>>()
  holds<Same<OptionInput<'IPV6_JOIN_GROUP'>, Membership>>()
  holds<Same<OptionInput<'IP_LOCAL_PORT_RANGE'>, PortRange>>()
  holds<Same<OptionInput<'SO_ACCEPTFILTER'>, AcceptFilter>>()
  holds<Same<OptionInput<'TCP_FUNCTION_BLK'>, { name: string }>>()
  holds<Same<OptionInput<'SO_ATTACH_FILTER'>, readonly Instruction[]>>()
  holds<Same<OptionInput<'SO_DETACH_FILTER'>, true>>()
  holds<Same<OptionInput<'MCAST_JOIN_SOURCE_GROUP'>, GroupSource>>()
  holds<Same<OptionInput<'TCP_MD5SIG_EXT'>, Md5Key>>()
  holds<Same<SocketOptions['SO_REUSEADDR'], boolean | undefined>>()
  setOptions(socket, { SO_REUSEADDR: true, SO_RCVBUF: undefined, IP_ADD_MEMBERSHIP: { group: '239.0.0.1' } })
  setOption(socket, 'SO_MAX_PACING_RATE', 5)
  setOption(socket, 'SO_LINGER', { on: true, seconds: 5 }, { force: true })
  setRawOption(socket, 1, 2, Buffer.alloc(4))
}

export function names(): void {
  holds<Same<Exclude<OptionName, ReadableOption | WritableOption>, never>>()
  holds<Same<Extract<ReadableOption, 'IP_ADD_MEMBERSHIP' | 'SO_RCVBUFFORCE' | 'IPV6_PKTINFO'>, never>>()
  holds<Same<Extract<WritableOption, 'SO_TYPE' | 'TCP_INFO' | 'IP_MTU'>, never>>()
  const info = options.get('SO_REUSEADDR')
  holds<Same<typeof info, OptionInfo | undefined>>()
}

export function wrongValues(): void {
  // @ts-expect-error -- a number is no flag
  setOption(socket, 'SO_REUSEADDR', 1)
  // @ts-expect-error -- a string is no number
  setOption(socket, 'SO_RCVBUF', '1000')
  // @ts-expect-error -- an option that takes an integer takes no bigint
  setOption(socket, 'SO_RCVBUF', 1000n)
  // @ts-expect-error -- a name that the option does not have
  setOption(socket, 'IP_MTU_DISCOVER', 'always')
  // @ts-expect-error -- no class of service
  setOption(socket, 'IP_TOS', 'AF99')
  // @ts-expect-error -- a linger has two parts
  setOption(socket, 'SO_LINGER', { on: true })
  // @ts-expect-error -- and a number is none of them
  setOption(socket, 'SO_LINGER', 5)
  // @ts-expect-error -- a membership has a group
  setOption(socket, 'IP_ADD_MEMBERSHIP', { interface: 'lo' })
  // @ts-expect-error -- undefined is for setOptions alone
  setOption(socket, 'SO_REUSEADDR', undefined)
  // @ts-expect-error -- a number is no flag
  setOptions(socket, { SO_REUSEADDR: 1 })
  // @ts-expect-error -- null is no value
  setOptions(socket, { SO_REUSEADDR: null })
  // @ts-expect-error -- a name that is out of the question
  setOptions(socket, { SO_REUSEADR: true })
  // @ts-expect-error -- a raw value is a number or bytes
  setRawOption(socket, 1, 2, true)
  // @ts-expect-error -- force is a boolean
  setOption(socket, 'SO_LINGER', { on: true, seconds: 5 }, { force: 1 })
}

export function wrongPrograms(): void {
  // @ts-expect-error -- an instruction has four numbers
  setOption(socket, 'SO_ATTACH_FILTER', [{ code: 6, k: 0 }])
  // @ts-expect-error -- what takes a program away has no other value
  setOption(socket, 'SO_DETACH_FILTER', false)
  // @ts-expect-error -- a flag by a name that is none
  setOption(socket, 'SO_TIMESTAMPING', { flags: ['SOFT'] })
  // @ts-expect-error -- a key names its peer
  setOption(socket, 'TCP_MD5SIG', { key: 'secret' })
}

export function wrongAccess(): void {
  // @ts-expect-error -- it can only be read
  setOption(socket, 'SO_TYPE', 1)
  // @ts-expect-error -- it can only be read, on the systems that have it
  setOption(socket, 'LOCAL_PEERCRED', { uid: 0, groups: [] })
  // @ts-expect-error -- it can only be read
  setOptions(socket, { SO_ERROR: 0 })
  // @ts-expect-error -- it can only be read
  setOption(socket, 'TCP_INFO', {})
  // @ts-expect-error -- it can only be set
  getOption(socket, 'IP_ADD_MEMBERSHIP')
  // @ts-expect-error -- it can only be set
  getOption(socket, 'SO_RCVBUFFORCE')
}

export function wrongNames(): void {
  // @ts-expect-error -- no such option
  getOption(socket, 'SO_REUSEADR')
  // @ts-expect-error -- names are upper case
  getOption(socket, 'so_reuseaddr')
  // @ts-expect-error -- a name from the prototype of objects
  getOption(socket, 'toString')
  // @ts-expect-error -- a string that may be anything
  getOption(socket, 'SO_REUSEADDR' as string)
  // @ts-expect-error -- the table is for reading
  options.set('SO_REUSEADDR', options.get('SO_REUSEADDR'))
}

export function wrongTargets(): void {
  // @ts-expect-error -- a descriptor is a number
  getOption('3', 'SO_TYPE')
  // @ts-expect-error -- or what has one
  getOption({}, 'SO_TYPE')
  // @ts-expect-error -- undefined is none
  getOption(undefined, 'SO_TYPE')
}
