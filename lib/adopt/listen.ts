import { once } from 'node:events'
import net from 'node:net'
import { codedError, invalidArgType, invalidArgValue, type SystemError } from '../errors.js'
import { adoptListener, isListening } from '../handle.js'
import type { SocketOptions } from '../options/index.js'
import type { Family } from '../platform.js'
import { type AddressInput, encodePath, familyOf, validateAddress } from '../sockaddr.js'
import { type BareSocket, defaultBacklog } from '../sockets/bare.js'
import { type ReservedPortOptions, ReservedPortWalk, refuseTwoAddresses, reservedOf } from '../sockets/reserved.js'
import {
  maxInt32,
  optional,
  validateBoolean,
  validateInteger,
  validateObject,
  validatePort,
  validateSignal,
  validateString,
} from '../validate.js'
import { Canceller } from './canceller.js'
import { removePath, tendPath } from './path.js'
import { checkPreparation, isFromControl, type Preparation, type SocketPreparation, withSocket } from './prepare.js'

/** How `listen` binds and listens. What Node's `server.listen` knows has Node's meaning. */
export interface ListenOptions extends SocketPreparation {
  /**
   * The port, or which reserved port to take; 'reserved' stands for the defaults of `bindReservedPort`.
   *
   * @default 0, which lets the kernel choose
   */
  port?: number | 'reserved' | ReservedPortOptions | undefined
  /** The address or name to bind to; of a name, its first address. @default '::' for both families, '0.0.0.0' without IPv6 */
  host?: string | undefined
  /** The path of a Unix socket; one that starts with `\0` is an abstract name. The file goes when the server closes. */
  path?: string | undefined
  /** The length of the accept queue. @default 511 */
  backlog?: number | undefined
  /** Whether an IPv6 listener leaves IPv4 alone. @default false */
  ipv6Only?: boolean | undefined
  /** SO_REUSEPORT: more listeners of the same user on the same port, among whom the kernel shares the connections. @default false */
  reusePort?: boolean | undefined
  /** SO_REUSEADDR: bind over remnants in TIME_WAIT. @default true */
  reuseAddress?: boolean | undefined
  /** Makes a Unix socket readable for all users. @default false */
  readableAll?: boolean | undefined
  /** Makes a Unix socket writable for all users. @default false */
  writableAll?: boolean | undefined
  /** Closes the server when it fires. */
  signal?: AbortSignal | undefined
}

/** A checked request to listen. */
interface Request extends Omit<ListenOptions, 'port'> {
  readonly preparation: Preparation
  readonly port: number
  readonly backlog: number
  /** Which reserved ports to try, where one is asked for. */
  readonly reserved: ReservedPortOptions | undefined
}

/** A place to try to listen at. */
interface Place {
  readonly family: Family
  readonly address: AddressInput
}

function checkPath(options: Record<string, unknown>): void {
  encodePath(options.path, 'options.path')
  for (const name of ['port', 'host']) {
    if (options[name] !== undefined) throw invalidArgValue(`options.${name}`, options[name], 'does not go with a path')
  }
}

function check(server: unknown, options: unknown): Request {
  if (!(server instanceof net.Server)) throw invalidArgType('server', 'an instance of net.Server', server)
  validateObject(options, 'options')
  const { port, path, backlog, ipv6Only, reusePort, readableAll, writableAll, signal } = options
  const reserved = reservedOf(port, 'options.port')
  if (!reserved && port !== undefined) validatePort(port, 'options.port')
  refuseTwoAddresses(options.host, reserved, 'options.host')
  const host = options.host ?? reserved?.address
  optional(host, 'options.host', validateString)
  if (path !== undefined) checkPath(options)
  if (backlog !== undefined) validateInteger(backlog, 'options.backlog', 0, maxInt32)
  optional(ipv6Only, 'options.ipv6Only', validateBoolean)
  optional(reusePort, 'options.reusePort', validateBoolean)
  optional(readableAll, 'options.readableAll', validateBoolean)
  optional(writableAll, 'options.writableAll', validateBoolean)
  optional(signal, 'options.signal', validateSignal)
  const preparation = checkPreparation(options, true)
  return {
    ...options,
    host: host as string | undefined,
    preparation,
    port: reserved ? 0 : Number(port ?? 0),
    backlog: backlog || defaultBacklog,
    reserved,
  }
}

/** The first address of a name. */
async function firstAddress(host: string): Promise<string> {
  const { lookup } = await import('node:dns/promises')
  return (await lookup(host)).address
}

/** The places to try in turn: the second one only where the system has no IPv6. */
async function places({ path, host, port }: Request): Promise<Place[]> {
  if (path !== undefined) return [{ family: 'unix', address: { path } }]
  if (host === undefined || host === '') {
    return [
      { family: 'ipv6', address: { address: '::', port } },
      { family: 'ipv4', address: { address: '0.0.0.0', port } },
    ]
  }
  const address = familyOf(host) ? host : await firstAddress(host)
  return [{ family: validateAddress(address, 'options.host'), address: { address, port } }]
}

function ownOptions(request: Request, family: Family): SocketOptions {
  return {
    SO_REUSEPORT: request.reusePort || undefined,
    IPV6_V6ONLY: family === 'ipv6' ? (request.ipv6Only ?? false) : undefined,
  }
}

const noFamily: ReadonlySet<string | undefined> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])

function listenTo(socket: BareSocket, { address, family }: Place, { backlog, reserved }: Request): void {
  if (reserved && family !== 'unix') {
    new ReservedPortWalk(reserved).take((port) => socket.listen(backlog, { ...address, port }))
  } else socket.listen(backlog, address)
}

/** Listens at the first place whose family the system has. */
function listenAt<Result>(
  all: readonly Place[],
  request: Request,
  stop: AbortSignal | undefined,
  adopt: (socket: BareSocket) => Result,
): Result {
  const [place, ...rest] = all as [Place, ...Place[]]
  try {
    return withSocket(place.family, request.preparation, ownOptions(request, place.family), (socket) => {
      // The control function may have fired the signal.
      stop?.throwIfAborted()
      listenTo(socket, place, request)
      return adoptOrRemove(socket, request, adopt)
    })
  } catch (error) {
    if (rest.length > 0 && lacksFamily(error)) return listenAt(rest, request, stop, adopt)
    throw error
  }
}

function adoptOrRemove<Result>(socket: BareSocket, { path }: Request, adopt: (socket: BareSocket) => Result): Result {
  try {
    return adopt(socket)
  } catch (error) {
    if (path !== undefined) removePath(path)
    throw error
  }
}

/** Whether the system turned out to have no such family of addresses. */
function lacksFamily(error: unknown): boolean {
  const { code, syscall } = error as SystemError
  return noFamily.has(code) && (syscall === 'socket' || syscall === 'bind') && !isFromControl(error)
}

function refuseListening(server: net.Server): void {
  if (!isListening(server)) return
  throw codedError('ERR_SERVER_ALREADY_LISTEN', 'Listen method has been called more than once without closing.')
}

function closeWith(server: net.Server, signal: AbortSignal | undefined): void {
  if (!signal) return
  const close = () => server.close()
  signal.addEventListener('abort', close, { once: true })
  server.once('close', () => signal.removeEventListener('abort', close))
}

/**
 * Starts a server of Node's (`net`, `tls`, `http`, `https`, `http2`) on a socket that was made to order: options before
 * bind, SO_REUSEADDR as asked, and bind and listen in one native step, so that nobody can take the port in between.
 * The server owns the socket and is a stock server from then on, its events included.
 *
 * In a `cluster` worker the listener is the worker's own; with `reusePort` the workers share a port.
 *
 * @param server the server, not listening
 * @param options where and how to listen
 * @returns the server, listening
 * @throws (rejects) a system error with the true `syscall`: `bind` where Node says `listen`; `setsockopt`, `socket`,
 * `listen`; ENOTFOUND and the like for a name; `ERR_SERVER_ALREADY_LISTEN`; an AbortError. No 'error' is emitted, and
 * no descriptor is left.
 * @see bind(2), listen(2)
 */
export async function listen<Server extends net.Server>(server: Server, options: ListenOptions): Promise<Server> {
  const request = check(server, options)
  const { signal } = request
  const canceller = new Canceller(signal, undefined)
  try {
    const all = await canceller.race(() => places(request))
    canceller.signal?.throwIfAborted()
    refuseListening(server)
    const listening = listenAt(all, request, canceller.signal, (socket) => {
      if (request.path !== undefined) tendPath(server, request.path, request)
      adoptListener(server, socket, request.backlog, request.path)
      return once(server, 'listening', canceller.signal && { signal: canceller.signal })
    })
    closeWith(server, signal)
    await listening
    return server
  } catch (error) {
    throw canceller.signal?.aborted ? canceller.signal.reason : error
  } finally {
    canceller[Symbol.dispose]()
  }
}
