import { tcpStateName } from '../../options/tcpinfo.js'
import { families } from '../../platform.js'
import type { InternetEntry, SocketState, SocketTimer } from '../entry.js'
import { ipv4TextAt, ipv6TextAt } from './addresses.js'
import { directionOf, readAttributes, soleMark } from './attributes.js'
import type { Reader } from './channel.js'
import { readPair, readPort, type View } from './view.js'

/** struct inet_diag_msg of linux/inet_diag.h: where its fields are. */
const at = {
  state: 1,
  timer: 2,
  retransmits: 3,
  localPort: 4,
  remotePort: 6,
  localAddress: 8,
  remoteAddress: 24,
  interface: 40,
  cookie: 44,
  expires: 52,
  receiveQueue: 56,
  sendQueue: 60,
  uid: 64,
  inode: 68,
}
const size = 72

const stateCount = 13
const closeState = 7

/** The states by the kernel's numbers, for the sockets of a protocol. */
function statesOf(protocol: InternetEntry['protocol']): readonly SocketState[] {
  return Array.from({ length: stateCount }, (_, number) => {
    const name = tcpStateName(number)
    // A request for a connection that is not complete is a thing of its own in the kernel, and SYN_RECV to everybody.
    if (name === 'NEW_SYN_RECV') return 'SYN_RECV'
    if (number === closeState) return protocol === 'tcp' ? 'BOUND' : 'UNCONN'
    return name as SocketState
  })
}

const timers: readonly (SocketTimer | undefined)[] = [undefined, 'retransmit', 'keepalive', 'timewait', 'persist']

/** What a reader of sockets is told of those that it reads. */
export interface Subject {
  readonly protocol: InternetEntry['protocol']
  /** Tells the name of an interface; undefined for 0. */
  readonly interfaceName: (index: number) => string | undefined
}

/** Adds what few sockets have. */
function addRare(entry: InternetEntry, name: string | undefined, mark: number | undefined): InternetEntry {
  if (name !== undefined) entry.interface = name
  if (mark) entry.mark = mark
  return entry
}

/** Makes a socket that a program has, or had, from what a remnant would have and from what else the kernel tells. */
function makeSocket(
  { protocol, interfaceName }: Subject,
  remnant: InternetEntry,
  view: View,
  start: number,
  end: number,
): InternetEntry {
  const { words } = view
  const found = readAttributes(view, start + size, end)
  const name = interfaceName(words[(start + at.interface) >> 2] as number)
  // The kernel tells of each whole socket which directions are shut down.
  if (found.shutdown === undefined) return addRare(remnant, name, found.mark)
  const isRaw = protocol === 'raw'
  const listens = remnant.state === 'LISTEN'
  const received = words[(start + at.receiveQueue) >> 2] as number
  const sent = words[(start + at.sendQueue) >> 2] as number
  const entry: InternetEntry = {
    protocol,
    family: remnant.family,
    state: remnant.state,
    localAddress: remnant.localAddress,
    localPort: isRaw ? 0 : remnant.localPort,
    remoteAddress: remnant.remoteAddress,
    remotePort: isRaw ? 0 : remnant.remotePort,
    uid: words[(start + at.uid) >> 2],
    inode: words[(start + at.inode) >> 2] as number,
    cookie: remnant.cookie,
    timer: remnant.timer,
    timerMs: remnant.timerMs,
    retransmits: remnant.retransmits,
    receiveQueue: listens ? undefined : received,
    sendQueue: listens ? undefined : sent,
    acceptQueue: listens ? received : undefined,
    backlog: listens ? sent : undefined,
    shutdown: directionOf(found.shutdown),
    tos: found.tos,
    trafficClass: found.trafficClass,
    ipv6Only: found.ipv6Only,
    congestionControl: found.congestionControl,
    upperProtocol: found.upperProtocol,
    cgroup: found.cgroup,
    ipProtocol: isRaw ? found.ipProtocol : undefined,
    memory: found.memory,
    tcpInfo: found.tcpInfo,
  }
  return addRare(entry, name, found.mark)
}

/**
 * Makes a reader of the sockets of one protocol.
 *
 * The kernel keeps little of a remnant or a request for a connection. There can be many, and what each costs is above all
 * its size, so they have no property for what they lack. They are read here and in few steps, which the first call of a
 * process runs thousands of times before the engine has compiled them.
 */
export function inetReader(subject: Subject): Reader<InternetEntry> {
  const { protocol, interfaceName } = subject
  const states = statesOf(protocol)
  return (view, start, end) => {
    const { bytes, words } = view
    const state = end - start < size ? undefined : states[bytes[start + at.state] as number]
    if (state === undefined) return undefined
    const isIPv4 = bytes[start] === families.ipv4
    const textAt = isIPv4 ? ipv4TextAt : ipv6TextAt
    const timer = timers[bytes[start + at.timer] as number]
    const remnant: InternetEntry = {
      protocol,
      family: isIPv4 ? 'ipv4' : 'ipv6',
      state,
      localAddress: textAt(view, start + at.localAddress),
      localPort: readPort(view, start + at.localPort),
      remoteAddress: textAt(view, start + at.remoteAddress),
      remotePort: readPort(view, start + at.remotePort),
      inode: 0,
      cookie: readPair(view, start + at.cookie),
      timer,
      timerMs: timer === undefined ? undefined : (words[(start + at.expires) >> 2] as number),
      retransmits: bytes[start + at.retransmits] as number,
    }
    const index = words[(start + at.interface) >> 2] as number
    const mark = soleMark(view, start + size, end)
    if (mark === undefined) return makeSocket(subject, remnant, view, start, end)
    return index === 0 && mark === 0 ? remnant : addRare(remnant, interfaceName(index), mark)
  }
}
