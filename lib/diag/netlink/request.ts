import { parseIPv4, parseIPv6 } from '../../ipaddress.js'
import { families } from '../../platform.js'
import type { EntryProtocol, InternetEntry, SocketState } from '../entry.js'
import { viewOf } from './view.js'

/** The types of message to sock_diag (linux/sock_diag.h), and to what was before it (TCPDIAG_GETSOCK). */
export const messages = { tcp: 18, byFamily: 20, destroy: 21 } as const

/** The numbers of the protocols. MPTCP's does not fit the byte that the request has for it, see `protocolAttribute`. */
const protocolNumbers: Readonly<Record<InternetEntry['protocol'], number>> = { tcp: 6, udp: 17, raw: 255, mptcp: 262 }

// struct inet_diag_req_v2, linux/inet_diag.h.
const at = { protocol: 1, extensions: 2, rawProtocol: 3, states: 4, id: 8 }
const size = 56
const id = { localPort: 0, remotePort: 2, localAddress: 4, remoteAddress: 20, interface: 36, cookie: 40 }

const attributeTypes = { bytecode: 1, protocol: 3 }

// INET_DIAG_CONG, _TOS, _TCLASS and _SKMEMINFO; the bit of an attribute is its number less one.
const usualExtensions = 0x78
const tcpInfoExtension = 0x02

const stateBits: Readonly<Record<SocketState, number>> = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT_1: 4,
  FIN_WAIT_2: 5,
  TIME_WAIT: 6,
  UNCONN: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
  BOUND: 13,
}
// TCP_NEW_SYN_RECV, a request for a connection that is not complete.
const requestBit = 12

/** The names of all states. */
export const stateNames = Object.keys(stateBits) as SocketState[]

/** The states to ask for, as bits: those that a socket of the protocol can be in. */
export function stateMask(states: Iterable<SocketState>, protocol: EntryProtocol): number {
  const foreign: SocketState = protocol === 'tcp' ? 'UNCONN' : 'BOUND'
  let mask = 0
  for (const state of states) {
    if (state !== foreign) mask |= 1 << stateBits[state]
    if (state === 'SYN_RECV') mask |= 1 << requestBit
  }
  return mask
}

/** An attribute of a request. */
interface RequestAttribute {
  readonly type: number
  readonly content: Uint8Array
}

function append(request: Uint8Array, attributes: readonly RequestAttribute[]): Uint8Array {
  const parts = attributes.map(({ type, content }) => {
    const part = viewOf(new Uint8Array(4 + content.length))
    part.halves[0] = part.bytes.length
    part.halves[1] = type
    part.bytes.set(content, 4)
    return part.bytes
  })
  return new Uint8Array(Buffer.concat([request, ...parts]))
}

function inetRequest(protocol: InternetEntry['protocol'], family: InternetEntry['family']) {
  const view = viewOf(new Uint8Array(size))
  const number = protocolNumbers[protocol]
  view.bytes[0] = families[family]
  view.bytes[at.protocol] = Math.min(number, 255)
  return view
}

/** Where a protocol's number does not fit its byte, the attribute that has it. */
function protocolAttribute(protocol: InternetEntry['protocol']): RequestAttribute[] {
  if (protocol !== 'mptcp') return []
  return [{ type: attributeTypes.protocol, content: new Uint8Array(Uint32Array.of(protocolNumbers.mptcp).buffer) }]
}

/** What to ask for. */
export interface InetDump {
  readonly protocol: InternetEntry['protocol']
  /** Of the states, the bits. */
  readonly states: number
  readonly tcpInfo: boolean
  /** The filter program; an empty one takes every socket. */
  readonly program: Uint8Array
}

function extensionsFor({ protocol, tcpInfo }: InetDump): number {
  return usualExtensions | (tcpInfo && protocol === 'tcp' ? tcpInfoExtension : 0)
}

function programAttribute({ program }: InetDump): RequestAttribute[] {
  return program.length > 0 ? [{ type: attributeTypes.bytecode, content: program }] : []
}

/** Makes the request for all TCP, UDP, raw or MPTCP sockets of a family. */
export function inetDumpRequest(dump: InetDump, family: InternetEntry['family']): Uint8Array {
  const { bytes, words } = inetRequest(dump.protocol, family)
  bytes[at.extensions] = extensionsFor(dump)
  words[at.states >> 2] = dump.states
  return append(bytes, [...protocolAttribute(dump.protocol), ...programAttribute(dump)])
}

// struct inet_diag_req, linux/inet_diag.h.
const tcpAt = { extensions: 3, states: 52 }
const tcpSize = 60

/**
 * Makes the request for all TCP sockets of both families, which goes out as `messages.tcp`. The kernel then goes through
 * its tables once; asked for one family after the other, it does so twice, and with few sockets that is most of the work.
 */
export function tcpDumpRequest(dump: InetDump): Uint8Array {
  const { bytes, words } = viewOf(new Uint8Array(tcpSize))
  bytes[tcpAt.extensions] = extensionsFor(dump)
  words[tcpAt.states >> 2] = dump.states
  return append(bytes, programAttribute(dump))
}

/** A socket as the kernel finds it. */
export interface ExactSocket
  extends Pick<
    InternetEntry,
    'protocol' | 'family' | 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort' | 'ipProtocol'
  > {
  readonly cookie: number
  readonly interfaceIndex: number
}

/** Makes the request that means one TCP, UDP, raw or MPTCP socket and no other. */
export function exactRequest(socket: ExactSocket): Uint8Array {
  const { bytes, words, signed } = inetRequest(socket.protocol, socket.family)
  const parse = socket.family === 'ipv4' ? parseIPv4 : parseIPv6
  const ports = new DataView(bytes.buffer, at.id)
  bytes[at.rawProtocol] = socket.ipProtocol ?? 0
  words[at.states >> 2] = 0xffffffff
  ports.setUint16(id.localPort, socket.localPort)
  ports.setUint16(id.remotePort, socket.remotePort)
  bytes.set(parse(socket.localAddress), at.id + id.localAddress)
  bytes.set(parse(socket.remoteAddress), at.id + id.remoteAddress)
  words[(at.id + id.interface) >> 2] = socket.interfaceIndex
  const cookie = (at.id + id.cookie) >> 2
  words[cookie] = socket.cookie
  signed[cookie + 1] = Math.floor(socket.cookie / 2 ** 32)
  return append(bytes, protocolAttribute(socket.protocol))
}

// struct unix_diag_req, linux/unix_diag.h.
const unixAt = { states: 4, show: 12 }
const unixSize = 24
// Name, file, peer, pending connections, queue lengths, memory, user.
const everything = 0x7f

/** Makes the request for all Unix sockets. */
export function unixDumpRequest(states: number): Uint8Array {
  const { bytes, words } = viewOf(new Uint8Array(unixSize))
  bytes[0] = families.unix
  words[unixAt.states >> 2] = states
  words[unixAt.show >> 2] = everything
  return bytes
}
