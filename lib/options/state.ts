import { tooLate } from '../errors.js'
import { memory, native } from '../native.js'
import { families, types } from '../platform.js'
import { addressCapacity, decodeAddress } from '../sockaddr.js'
import type { Deadline, OptionEntry, SocketKind } from './entry.js'
import { rowOf } from './row.js'
import { type TcpState, tcpStateName } from './tcpinfo.js'

const whatEnds: Readonly<Record<Deadline, string>> = {
  bind: 'bind()',
  port: 'the choice of its port',
  connect: 'connect()',
}

function readInt(fd: number, name: 'SO_DOMAIN' | 'SO_TYPE'): number | undefined {
  const { level, number } = rowOf(name)
  return native.getInt(fd, level, number) < 0 ? undefined : memory[0]
}

/** Whether a socket is one of datagrams. */
export function isDatagram(fd: number): boolean {
  return readInt(fd, 'SO_TYPE') === types.datagram
}

/** The kind of a socket; undefined for one that the table does not speak of. */
function kindOf(fd: number): SocketKind | undefined {
  const domain = readInt(fd, 'SO_DOMAIN')
  if (domain === families.unix) return 'unix'
  if (domain !== families.ipv4 && domain !== families.ipv6) return undefined
  const kinds = domain === families.ipv6 ? (['tcp6', 'udp6', 'raw6'] as const) : (['tcp', 'udp', 'raw'] as const)
  const type = readInt(fd, 'SO_TYPE') ?? 0
  return kinds[([types.stream, types.datagram, types.raw] as number[]).indexOf(type)]
}

function tcpState(fd: number): TcpState | undefined {
  const bytes = new Uint8Array(1)
  const { level, number } = rowOf('TCP_INFO')
  return native.getsockopt(fd, level, number, bytes) === 1 ? tcpStateName(bytes[0] ?? 0) : undefined
}

// A listener hands what it has to the connections that it accepts, and a SYN on its way can still be sent again.
const early: ReadonlySet<TcpState> = new Set(['CLOSE', 'LISTEN', 'SYN_SENT'])

/** Whether a socket, of any kind but raw ones, has passed a deadline. */
function hasPassed(fd: number, deadline: Deadline): boolean {
  if (deadline === 'connect') {
    const state = tcpState(fd)
    return state !== undefined && !early.has(state)
  }
  const bytes = new Uint8Array(addressCapacity)
  const length = native.getsockname(fd, bytes)
  if (length <= 0) return false
  const { address, port } = decodeAddress(bytes.subarray(0, length))
  if (port !== 0) return true
  // With IP_BIND_ADDRESS_NO_PORT a bound socket has an address and no port yet.
  return deadline === 'bind' && address !== '0.0.0.0' && address !== '::'
}

/** Whether an option is for a kind of socket; what is for `tcp` is for both families. */
function isFor({ sockets }: OptionEntry, kind: SocketKind): boolean {
  return sockets.includes(kind) || sockets.includes(kind.replace('6', '') as SocketKind)
}

function lateEffect({ late }: OptionEntry, kind: SocketKind): string | undefined {
  return typeof late === 'object' ? late[kind] : late
}

/** The deadline that a socket has passed, after which an option does nothing any more. */
function missedDeadline(fd: number, entry: OptionEntry): Deadline | undefined {
  if (entry.before === undefined || typeof entry.late === 'string') return undefined
  const kind = kindOf(fd)
  // The kernel has an answer of its own for a socket of another kind.
  if (kind === undefined || !isFor(entry, kind) || lateEffect(entry, kind) !== undefined) return undefined
  // A raw socket has no ports and can be bound again and again.
  if (kind === 'raw' || kind === 'raw6') return undefined
  return hasPassed(fd, entry.before) ? entry.before : undefined
}

/** Whether an option would do nothing any more on a socket. */
export function isLate(fd: number, name: string): boolean {
  return missedDeadline(fd, rowOf(name).entry) !== undefined
}

/**
 * Refuses an option that would do nothing any more on this socket. The kernel takes most such options without a word.
 *
 * @throws `ERR_SOCKCTL_TOO_LATE`
 */
export function refuseLate(fd: number, name: string, entry: OptionEntry): void {
  const missed = missedDeadline(fd, entry)
  if (missed) throw tooLate(name, missed === 'connect' ? 'connected' : 'bound', whatEnds[missed])
}
