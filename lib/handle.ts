import type dgram from 'node:dgram'
import net from 'node:net'
import { codedError, invalidArgType } from './errors.js'
import { maxInt32, validateInteger } from './validate.js'

/** What has its connection as `socket`: an HTTP/2 session, an HTTP request or response. */
interface SocketHolder {
  readonly socket: net.Socket | null | undefined
  readonly destroyed?: boolean
}

/** `net.BoundSocket`, which Node has from 24.19 and 26.4. */
interface BoundSocketLike {
  fd(): number
}

/**
 * What sockctl takes for a socket: a descriptor, a `BareSocket` or anything else with an `fd`, and Node's own objects:
 * `net.Socket`, `net.Server`, `net.BoundSocket`, `dgram.Socket`, and with them the sockets and servers of `tls`, `http`,
 * `https` and `http2`, HTTP/2 sessions, HTTP requests and responses. A TLS socket stands for the TCP socket below it.
 */
export type SocketLike =
  | number
  | { readonly fd: number }
  | net.Socket
  | net.Server
  | dgram.Socket
  | SocketHolder
  | BoundSocketLike

/** The part of Node's objects that tells the descriptor. */
interface Internals {
  readonly _handle?: { readonly fd?: number } | null
  readonly fd?: unknown
  readonly destroyed?: boolean
  readonly connecting?: boolean
  readonly socket?: unknown
}

function invalidState(what: string): Error {
  return codedError('ERR_INVALID_STATE', `Invalid state: ${what}`)
}

/** The symbol under which a `dgram.Socket` keeps its state, on every Node. */
export function datagramState(target: object): symbol | undefined {
  return Object.getOwnPropertySymbols(target).find((symbol) => symbol.description === 'state symbol')
}

function datagramFd(socket: object, state: symbol): number {
  const { handle } = (socket as Record<symbol, { readonly handle?: { readonly fd?: number } | null }>)[state] ?? {}
  if (!handle) throw codedError('ERR_SOCKET_DGRAM_NOT_RUNNING', 'Not running: the datagram socket is closed')
  if (handle.fd !== undefined && handle.fd >= 0) return handle.fd
  throw invalidState('the datagram socket is not bound yet, so it has no descriptor')
}

function explainSocket(socket: net.Socket): Error {
  if (socket.destroyed) return codedError('ERR_SOCKET_CLOSED', 'Socket is closed: it was destroyed')
  const handle = (socket as Internals)._handle
  if (handle && !socket.connecting) {
    return invalidState('the connection does not run on a socket of its own, so it has no descriptor')
  }
  return invalidState('the socket is not connected yet, so it has no descriptor; set options through connect()')
}

function explainServer(server: net.Server): Error {
  if (!(server as Internals)._handle)
    return codedError('ERR_SERVER_NOT_RUNNING', 'Server is not running: it does not listen')
  return invalidState('the listening socket of this server is in the cluster primary; use listen() of sockctl')
}

function holderFd(holder: { readonly socket: unknown; readonly destroyed?: unknown }): number {
  const socket = holder.destroyed ? undefined : holder.socket
  if (socket instanceof net.Socket) return fdOf(socket)
  throw invalidState('its connection is gone, or it never had one')
}

function isBoundSocket(target: object): target is BoundSocketLike {
  return 'fd' in target && typeof target.fd === 'function'
}

/** Checks a descriptor's number. Whether it is open, and a socket, the system call tells. */
function validateFd(value: unknown, name: string): asserts value is number {
  validateInteger(value, name, 0, maxInt32)
}

function slowFd(target: unknown): number {
  if (typeof target === 'number') validateFd(target, 'target')
  if (target instanceof net.Socket) throw explainSocket(target)
  if (target instanceof net.Server) throw explainServer(target)
  if (target !== null && typeof target === 'object') {
    const state = datagramState(target)
    if (state) return datagramFd(target, state)
    if (isBoundSocket(target)) return openFd(target.fd())
    if ('fd' in target) return openFd(target.fd)
    if ('socket' in target) return holderFd(target)
  }
  throw invalidArgType('target', 'a descriptor or a socket', target)
}

/** Checks what a socket says is its descriptor, which is -1 once it has none. */
export function openFd(fd: unknown): number {
  if (fd === -1) throw codedError('ERR_SOCKET_CLOSED', 'Socket is closed: its descriptor was closed or detached')
  validateFd(fd, 'target.fd')
  return fd
}

/** The descriptor of a socket or server of Node's; undefined where it is closed, or runs on none of its own. */
export function ownFd(target: net.Socket | net.Server): number | undefined {
  const fd = (target as Internals)._handle?.fd
  return fd !== undefined && fd >= 0 ? fd : undefined
}

/**
 * The descriptor of a socket, valid until the caller returns to the event loop.
 *
 * @throws `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE` for what is no socket, `ERR_SOCKET_CLOSED`,
 * `ERR_SERVER_NOT_RUNNING` or `ERR_SOCKET_DGRAM_NOT_RUNNING` for one that is closed, and `ERR_INVALID_STATE` for one that
 * has no descriptor yet or runs on none of its own
 */
export function fdOf(target: SocketLike): number {
  if (typeof target === 'number' && target >= 0 && target <= maxInt32 && Number.isInteger(target)) return target
  // Of these two alone: a datagram socket warns whoever reads its handle.
  if (target instanceof net.Socket || target instanceof net.Server) {
    const fd = ownFd(target)
    if (fd !== undefined) return fd
  }
  return slowFd(target)
}

/** Whether Node's event loop closes this socket, which then must never block. */
export function isNodeSocket(target: SocketLike): boolean {
  if (typeof target === 'number') return false
  // Before its own properties: Node gives the streams of a process an `fd`.
  if (target instanceof net.Socket || target instanceof net.Server) return true
  return !('fd' in target) || typeof target.fd === 'function'
}
