import net from 'node:net'
import { codedError } from '../errors.js'
import { type NormalizedArguments, normalizeArguments } from '../handle/arguments.js'
import { hasHandle, interceptConnecting } from '../handle/connecting.js'
import { callable } from './callable.js'
import { checkOutgoing, correct, Outgoing, type OutgoingOptions } from './outgoing.js'

/** How a `Socket` of sockctl connects: as `net.Socket` does, with sockctl's options beside Node's. */
export type SocketConnectOptions = OutgoingOptions &
  (Omit<net.TcpSocketConnectOpts, 'localPort'> | net.IpcSocketConnectOpts)

/**
 * How a `Socket` of sockctl is made: as Node's, and with options for each of its `connect()`s that gives none. A local port
 * that is a number counts for nothing here, as with Node.
 */
export type SocketConstructorOptions = net.SocketConstructorOpts & OutgoingOptions

interface GivenOptions extends OutgoingOptions {
  localAddress?: unknown
}

const ownNames = ['options', 'control', 'reuseAddress', 'localPort', 'protocol'] as const

const defaultsOf = new WeakMap<net.Socket, OutgoingOptions>()
const outgoingOf = new WeakMap<net.Socket, Outgoing>()

/** Whether it is the scheme of a URL, which HTTP hands on with its own options. */
function isScheme(name: string, value: unknown): boolean {
  return name === 'protocol' && typeof value === 'string' && value.endsWith(':')
}

function ownOptions(given: unknown): OutgoingOptions {
  if (typeof given !== 'object' || given === null) return {}
  const entries = ownNames.map((name) => [name, (given as GivenOptions)[name]] as const)
  return Object.fromEntries(entries.filter(([name, value]) => value != null && !isScheme(name, value)))
}

function descriptorThere(): Error {
  return codedError('ERR_INVALID_STATE', 'Invalid state: the socket has a descriptor already; use setOptions()')
}

function initialize(socket: net.Socket, options: unknown): void {
  const own = ownOptions(options)
  // Node's sockets do not look at it when they are made.
  if (typeof own.localPort === 'number') delete own.localPort
  if (Object.keys(own).length === 0) return
  checkOutgoing(own)
  if (hasHandle(socket)) throw descriptorThere()
  defaultsOf.set(socket, own)
}

/** Tells the true reason of an attempt that failed before connect(2), where Node knows only a number. */
function correctAttempt(this: net.Socket, _address: string, _port: number, _family: number, shown: Error): void {
  correct(shown, outgoingOf.get(this)?.takeFailure())
}

/** Prepares the descriptors of one `connect()`, and gives the arguments that are left for Node. */
function prepare(socket: net.Socket, args: readonly unknown[]): readonly unknown[] {
  // Node hands its own arguments on as one array.
  const [given, listener] = Array.isArray(args[0]) ? (args[0] as NormalizedArguments) : normalizeArguments(args)
  const own = { ...defaultsOf.get(socket), ...ownOptions(given) }
  if (Object.keys(own).length === 0 && given?.localAddress == null) {
    outgoingOf.delete(socket)
    return args
  }
  const request = checkOutgoing({ ...own, localAddress: given.localAddress })
  if (hasHandle(socket) && !socket.destroyed) return refuseHandle(request.isPlain, args)
  outgoingOf.set(socket, new Outgoing(request))
  if (!socket.listeners('connectionAttemptFailed').includes(correctAttempt)) {
    socket.prependListener('connectionAttemptFailed', correctAttempt)
  }
  // Node would refuse a port that is no number.
  const isHidden = request.reserved && (given.localPort !== undefined || given.localAddress !== undefined)
  const hidden = { value: undefined, enumerable: true }
  return isHidden ? [Object.create(given, { localAddress: hidden, localPort: hidden }), listener] : args
}

function refuseHandle(isPlain: boolean, args: readonly unknown[]): readonly unknown[] {
  if (isPlain) return args
  throw descriptorThere()
}

class ControlledSocket extends net.Socket {
  constructor(options?: SocketConstructorOptions) {
    super(options)
    initialize(this, options)
  }

  /**
   * Connects as `net.Socket` does, on a socket that was made to order: `options`, `control` and `localPort: 'reserved'`
   * work as in `connect()` of sockctl, and SO_REUSEADDR is off unless `reuseAddress` turns it on.
   *
   * @throws TypeError or RangeError for a bad argument; what the system refuses is emitted as 'error'
   */
  override connect(options: SocketConnectOptions, connectionListener?: () => void): this
  override connect(port: number, host: string, connectionListener?: () => void): this
  override connect(port: number, connectionListener?: () => void): this
  override connect(path: string, connectionListener?: () => void): this
  override connect(...args: unknown[]): this {
    return super.connect(...(prepare(this, args) as [string]))
  }

  // Node's has a second parameter that only its own streams use.
  override destroy(error?: Error, callback?: undefined): this {
    const outgoing = outgoingOf.get(this)
    if (outgoing?.isMaking) {
      process.nextTick(() => this.destroy(error))
      return this
    }
    const isJoined = error instanceof AggregateError
    if (isJoined) outgoing?.correctAll(error)
    const failure = error && !isJoined ? outgoing?.takeFailure() : undefined
    return Reflect.apply(super.destroy, this, [failure?.error || error, callback])
  }
}

interceptConnecting(ControlledSocket.prototype, (socket) => outgoingOf.get(socket))

/**
 * A `net.Socket` whose `connect()` takes sockctl's options beside Node's. Every `net.Socket` is an instance of it, those
 * that a server accepts included.
 */
export const Socket = callable(ControlledSocket, net.Socket, (socket, [options]) => initialize(socket, options))
/** A `net.Socket` whose `connect()` takes sockctl's options beside Node's. */
export type Socket = ControlledSocket

/** Makes a socket of options that are for one `connect()` alone. */
export function socketForOnce(options: SocketConstructorOptions): Socket {
  const socket = new Socket(options)
  defaultsOf.delete(socket)
  return socket
}
