import net from 'node:net'
import { invalidArgType, invalidArgValue } from '../errors.js'
import { encodePath } from '../sockaddr.js'
import { defaultBacklog } from '../sockets/bare.js'
import { type ReservedPortOptions, refuseTwoAddresses, reservedOf } from '../sockets/reserved.js'
import {
  maxInt32,
  optional,
  validateBoolean,
  validateInteger,
  validateObject,
  validateOneOf,
  validatePort,
  validateSignal,
  validateString,
} from '../validate.js'
import { checkReady } from './handover/adopt.js'
import type { ReceivedSocket } from './handover/received.js'
import {
  checkKind,
  checkPreparation,
  type Preparation,
  type SocketPreparation,
  type StreamProtocol,
} from './prepare.js'
import { type StalePolicy, stalePolicies } from './unix.js'

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
  /**
   * What to do about the file of a Unix socket at which nobody listens any more: 'refuse' with EADDRINUSE, or 'remove'
   * it. What is removed and what never, `docs/binding.md` says.
   *
   * @default 'refuse'
   */
  staleSocket?: StalePolicy | undefined
  /**
   * A socket that another process made, which the server owns from then on, instead of a new one: of `receiveSockets`, or
   * of `activatedSockets`.
   */
  socket?: ReceivedSocket | undefined
  /** The name of a socket that systemd passed to this process, the next of that name that is not in use. */
  activated?: string | undefined
  /** 'mptcp' to serve over Multipath TCP, and over plain TCP whoever has no other. @default 'tcp' */
  protocol?: StreamProtocol | undefined
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
export interface ListenRequest extends Omit<ListenOptions, 'port'> {
  readonly preparation: Preparation
  readonly port: number
  readonly backlog: number
  readonly staleSocket: StalePolicy
  /** Which reserved ports to try, where one is asked for. */
  readonly reserved: ReservedPortOptions | undefined
}

function checkPath(options: Record<string, unknown>): void {
  encodePath(options.path, 'options.path')
  for (const name of ['port', 'host', 'protocol']) {
    if (options[name] !== undefined) throw invalidArgValue(`options.${name}`, options[name], 'does not go with a path')
  }
}

/** Checks a request to listen, without a system call. */
export function checkListen(server: unknown, options: unknown): ListenRequest {
  if (!(server instanceof net.Server)) throw invalidArgType('server', 'an instance of net.Server', server)
  validateObject(options, 'options')
  const { port, path, backlog, ipv6Only, reusePort, readableAll, writableAll, staleSocket, signal } = options
  const reserved = reservedOf(port, 'options.port')
  if (!reserved && port !== undefined) validatePort(port, 'options.port')
  refuseTwoAddresses(options.host, reserved, 'options.host')
  const host = options.host ?? reserved?.address
  optional(host, 'options.host', validateString)
  if (path !== undefined) checkPath(options)
  checkReady(options)
  if (backlog !== undefined) validateInteger(backlog, 'options.backlog', 0, maxInt32)
  optional(ipv6Only, 'options.ipv6Only', validateBoolean)
  optional(reusePort, 'options.reusePort', validateBoolean)
  optional(readableAll, 'options.readableAll', validateBoolean)
  optional(writableAll, 'options.writableAll', validateBoolean)
  if (staleSocket !== undefined) validateOneOf(staleSocket, 'options.staleSocket', stalePolicies)
  optional(signal, 'options.signal', validateSignal)
  const preparation = checkPreparation(options, true, checkKind(options.protocol))
  return {
    ...options,
    host: host as string | undefined,
    preparation,
    port: reserved ? 0 : Number(port ?? 0),
    backlog: backlog || defaultBacklog,
    staleSocket: staleSocket ?? 'refuse',
    reserved,
  }
}
