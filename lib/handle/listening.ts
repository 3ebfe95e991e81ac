import net from 'node:net'
import { adoptSocket, type Giver } from '../handle.js'

/** Where Node is about to listen: an address, or the path of a Unix socket with a port of -1. */
export interface ListenPlace {
  readonly address: string | null
  readonly port: number
  readonly backlog: number
  /** The flags of uv_tcp_bind: 1 for IPv6 only, 2 for SO_REUSEPORT. */
  readonly flags: number
}

/** What the server's own step to listen comes down to: `false` to leave it to Node. */
export type Listener = (server: net.Server, place: ListenPlace) => boolean

interface ServerInternals {
  _handle: object | null
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
 * name and asked the primary of a cluster. Node keeps a method that others have long been wrapping for this.
 *
 * @param prototype the prototype of a class that extends `net.Server`
 * @param listen makes the listening socket and hands it over with `handOver`, or says that it failed
 */
export function interceptListening(prototype: net.Server, listen: Listener): void {
  const stock = net.Server.prototype as unknown as ServerInternals
  Object.defineProperty(prototype, '_listen2', {
    configurable: true,
    writable: true,
    value(this: net.Server & ServerInternals, ...args: ListenArguments) {
      const [address, port, , backlog, fd, flags] = args
      const isOurs = !this._handle && typeof fd !== 'number'
      if (isOurs && !listen(this, { address, port, backlog, flags: flags ?? 0 })) return
      stock._listen2.apply(this, args)
    },
  })
}

/**
 * Gives a listening socket to a server that is about to listen, and owns it from then on.
 *
 * @param onClose runs when the server stops listening
 */
export function handOver(server: net.Server, giver: Giver, onClose: (() => void) | undefined): void {
  const handle = (adoptSocket(giver, { readable: false, writable: false }) as unknown as ServerInternals)._handle
  if (onClose) Object.defineProperty(handle, 'close', { value: closeWith(onClose) })
  ;(server as unknown as ServerInternals)._handle = handle
}

function closeWith(onClose: () => void) {
  return function close(this: { close(callback?: () => void): void }, callback?: () => void): void {
    onClose()
    Object.getPrototypeOf(this).close.call(this, callback)
  }
}
