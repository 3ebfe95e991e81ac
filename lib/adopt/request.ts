import net from 'node:net'
import { invalidArgValue } from '../errors.js'
import { validateAddress } from '../ipaddress.js'
import { encodePath } from '../sockaddr.js'
import { type ReservedPortOptions, refuseTwoAddresses, reservedOf } from '../sockets/reserved.js'
import {
  maxInt32,
  optional,
  validateBoolean,
  validateFunction,
  validateInteger,
  validateObject,
  validateOneOf,
  validatePort,
  validateSignal,
  validateString,
} from '../validate.js'
import {
  checkKind,
  checkPreparation,
  type Preparation,
  type SocketPreparation,
  type StreamProtocol,
} from './prepare.js'

/** How `connect` connects. What Node's `net.connect` knows has Node's meaning, but for `timeout` and `signal`. */
export interface ConnectOptions extends SocketPreparation {
  /** The port to connect to. */
  port?: number | undefined
  /** The name or address to connect to. @default 'localhost' */
  host?: string | undefined
  /** The path of a Unix socket, instead of host and port. */
  path?: string | undefined
  /** 'mptcp' to connect over Multipath TCP; a peer that has none makes it plain TCP. @default 'tcp' */
  protocol?: StreamProtocol | undefined
  /** The local address. @default the kernel's choice */
  localAddress?: string | undefined
  /** The local port, or which reserved port to take; 'reserved' stands for the defaults of `bindReservedPort`. @default the kernel's choice */
  localPort?: number | 'reserved' | ReservedPortOptions | undefined
  /** SO_REUSEADDR. With it, a clash with an earlier connection shows at connect, as EADDRNOTAVAIL. @default false */
  reuseAddress?: boolean | undefined
  /** 4 or 6 to look up addresses of one family, 0 for both. @default 0 */
  family?: 0 | 4 | 6 | undefined
  /** Hints for the lookup, as for `dns.lookup`. */
  hints?: number | undefined
  /** A lookup of one's own, as for `dns.lookup`. */
  lookup?: net.LookupFunction | undefined
  /** Whether to try all addresses of a name in turn. @default net.getDefaultAutoSelectFamily() */
  autoSelectFamily?: boolean | undefined
  /** How long to wait for each address but the last, in ms. @default net.getDefaultAutoSelectFamilyAttemptTimeout() */
  autoSelectFamilyAttemptTimeout?: number | undefined
  /** How long to wait for the connection as a whole, lookup included, in ms; ETIMEDOUT then. @default no limit but the kernel's */
  timeout?: number | undefined
  /** Ends the wait. The connected socket has nothing to do with it any more. */
  signal?: AbortSignal | undefined
  /** Keep the writable side open when the peer ends. @default false */
  allowHalfOpen?: boolean | undefined
  /** TCP_NODELAY. @default false */
  noDelay?: boolean | undefined
  /** SO_KEEPALIVE. @default false */
  keepAlive?: boolean | undefined
  /** How long a connection is idle before it is probed, in ms. @default 0, which leaves the system's */
  keepAliveInitialDelay?: number | undefined
  /** Reads into one buffer, as for `net.Socket`. */
  onread?: net.OnReadOpts | undefined
}

/** A checked request to connect. */
export interface ConnectRequest {
  readonly preparation: Preparation
  readonly port: number
  readonly host: string
  readonly path: string | undefined
  readonly localAddress: string | undefined
  readonly localPort: number
  /** Which reserved ports to try, where one is asked for. */
  readonly reserved: ReservedPortOptions | undefined
  readonly autoSelectFamily: boolean
  readonly attemptTimeout: number
  readonly given: ConnectOptions
}

const minAttemptTimeout = 10

function checkNodeOptions(options: Record<string, unknown>): void {
  optional(options.host, 'options.host', validateString)
  if (options.family !== undefined) validateOneOf(options.family, 'options.family', [0, 4, 6])
  if (options.hints !== undefined) validateInteger(options.hints, 'options.hints', 0, maxInt32)
  optional(options.lookup, 'options.lookup', validateFunction)
  for (const name of ['autoSelectFamily', 'allowHalfOpen', 'noDelay', 'keepAlive']) {
    if (options[name] !== undefined) validateBoolean(options[name], `options.${name}`)
  }
  for (const name of ['autoSelectFamilyAttemptTimeout', 'timeout', 'keepAliveInitialDelay']) {
    if (options[name] !== undefined) validateInteger(options[name], `options.${name}`, 0, maxInt32)
  }
  optional(options.onread, 'options.onread', validateObject)
  optional(options.signal, 'options.signal', validateSignal)
}

function checkRemote(options: ConnectOptions): void {
  if (options.path === undefined) {
    if (options.port === undefined) throw missingPort()
    validatePort(options.port, 'options.port')
    return
  }
  encodePath(options.path, 'options.path')
  for (const name of ['port', 'host', 'protocol', 'localAddress', 'localPort'] as const) {
    if (options[name] !== undefined) throw invalidArgValue(`options.${name}`, options[name], 'does not go with a path')
  }
}

function missingPort(): TypeError {
  const message = 'The "options" argument must specify "port" or "path"'
  return Object.assign(new TypeError(message), { code: 'ERR_MISSING_ARGS' })
}

function checkReserved({ localPort, localAddress }: ConnectOptions): ReservedPortOptions | undefined {
  const asked = reservedOf(localPort, 'options.localPort')
  refuseTwoAddresses(localAddress, asked, 'options.localAddress')
  return asked && { ...asked, ...(localAddress === undefined ? {} : { address: localAddress }) }
}

/** Checks a request to connect, without a system call. */
export function checkConnect(given: unknown): ConnectRequest {
  validateObject(given, 'options')
  const options: ConnectOptions = given
  checkRemote(options)
  checkNodeOptions(given)
  const reserved = checkReserved(options)
  if (!reserved && options.localPort !== undefined) validatePort(options.localPort, 'options.localPort')
  const localAddress = reserved?.address ?? options.localAddress
  if (localAddress !== undefined) validateAddress(localAddress, 'options.localAddress')
  const attemptTimeout = options.autoSelectFamilyAttemptTimeout ?? net.getDefaultAutoSelectFamilyAttemptTimeout()
  return {
    preparation: checkPreparation(options, false, checkKind(options.protocol)),
    port: options.port ?? 0,
    host: options.host || 'localhost',
    path: options.path,
    localAddress,
    localPort: reserved ? 0 : Number(options.localPort ?? 0),
    reserved,
    autoSelectFamily: options.autoSelectFamily ?? net.getDefaultAutoSelectFamily(),
    attemptTimeout: Math.max(attemptTimeout, minAttemptTimeout),
    given: options,
  }
}
