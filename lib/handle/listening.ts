import net from 'node:net'
import { systemError } from '../errors.js'
import type { Giver } from './adopt.js'

/** Where Node is about to listen: an address and a port, or the path of a Unix socket and a port of -1. */
export interface ListenPlace {
  readonly address: string | null
  readonly port: number
  readonly backlog: number
  /** The flags of uv_tcp_bind: 1 for IPv6 only, 2 for SO_REUSEPORT. */
  readonly flags: number
}

/** Makes the listening sockets of a class of servers. */
export interface ListenerMaker {
  /** Whether it makes the socket for this server and place, or leaves that to Node. */
  makes(server: net.Server, place: ListenPlace): boolean
  /** Makes the socket and hands it over, or sees to the error and returns false. */
  make(server: net.Server, place: ListenPlace): boolean
}

/** Node's handle of a listening socket. */
interface Handle {
  close(callback?: () => void): void
}

interface ServerInternals {
  readonly _listeningId: number
  _handle: Handle | null
  _listen2(...args: ListenArguments): void
}

type ListenArguments = [
  address: string | null,
  port: number,
  addressType: number,
  backlog: number,
  fd: number | undefined,
  flags: number | undefined,
]

/**
 * Lets a class of servers make its own listening sockets, once Node has sorted the arguments of `listen()`, looked up the
 * name and asked the primary of a cluster. Node keeps a method for this that others have long been wrapping.
 *
 * @param prototype the prototype of a class that extends `net.Server`
 */
export function interceptListening(prototype: net.Server, maker: ListenerMaker): void {
  const stock = net.Server.prototype as unknown as ServerInternals
  Object.defineProperty(prototype, '_listen2', {
    configurable: true,
    writable: true,
    value(this: net.Server & ServerInternals, ...args: ListenArguments) {
      const [address, port, , backlog, fd, flags] = args
      const place = { address, port, backlog, flags: flags ?? 0 }
      const isOurs = !this._handle && typeof fd !== 'number' && maker.makes(this, place)
      if (!isOurs) stock._listen2.apply(this, args)
      else if (maker.make(this, place)) stock._listen2.apply(this, withAddress(this, args))
    },
  })
}

/** The arguments with the address that Node would have chosen where none is given: it notes it with the server. */
function withAddress(server: net.Server, args: ListenArguments): ListenArguments {
  const [given, port, , ...rest] = args
  if (given || port === -1) return args
  const { address, family } = server.address() as net.AddressInfo
  return [address, port, family === 'IPv6' ? 6 : 4, ...rest]
}

/** A number that changes with each `listen()` and `close()` of a server: by it Node knows that an earlier one is off. */
export function listenTurn(server: net.Server): number {
  return (server as unknown as ServerInternals)._listeningId
}

/** Whether the options of `listen()` come with a socket to listen on. */
export function bringsSocket(options: object): boolean {
  const { fd, handle, _handle } = options as { fd?: unknown; handle?: unknown; _handle?: unknown }
  return (fd ?? handle ?? _handle) != null
}

/** What `node:net` exports for `node:cluster`. */
interface NetInternals {
  _createServerHandle(address: null, port: null, addressType: null, fd: number): Handle | number
}

/**
 * Gives a listening socket to a server that is about to listen, which owns it from then on.
 *
 * @param onClose runs when the server stops listening
 */
export function handOver(server: net.Server, giver: Giver, onClose: (() => void) | undefined): void {
  const handle = (net as unknown as NetInternals)._createServerHandle(null, null, null, giver.fd)
  if (typeof handle === 'number') throw systemError(handle, 'open')
  giver.detach()
  if (onClose) beforeClose(handle, onClose)
  ;(server as unknown as ServerInternals)._handle = handle
}

/** Has something done right before a handle closes. */
export function beforeClose(handle: object, run: () => void): void {
  const value = function close(this: Handle, callback?: () => void): void {
    run()
    Object.getPrototypeOf(this).close.call(this, callback)
  }
  Object.defineProperty(handle, 'close', { value })
}

/** Ends the timer by which Node looks after the connections of an HTTP server, and which keeps the server in memory. */
export function endChecks(server: net.Server): void {
  const isTimer = ({ description }: symbol) => description === 'http.server.connectionsCheckingInterval'
  const timer = Object.getOwnPropertySymbols(server).find(isTimer)
  if (timer) clearInterval((server as unknown as Record<symbol, NodeJS.Timeout | undefined>)[timer])
}
