import { isIPv4 } from 'node:net'
import type { SocketState } from './entry.js'
import { isAnyone } from './users.js'

/** What may be true, may be false, and may be told by nobody. */
export type Known = boolean | 'unknown'

/** True if both are; unknown where that hangs on what is not known. */
export function both(one: Known, other: Known): Known {
  if (one === false || other === false) return false
  return one === true && other === true ? true : 'unknown'
}

/** True if either is; unknown where that hangs on what is not known. */
export function either(one: Known, other: Known): Known {
  if (one === true || other === true) return true
  return one === false && other === false ? false : 'unknown'
}

/** Not what it is; unknown stays unknown. */
export function not(one: Known): Known {
  return one === 'unknown' ? one : !one
}

/** Where a socket is bound, as far as it matters to others. */
export interface Place {
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  /** Whether an IPv6 socket leaves IPv4 alone. */
  readonly ipv6Only: Known
  readonly interface?: string | undefined
}

const wildcards: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

/** Whether an address stands for every one. */
export function isWildcard(address: string): boolean {
  return wildcards.has(address)
}

const mapped = '::ffff:'

/** An address without its zone, which entries lack: IPv4 for a mapped one. */
export function unmapped(text: string): string {
  const [address = ''] = text.split('%')
  const tail = address.startsWith(mapped) ? address.slice(mapped.length) : address
  return isIPv4(tail) ? tail : address
}

/** Whether a place takes in the other family too, or, with a mapped address, is in it. */
function isDual({ family, address, ipv6Only }: Place): Known {
  return family === 'ipv6' && address === '::' ? not(ipv6Only) : false
}

/**
 * Whether two places have an address in common: equal ones, or a wildcard; the IPv6 wildcard takes in IPv4 unless
 * IPV6_V6ONLY is set; sockets that are bound to different interfaces never meet.
 */
export function overlaps(one: Place, other: Place): Known {
  if (one.interface && other.interface && one.interface !== other.interface) return false
  const [mine, theirs] = [unmapped(one.address), unmapped(other.address)]
  const isSame = isIPv4(mine) === isIPv4(theirs)
  if (isSame) return mine === theirs || isWildcard(mine) || isWildcard(theirs)
  return isIPv4(mine) ? isDual(other) : isDual(one)
}

/** What decides whether sockets can share a port. */
export interface Sharing {
  readonly protocol: 'tcp' | 'udp'
  readonly reuseAddress: Known
  readonly reusePort: Known
  /** Whose it is; undefined where nobody tells, as of a remnant. */
  readonly uid: number | undefined
  readonly state?: SocketState | undefined
}

const remnants: ReadonlySet<SocketState | undefined> = new Set<SocketState>(['TIME_WAIT', 'FIN_WAIT_2'])

/** Whether a socket is what the kernel kept of one that was closed. */
export function isRemnant({ state, inode }: { state?: SocketState | undefined; inode: number }): boolean {
  return inode === 0 && remnants.has(state)
}

const closing: ReadonlySet<SocketState | undefined> = new Set<SocketState>(['FIN_WAIT_1', 'CLOSING', 'LAST_ACK'])

/** Whether a socket is a connection that its process closed, and that the kernel still has something to send for. */
export function isOrphan({ state, inode }: { state?: SocketState | undefined; inode: number }): boolean {
  return inode === 0 && closing.has(state)
}

function isOneUser(mine: Sharing, other: Sharing): Known {
  if (other.protocol === 'tcp' && other.state === 'TIME_WAIT') return true
  if (other.uid !== mine.uid) return other.uid === undefined ? 'unknown' : false
  return isAnyone(mine.uid) ? 'unknown' : true
}

/**
 * Whether a new socket can be bound to a port where another one is, in an address that both have: both have SO_REUSEPORT
 * and are of one user (of a remnant in TIME_WAIT the user does not count), or both have SO_REUSEADDR and, over TCP, the
 * other one does not listen. It is what `bindConflicts` measures.
 *
 * @see net/ipv4/inet_connection_sock.c (inet_bind_conflict), net/ipv4/udp.c (udp_lib_lport_inuse)
 */
export function sharesPort(mine: Sharing, other: Sharing): Known {
  const listens = other.protocol === 'tcp' && other.state === 'LISTEN'
  const byAddress = listens ? false : both(mine.reuseAddress, other.reuseAddress)
  const byPort = both(isOneUser(mine, other), both(mine.reusePort, other.reusePort))
  return either(byAddress, byPort)
}
