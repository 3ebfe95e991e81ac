import net from 'node:net'
import { systemError } from '../errors.js'
import { openFd } from '../handle.js'
import { beforeClose } from './listening.js'

/** The side of `net.Server` that adopting a listener needs. */
interface ServerInternals {
  _handle: object | null
  _pipeName?: string
  _listen2(address: null, port: number, addressType: number, backlog: number): void
}

/** A socket that brings a descriptor. */
interface Carrier {
  readonly _handle: object
}

/** Where a server listens that has a path. */
export interface ListenerPath {
  /** The path, for `server.address()`. */
  readonly path: string
  /** Runs when the server stops listening. */
  readonly onClose: () => void
}

/** Whether a server has its listening socket already. */
export function isListening(server: net.Server): boolean {
  return Boolean((server as unknown as ServerInternals)._handle)
}

/** Gives a function that tells whether a server still has the listening socket that it has now, and not a later one. */
export function sameListener(server: net.Server): () => boolean {
  const internals = server as unknown as ServerInternals
  const { _handle: handle } = internals
  return () => handle !== null && internals._handle === handle
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
  /** Whether it is paused at first. */
  readonly pauseOnCreate?: boolean | undefined
  readonly noDelay?: boolean | undefined
  readonly keepAlive?: boolean | undefined
  readonly keepAliveInitialDelay?: number | undefined
}

/** Node's handle of a TCP socket. */
export interface TcpHandle {
  readonly constructor: unknown
  open(fd: number): number
  close(): void
}

/** Makes a `net.Socket` of a handle, which it owns from then on. */
export function adoptHandle(handle: TcpHandle, options: AdoptedOptions): net.Socket {
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
      pauseOnCreate: options.pauseOnCreate,
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
  return adoptHandle(handleOf(giver), options)
}

/** Node's class of TCP handles, which it shows on a socket and nowhere else. */
let tcpHandleClass: (new (type: number) => TcpHandle) | undefined

/** Makes a `net.Socket` likewise of what is known to be a TCP socket, so that Node need not ask the kernel. */
export function adoptTcpSocket(giver: Giver, options: AdoptedOptions): net.Socket {
  if (!tcpHandleClass) {
    const handle = handleOf(giver)
    tcpHandleClass = handle.constructor as typeof tcpHandleClass
    return adoptHandle(handle, options)
  }
  const client = 0
  const handle = new tcpHandleClass(client)
  const errno = handle.open(openFd(giver.fd))
  if (errno < 0) throw systemError(errno, 'open')
  giver.detach()
  return adoptHandle(handle, options)
}

/**
 * Gives a bound descriptor to a server, which owns it from then on and says 'listening' or 'error' as usual. It stays in
 * this process in a cluster worker too, where `server.listen({ fd })` would ask the primary for its descriptor of that
 * number.
 *
 * @param place the path of a Unix socket
 */
export function adoptListener(server: net.Server, giver: Giver, backlog: number, place?: ListenerPath): void {
  const carrier = adoptSocket(giver, { readable: false, writable: false })
  try {
    // Not the server's own listen(), with which somebody may have put sockctl in the place of Node's.
    if (!place) Reflect.apply(net.Server.prototype.listen, server, [carrier, backlog])
    else adoptPipe(server as unknown as ServerInternals, carrier as unknown as Carrier, backlog, place)
  } catch (error) {
    carrier.destroy()
    throw error
  }
}

/** Node takes a handle with listen() for TCP alone; this is what listen() itself comes down to. */
function adoptPipe(server: ServerInternals, carrier: Carrier, backlog: number, { path, onClose }: ListenerPath): void {
  beforeClose(carrier._handle, onClose)
  server._handle = carrier._handle
  server._pipeName = path
  server._listen2(null, -1, -1, backlog)
}
