import os from 'node:os'
import { invalidArgValue, isUnsupported, type SystemError, unsupported } from '../errors.js'
import { validateAddress } from '../ipaddress.js'
import { native } from '../native.js'
import { validateInteger, validateObject, validateOneOf, validatePort, validateString } from '../validate.js'
import type { InternetEntry, SocketEntry, SocketState } from './entry.js'
import { Channel } from './netlink/channel.js'
import { type ExactSocket, exactRequest, messages } from './netlink/request.js'
import { protocols } from './query.js'
import { isOrphan } from './rules.js'

/** The cookie that means any socket to the kernel (INET_DIAG_NOCOOKIE). */
const anyCookie = -1

function refusal(what: string, detail: object = {}): Error {
  return unsupported(`The kernel cannot destroy ${what}`, { syscall: 'sock_diag', ...detail })
}

/**
 * Whether SOCK_DESTROY removes a connection that its process closed. Before Linux 6.12 it throws away what there was to
 * send and keeps the socket, whose timer then never runs out; so this is not found out by trying.
 *
 * @param release of the kernel, as uname(2) has it
 * @see net/ipv4/tcp.c (tcp_abort)
 */
export function destroysOrphans(release = os.release()): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number.parseFloat)
  return major > 6 || (major === 6 && minor >= 12)
}

/**
 * Checks that it is a kind of socket that can be destroyed. The kernel finds a socket by its addresses, in tables where
 * those that are only bound are not.
 */
function checkKind({ protocol, state, inode }: Record<string, unknown>): InternetEntry['protocol'] {
  validateOneOf(protocol, 'entry.protocol', protocols)
  if (protocol === 'unix' || protocol === 'mptcp') throw refusal(`${protocol} sockets`)
  if (protocol === 'tcp' && state === 'BOUND') throw refusal('TCP sockets that are only bound')
  const isClosed = protocol === 'tcp' && isOrphan({ state: state as SocketState, inode: Number(inode) })
  if (isClosed && !destroysOrphans()) throw refusal('connections that were closed, before Linux 6.12,')
  return protocol
}

function checkAddress(address: unknown, name: string, family: InternetEntry['family']): string {
  if (validateAddress(address, name) !== family) throw invalidArgValue(name, address, `must be an ${family} address`)
  return String(address)
}

function checkPort(port: unknown, name: string): number {
  validatePort(port, name)
  return port
}

function checkCookie(cookie: unknown): number {
  if (cookie === undefined) throw refusal('sockets that it told no cookie of')
  validateInteger(cookie, 'entry.cookie', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  if (cookie === anyCookie) throw invalidArgValue('entry.cookie', cookie, 'must not be the one that means any socket')
  return cookie
}

function interfaceIndex(name: unknown): number {
  if (name === undefined) return 0
  validateString(name, 'entry.interface')
  const index = native.interfaceIndex(Buffer.from(name))
  // One that has no name any more goes by its number.
  return index > 0 ? index : Number(name) || 0
}

/** Checks an entry, and gives what the kernel finds its socket by. */
function exactSocketOf(entry: Record<string, unknown>): ExactSocket {
  const protocol = checkKind(entry)
  const { family, ipProtocol = 0 } = entry
  validateOneOf(family, 'entry.family', ['ipv4', 'ipv6'] as const)
  validateInteger(ipProtocol, 'entry.ipProtocol', 0, 255)
  return {
    protocol,
    family,
    localAddress: checkAddress(entry.localAddress, 'entry.localAddress', family),
    localPort: checkPort(entry.localPort, 'entry.localPort'),
    remoteAddress: checkAddress(entry.remoteAddress, 'entry.remoteAddress', family),
    remotePort: checkPort(entry.remotePort, 'entry.remotePort'),
    ipProtocol,
    cookie: checkCookie(entry.cookie),
    interfaceIndex: interfaceIndex(entry.interface),
  }
}

/**
 * Destroys a socket, whoever has it open, and no other: its cookie is compared. A remnant in TIME_WAIT is gone at once and
 * its port free; a connection is reset, and its owner gets ECONNABORTED, as does that of a listener or a UDP socket.
 *
 * The kernel looks the socket up by its addresses. Where several share them, as listeners with SO_REUSEPORT do, it may
 * come upon another one; then nothing is destroyed and the error is ENOENT.
 *
 * @param entry what `sockets` told of it
 * @throws ENOENT where there is no such socket any more, EPERM without CAP_NET_ADMIN in the network namespace;
 * `ERR_SOCKCTL_UNSUPPORTED` for Unix and MPTCP sockets, TCP sockets that are only bound, connections that were closed
 * and are not delivered yet (FIN_WAIT_1, CLOSING, LAST_ACK) before Linux 6.12, raw sockets without a cookie, and where the
 * kernel was built without CONFIG_INET_DIAG_DESTROY
 * @see SOCK_DESTROY in include/uapi/linux/sock_diag.h, tcp_abort() in net/ipv4/tcp.c
 */
export function destroySocket(entry: SocketEntry): void {
  validateObject(entry, 'entry')
  const request = exactRequest(exactSocketOf(entry))
  const channel = new Channel()
  try {
    channel.command(messages.destroy, request)
  } catch (error) {
    const { errno } = error as SystemError
    throw isUnsupported(errno) ? refusal(`${entry.protocol} sockets here`, { errno }) : error
  } finally {
    channel.close()
  }
}
