import { channel } from 'node:diagnostics_channel'
import net from 'node:net'
import { getSystemErrorMap } from 'node:util'
import { codedError, errnoOf, invalidArgValue, type SystemError } from '../errors.js'
import { isListening } from '../handle/adopt.js'
import { bringsSocket, handOver, interceptListening, type ListenPlace, listenTurn } from '../handle/listening.js'
import { familyOf } from '../ipaddress.js'
import type { Family } from '../platform.js'
import type { AddressInput } from '../sockaddr.js'
import { defaultBacklog } from '../sockets/bare.js'
import { callable } from './callable.js'
import { isAbstract, removerOf } from './path.js'
import {
  checkKind,
  checkPreparation,
  isFromControl,
  type Preparation,
  type SocketPreparation,
  type StreamProtocol,
  withSocket,
} from './prepare.js'

/** How a `Server` of sockctl listens: as `net.Server` does, with sockctl's options beside Node's. */
export interface ServerListenOptions extends net.ListenOptions, SocketPreparation {
  /** SO_REUSEPORT, on every Node. @default false */
  reusePort?: boolean | undefined
  /** MPTCP where the kernel has it. @default 'tcp' */
  protocol?: StreamProtocol | undefined
}

/** What one `listen()` asked for beyond what Node passes on. */
interface Asked {
  readonly preparation: Preparation
  readonly reusePort: boolean
  /** Whether it asks for what Node cannot do. */
  readonly isOwn: boolean
}

interface Spot {
  readonly family: Family
  readonly address: AddressInput
}

const ipv6OnlyFlag = 1
const reusePortFlag = 2
const longestPath = 107
/** Where Node tells observers of a server that cannot listen. */
const failures = channel('tracing:net.server.listen:error')
const askedOf = new WeakMap<net.Server, Asked>()

/** The place that is asked for; without an address IPv6 for both families and, where that is not to be had, IPv4. */
function spotsOf({ address, port }: ListenPlace): Spot[] {
  if (port === -1) return [{ family: 'unix', address: { path: address ?? '' } }]
  if (address) return [{ family: familyOf(address) ?? 'ipv4', address: { address, port } }]
  return [
    { family: 'ipv6', address: { address: '::', port } },
    { family: 'ipv4', address: { address: '0.0.0.0', port } },
  ]
}

const alreadyListens = 'Listen method has been called more than once without closing.'

/** Node takes anything for the length of the queue, and its own length for what is no number above 0. */
function lengthOf(backlog: unknown): number {
  const length = Number(backlog) | 0
  return length > 0 ? length : defaultBacklog
}

/** Gives the server a listening socket, unless it turns out not to want one any more. */
function listenAt(server: net.Server, { family, address }: Spot, { backlog, flags }: ListenPlace): boolean {
  const { preparation, reusePort } = askedOf.get(server) ?? {
    preparation: checkPreparation({}, true),
    reusePort: false,
  }
  const own = {
    SO_REUSEPORT: reusePort || (flags & reusePortFlag) !== 0 || undefined,
    IPV6_V6ONLY: family === 'ipv6' ? (flags & ipv6OnlyFlag) !== 0 : undefined,
  }
  const turn = listenTurn(server)
  return withSocket(family, preparation, own, (socket) => {
    // The control function may have made the server listen itself, or closed it, as Node does when the signal fires.
    if (isListening(server)) throw codedError('ERR_SERVER_ALREADY_LISTEN', alreadyListens)
    if (listenTurn(server) !== turn) {
      socket.close()
      return false
    }
    socket.listen(lengthOf(backlog), address)
    // Node removes the file of a Unix socket when it closes the handle, not at 'close'.
    const remove = address.path === undefined ? undefined : removerOf(address.path)
    try {
      handOver(server, socket, remove)
    } catch (error) {
      remove?.()
      throw error
    }
    return true
  })
}

/** Node says so of a folder that is missing, as Windows does. */
const missingFolder = errnoOf('EACCES')

/** The error in Node's words: with a description, and with a port where Node has one. */
function described(error: SystemError, { address }: Spot, { port }: ListenPlace): SystemError {
  const isMissing = port === -1 && error.code === 'ENOENT'
  const errno = isMissing ? missingFolder : error.errno
  const [code, description] = getSystemErrorMap().get(errno) ?? [error.code, '']
  const at = address.path ?? address.address ?? ''
  const shown = new Error(`${error.syscall} ${code}: ${description} ${at}${port > 0 ? `:${port}` : ''}`)
  const detail = { code, errno, syscall: error.syscall, address: at }
  return Object.assign(shown, detail, port === 0 ? {} : { port })
}

function isFromBinding(error: unknown): error is SystemError {
  const { syscall } = Object(error) as Partial<SystemError>
  return (syscall === 'bind' || syscall === 'listen') && !isFromControl(error)
}

/** Whether every Node means the same by a path. */
function isPlainPath(path: string | null): boolean {
  return path !== null && !isAbstract(path) && Buffer.byteLength(path) <= longestPath
}

/** Whether another family may do better, as Node sees it. */
function leavesHope(error: unknown): boolean {
  const { code, syscall } = Object(error) as Partial<SystemError>
  return (syscall === 'bind' || syscall === 'socket') && code !== 'EADDRINUSE' && !isFromControl(error)
}

/** Listens, and tells of a failure in the next tick, as Node does. */
function listenOrFail(server: net.Server, place: ListenPlace, [spot, ...others] = spotsOf(place)): boolean {
  if (!spot) return false
  try {
    return listenAt(server, spot, place)
  } catch (error) {
    if (others.length > 0 && leavesHope(error)) return listenOrFail(server, place, others)
    const shown = isFromBinding(error) ? described(error, spot, place) : error
    failures.publish({ server, error: shown })
    process.nextTick(() => server.emit('error', shown))
    return false
  }
}

/** The options among the arguments of `listen()`, where there are any. */
function optionsOf([first]: readonly unknown[]): ServerListenOptions {
  return typeof first === 'object' && first !== null ? first : {}
}

/** Checks what sockctl adds, and gives the arguments that are left for Node. */
function prepare(server: net.Server, args: unknown[]): unknown[] {
  const options = optionsOf(args)
  const { reuseAddress, control, protocol, reusePort } = options
  const preparation = checkPreparation(options, true, checkKind(protocol))
  const isOwn =
    reuseAddress !== undefined || control !== undefined || options.options !== undefined || protocol !== undefined
  if (isOwn && bringsSocket(options)) {
    throw invalidArgValue('options', options, 'must not ask for a socket of its own kind and bring one')
  }
  if (!server.listening) askedOf.set(server, { preparation, reusePort: reusePort === true, isOwn })
  // The primary of a cluster, which would make the socket otherwise, knows nothing of these. Newer Nodes write to it.
  const exclusive = { value: true, enumerable: true, writable: true }
  return isOwn || reusePort === true ? [Object.create(options, { exclusive }), ...args.slice(1)] : args
}

class ControlledServer extends net.Server {
  /**
   * Listens as `net.Server` does, on a socket that was made to order: `options`, `control`, `reuseAddress` and
   * `reusePort` work as in `listen()` of sockctl. It binds and listens in one step.
   *
   * In a `cluster` worker that gives none of these the primary makes the socket, as for `net.Server`; with any of them
   * the socket is the worker's own.
   *
   * @throws TypeError or RangeError for a bad argument; what the system refuses is emitted as 'error', with the true
   * `syscall`: `bind` where Node says `listen`
   */
  override listen(options: ServerListenOptions, listeningListener?: () => void): this
  override listen(port?: number, hostname?: string, backlog?: number, listeningListener?: () => void): this
  override listen(port?: number, hostname?: string, listeningListener?: () => void): this
  override listen(port?: number, backlog?: number, listeningListener?: () => void): this
  override listen(port?: number, listeningListener?: () => void): this
  override listen(path: string, backlog?: number, listeningListener?: () => void): this
  override listen(path: string, listeningListener?: () => void): this
  override listen(handle: object, backlog?: number, listeningListener?: () => void): this
  override listen(handle: object, listeningListener?: () => void): this
  override listen(...args: unknown[]): this {
    return super.listen(...(prepare(this, args) as [number]))
  }
}

interceptListening(ControlledServer.prototype, {
  // An older Node cuts or fills up such a name in its own way, when it connects to it too.
  makes: (server, { address, port }) => port !== -1 || isPlainPath(address) || Boolean(askedOf.get(server)?.isOwn),
  make: (server, place) => listenOrFail(server, place),
})

/** A `net.Server` whose `listen()` takes sockctl's options beside Node's. Every `net.Server` is an instance of it. */
export const Server = callable(ControlledServer, net.Server, () => {})
/** A `net.Server` whose `listen()` takes sockctl's options beside Node's. */
export type Server = ControlledServer
