import { tooLate } from '../errors.js'
import { native } from '../native.js'
import { addressCapacity, decodeAddress } from '../sockaddr.js'
import type { Deadline, OptionEntry } from './entry.js'
import { type TcpState, tcpStateName } from './tcpinfo.js'

const ipprotoTcp = 6
const tcpInfo = 11

const whatEnds: Readonly<Record<Deadline, string>> = { bind: 'bind()', listen: 'listen()', connect: 'connect()' }

function tcpState(fd: number): TcpState | undefined {
  const bytes = new Uint8Array(1)
  return native.getsockopt(fd, ipprotoTcp, tcpInfo, bytes) === 1 ? tcpStateName(bytes[0] ?? 0) : undefined
}

function isBound(fd: number): boolean {
  const bytes = new Uint8Array(addressCapacity)
  const length = native.getsockname(fd, bytes)
  if (length <= 0) return false
  const { address, port } = decodeAddress(bytes.subarray(0, length))
  // With IP_BIND_ADDRESS_NO_PORT a bound socket has an address and no port yet.
  return port !== 0 || (address !== '0.0.0.0' && address !== '::')
}

/** The state of a socket that has passed a deadline, in words, or undefined while there is time. */
function stateAfter(fd: number, deadline: Deadline): string | undefined {
  if (deadline === 'bind') return isBound(fd) ? 'bound' : undefined
  const state = tcpState(fd)
  // What a listener has, the connections that it accepts inherit.
  if (state === undefined || state === 'CLOSE' || state === 'LISTEN') return undefined
  return state === 'SYN_SENT' ? 'connecting' : 'connected'
}

/**
 * Refuses an option that would do nothing any more on this socket. The kernel takes most such options without a word.
 *
 * @throws `ERR_SOCKCTL_TOO_LATE`
 */
export function refuseLate(fd: number, name: string, entry: OptionEntry): void {
  if (entry.before === undefined || entry.late !== undefined) return
  const state = stateAfter(fd, entry.before)
  if (state !== undefined) throw tooLate(name, state, whatEnds[entry.before])
}
