import type dgram from 'node:dgram'
import net from 'node:net'
import { codedError, invalidArgType, systemError } from './errors.js'
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

/** The part of Node's objects that this file, and no other, looks into. */
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

function openFd(fd: unknown): number {
  if (fd === -1) throw codedError('ERR_SOCKET_CLOSED', 'Socket is closed: its descriptor was closed or detached')
  validateFd(fd, 'target.fd')
  return fd
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
    const fd = (target as Internals)._handle?.fd
    if (fd !== undefined && fd >= 0) return fd
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

/** The side of `net.Server` that adopting a listener needs. */
interface ServerInternals {
  _handle: object | null
  _pipeName?: string
  _listen2(address: null, port: number, addressType: number, backlog: number): void
}

/** Whether a server has its listening socket already. */
export function isListening(server: net.Server): boolean {
  return Boolean((server as Internals)._handle)
}

/** A socket that gives its descriptor away. */
export interface Giver {
  readonly fd: number
  detach(): number
}

/** What an adopted socket is to be like; `net.Socket` takes more than its type says. */
export interface AdoptedOptions {
  readonly allowHalfOpen?: boolean | undefined
  readonly readable?: boolean
  readonly writable?: boolean
  readonly onread?: net.OnReadOpts | undefined
  readonly noDelay?: boolean | undefined
  readonly keepAlive?: boolean | undefined
  readonly keepAliveInitialDelay?: number | undefined
}

/** Node's handle of a TCP socket. */
interface TcpHandle {
  readonly constructor: unknown
  open(fd: number): number
  close(): void
}

function socketOf(handle: TcpHandle, options: AdoptedOptions): net.Socket {
  try {
    // With all that `net.Socket` adds to its copy, and without a spread: V8 of Node 20 takes 5 us to add to a copy.
    return new net.Socket({
      handle,
      allowHalfOpen: options.allowHalfOpen,
      emitClose: false,
      autoDestroy: true,
      decodeStrings: false,
      readable: options.readable,
      writable: options.writable,
      noDelay: options.noDelay,
      keepAlive: options.keepAlive,
      keepAliveInitialDelay: options.keepAliveInitialDelay,
      onread: options.onread,
    } as net.SocketConstructorOpts)
  } catch (error) {
    // A function of the caller's, for a buffer to read into, may have thrown.
    handle.close()
    throw error
  }
}

/** Makes a handle of a descriptor, which it owns from then on, by way of a socket that does nothing with it. */
function handleOf(giver: Giver): TcpHandle {
  const carrier = new net.Socket({ fd: openFd(giver.fd), readable: false, writable: false })
  giver.detach()
  return (carrier as unknown as { _handle: TcpHandle })._handle
}

/** Makes a `net.Socket` of a descriptor, which it owns from then on. */
export function adoptSocket(giver: Giver, options: AdoptedOptions): net.Socket {
  return socketOf(handleOf(giver), options)
}

/** Node's class of TCP handles, which it shows on a socket and nowhere else. */
let tcpHandleClass: (new (type: number) => TcpHandle) | undefined

/** Makes a `net.Socket` likewise of what is known to be a TCP socket, so that Node need not ask the kernel. */
export function adoptTcpSocket(giver: Giver, options: AdoptedOptions): net.Socket {
  if (!tcpHandleClass) {
    const handle = handleOf(giver)
    tcpHandleClass = handle.constructor as typeof tcpHandleClass
    return socketOf(handle, options)
  }
  const client = 0
  const handle = new tcpHandleClass(client)
  const errno = handle.open(openFd(giver.fd))
  if (errno < 0) throw systemError(errno, 'open')
  giver.detach()
  return socketOf(handle, options)
}

/**
 * Gives a bound descriptor to a server, which owns it from then on and says 'listening' or 'error' as usual. It stays in
 * this process in a cluster worker too, where `server.listen({ fd })` would ask the primary for its descriptor of that
 * number.
 *
 * @param path the path of a Unix socket, for `server.address()`
 */
export function adoptListener(server: net.Server, giver: Giver, backlog: number, path: string | undefined): void {
  const carrier = adoptSocket(giver, { readable: false, writable: false })
  try {
    // Not the server's own listen(), with which somebody may have put sockctl in the place of Node's.
    if (path === undefined) Reflect.apply(net.Server.prototype.listen, server, [carrier, backlog])
    else adoptPipe(server as unknown as ServerInternals, carrier as unknown as ServerInternals, backlog, path)
  } catch (error) {
    carrier.destroy()
    throw error
  }
}

/** Node takes a handle with listen() for TCP alone; this is what listen() itself comes down to. */
function adoptPipe(server: ServerInternals, carrier: ServerInternals, backlog: number, path: string): void {
  server._handle = carrier._handle
  server._pipeName = path
  server._listen2(null, -1, -1, backlog)
}
