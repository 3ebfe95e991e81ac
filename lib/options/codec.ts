import { endianness } from 'node:os'
import { types } from 'node:util'
import { invalidArgType, invalidArgValue, outOfRange } from '../errors.js'
import { decodeAddress, formatIPv4 } from '../sockaddr.js'
import {
  maxInt32,
  validateBoolean,
  validateInteger,
  validateNumber,
  validateObject,
  validateString,
} from '../validate.js'
import { aoInfo, aoKey, aoKeyName } from './ao.js'
import { aoKeys } from './aokeys.js'
import { decodeDarwinInfo, decodeFreebsdInfo } from './bsdinfo.js'
import { congestionInfoSize, decodeCongestionInfo } from './codecs/congestion.js'
import { cryptoHeadSize, cryptoInfoSize, decodeCryptoInfo, encodeCryptoInfo } from './codecs/crypto.js'
import { decodeTransmitTime, encodeDeviceMemoryTokens, encodeTransmitTime } from './codecs/device.js'
import { decodeFastOpenKeys, encodeFastOpenKeys } from './codecs/fastopen.js'
import { decodeFlowLabel, encodeFlowLabel, flowLabelSize } from './codecs/flowlabel.js'
import { decodeTypes, encodeTypes } from './codecs/icmp.js'
import { decodeMemoryInfo, memoryInfoSize } from './codecs/memory.js'
import { decodePathMtu } from './codecs/pathmtu.js'
import { decodeGroupList, groupListSize } from './codecs/peergroups.js'
import { decodeRepairWindow, encodeRepairOptions, encodeRepairWindow, repairWindowSize } from './codecs/repair.js'
import { tos } from './codecs/tos.js'
import { connectionInfoSize, decodeConnectionInfo } from './connectioninfo.js'
import type { Level, ValueType } from './entry.js'
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
import type { Credentials, Linger, PortRange } from './values.js'
import { decodePeerCredentials, peerCredentialsSize } from './xucred.js'

/** A value of four bytes, which goes to the kernel without a buffer. */
export interface ScalarCodec {
  /** The values that the form allows, where the option says nothing narrower. */
  readonly range: readonly [least: number, most: number]
  fromInt(int: number): boolean | number | string
  toInt(value: unknown, name: string, least: number, most: number): number
}

/** A value of any other form. */
export interface BytesCodec {
  /** The bytes to offer for reading. */
  readonly capacity: number
  /** Where the kernel fills room of one length alone: that length, by the head that `capacity` bytes bring. */
  lengthOf?(head: Buffer): number
  /** That number where it depends on the socket. */
  capacityOf?(fd: number): number
  /** What the kernel reads from those bytes before it answers in them. */
  readonly request?: Uint8Array
  /** Whether the kernel is given a pointer to a classic BPF program, not the bytes. */
  readonly isProgram?: true
  /** The level to set the option at, where the value decides it and not the row. */
  levelOf?(bytes: Uint8Array): Level
  decode(bytes: Buffer): unknown
  encode(value: unknown, name: string): Uint8Array
}

const little = endianness() === 'LE'
/** `time_t` has 4 bytes where SO_RCVTIMEO keeps its old number on a 32-bit machine, 8 elsewhere. */
const wordSize = process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8
const longestName = 15

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

const flag: ScalarCodec = {
  range: [0, 1],
  fromInt: (int) => int !== 0,
  toInt(value, name) {
    validateBoolean(value, name)
    return value ? 1 : 0
  },
}

const int: ScalarCodec = {
  range: [-maxInt32 - 1, maxInt32],
  fromInt: (int) => int,
  toInt(value, name, least, most) {
    validateInteger(value, name, least, most)
    return value
  },
}

const unsigned: ScalarCodec = {
  range: [0, 2 ** 32 - 1],
  fromInt: (int) => int >>> 0,
  toInt(value, name, least, most) {
    validateInteger(value, name, least, most)
    return value | 0
  },
}

function swap(int: number): number {
  return little ? Buffer.of(int >>> 24, int >>> 16, int >>> 8, int).readInt32LE() : int
}

/** The index of an interface, which these options have in network byte order. */
const ifindex: ScalarCodec = {
  range: [0, maxInt32],
  fromInt: swap,
  toInt(value, name, least, most) {
    validateInteger(value, name, least, most)
    return swap(value)
  },
}

/** What is done by setting the option, whatever the value. */
const trigger: ScalarCodec = {
  range: [1, 1],
  fromInt: writeOnly,
  toInt(value, name) {
    validateBoolean(value, name)
    if (!value) throw invalidArgValue(name, value, 'must be true: the option does one thing, and cannot undo it')
    return 1
  },
}

const uint64: BytesCodec = {
  capacity: 8,
  decode(bytes) {
    const view = viewOf(bytes)
    return bytes.length < 8 ? BigInt(view.getUint32(0, little)) : view.getBigUint64(0, little)
  },
  encode(value, name) {
    if (typeof value === 'number') validateInteger(value, name, 0, Number.MAX_SAFE_INTEGER)
    else if (typeof value !== 'bigint') throw invalidArgType(name, 'of type bigint or number', value)
    const number = BigInt(value)
    if (number < 0n || number >= 2n ** 64n) throw outOfRange(name, '>= 0 and < 2 ** 64', value)
    const bytes = new Uint8Array(8)
    viewOf(bytes).setBigUint64(0, number, little)
    return bytes
  },
}

const linger: BytesCodec = {
  capacity: 8,
  decode(bytes) {
    const view = viewOf(bytes)
    return { on: view.getInt32(0, little) !== 0, seconds: view.getInt32(4, little) } satisfies Linger
  },
  encode(value, name) {
    validateObject(value, name)
    const { on, seconds } = value
    validateBoolean(on, `${name}.on`)
    validateInteger(seconds, `${name}.seconds`, 0, maxInt32)
    return new Uint8Array(Int32Array.of(on ? 1 : 0, seconds).buffer)
  },
}

function timevalCodec(wordSize: 4 | 8): BytesCodec {
  return {
    capacity: 2 * wordSize,
    decode(bytes) {
      const view = viewOf(bytes)
      const word = (at: number) => (wordSize === 8 ? Number(view.getBigInt64(at, little)) : view.getInt32(at, little))
      return word(0) * 1000 + word(wordSize) / 1000
    },
    encode(value, name) {
      validateNumber(value, name, 0, maxInt32 * 1000)
      // 0 means for ever, so no other time may round to it.
      const microseconds = Math.ceil(value * 1000)
      const words = [Math.floor(microseconds / 1e6), microseconds % 1e6]
      const array = wordSize === 8 ? BigInt64Array.from(words, BigInt) : Int32Array.from(words)
      return new Uint8Array(array.buffer)
    },
  }
}

const string: BytesCodec = {
  capacity: 256,
  decode(bytes) {
    const end = bytes.indexOf(0)
    return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
  },
  encode(value, name) {
    validateString(value, name)
    const bytes = Buffer.from(value)
    if (bytes.includes(0)) throw invalidArgValue(name, value, 'must not have a zero byte in it')
    // The kernel would cut a longer name short without a word.
    if (bytes.length > longestName) throw invalidArgValue(name, value, `must be at most ${longestName} bytes long`)
    return bytes
  },
}

const bytes: BytesCodec = {
  capacity: 4096,
  decode: (read) => Buffer.from(read),
  encode(value, name) {
    if (!types.isUint8Array(value)) throw invalidArgType(name, 'an instance of Buffer or Uint8Array', value)
    return value
  },
}

const ucred: BytesCodec = {
  capacity: 12,
  decode(read) {
    const view = viewOf(read)
    const [pid, uid, gid] = [view.getInt32(0, little), view.getUint32(4, little), view.getUint32(8, little)]
    return { pid, uid, gid } satisfies Credentials
  },
  encode: readOnly,
}

const portRange: BytesCodec = {
  capacity: 4,
  decode(read) {
    const packed = viewOf(read).getUint32(0, little)
    return { low: packed & 0xffff, high: packed >>> 16 } satisfies PortRange
  },
  encode(value, name) {
    validateObject(value, name)
    const { low, high } = value
    validateInteger(low, `${name}.low`, 0, 65535)
    if (high !== 0) validateInteger(high, `${name}.high`, low, 65535)
    const encoded = new Uint8Array(4)
    viewOf(encoded).setUint32(0, high * 65536 + low, little)
    return encoded
  },
}

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
