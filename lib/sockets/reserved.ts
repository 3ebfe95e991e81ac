import { types } from 'node:util'
import { codedError, invalidArgType, invalidArgValue, outOfRange, type SystemError } from '../errors.js'
import {
  optional,
  validateBoolean,
  validateInteger,
  validateObject,
  validatePort,
  validateString,
} from '../validate.js'
import { BareSocket } from './bare.js'

/** Which reserved ports to try, and in what order. */
export interface ReservedPortOptions {
  /** The lowest port of the range. @default 600 */
  low?: number
  /** The highest port of the range. @default 1023 */
  high?: number
  /** The port to start at. @default 'random' */
  start?: number | 'random'
  /** Whether to walk down from the start instead of up; the walk wraps around once. @default false */
  descending?: boolean
  /**
   * The lowest port of a second range, from there up to `low - 1`, that is walked upwards once the first is used up;
   * `low` for none. Below 600 live well-known services such as shell (514) and printer (515).
   *
   * @default 512, or `low` where `low` was given
   */
  reserve?: number
  /** Ports to leave alone. @default none */
  exclude?: readonly number[] | ReadonlySet<number>
  /** The local address. @default the wildcard address */
  address?: string
}

/** What was tried before a range of reserved ports was found to be used up. */
export interface NoReservedPortError extends Error {
  code: 'ERR_SOCKCTL_NO_RESERVED_PORT'
  syscall: 'bind'
  /** How many ports were tried. */
  tried: number
  /** The lowest port of the ranges that were asked for. */
  low: number
  /** The highest. */
  high: number
  /** How many of them failed with each error: `{ EADDRINUSE: 511, EACCES: 1 }`. */
  refusals: Record<string, number>
  /** The local address, where one was asked for. */
  address?: string
}

/**
 * The four traditions of picking a reserved port, as options for `bindReservedPort` and `connect`.
 *
 * - `rresvport`: 1023 down to 512, from the top (rcmd(3)); a busy client meets its own TIME_WAIT remnants first
 * - `bindresvport`: 600 to 1023, then 512 to 599, from a place that depends on the process id (bindresvport(3))
 * - `lpd`: 721 to 731, which is all that a line printer daemon takes (RFC 1179)
 * - `sunrpc`: 1023 down to 665, from a random place, as the Linux NFS client does
 */
export const reservedPorts = {
  rresvport: { low: 512, high: 1023, start: 1023, descending: true },
  bindresvport: { low: 600, high: 1023, start: 600 + (process.pid % 424), reserve: 512 },
  lpd: { low: 721, high: 731 },
  sunrpc: { low: 665, high: 1023, descending: true },
} as const satisfies Record<string, ReservedPortOptions>

const highestReserved = 1023

/** Checks the options of a reserved port. */
export function validateReservedPort(value: unknown, name: string): asserts value is ReservedPortOptions {
  validateObject(value, name)
  const { low, high, start, descending, reserve, exclude, address } = value
  if (low !== undefined) validateInteger(low, `${name}.low`, 1, highestReserved)
  const least = low ?? 600
  if (high !== undefined) validateInteger(high, `${name}.high`, least, highestReserved)
  if (least > (high ?? highestReserved)) throw outOfRange(`${name}.low`, '<= high', low)
  if (start !== undefined && start !== 'random') validateInteger(start, `${name}.start`, least, high ?? highestReserved)
  if (reserve !== undefined) validateInteger(reserve, `${name}.reserve`, 1, least)
  optional(descending, `${name}.descending`, validateBoolean)
  optional(address, `${name}.address`, validateString)
  if (exclude !== undefined) validatePorts(exclude, `${name}.exclude`)
}

/** The reserved ports that are asked for where a port can be given, checked; undefined where a number or nothing is. */
export function reservedOf(port: unknown, name: string): ReservedPortOptions | undefined {
  if (port === undefined || typeof port === 'number') return undefined
  const asked = port === 'reserved' ? {} : port
  if (typeof asked !== 'object') throw invalidArgType(name, "a number, 'reserved' or an object", port)
  validateReservedPort(asked, name)
  return asked
}

/** Refuses a local address beside a reserved port that has another one. */
export function refuseTwoAddresses(given: unknown, reserved: ReservedPortOptions | undefined, name: string): void {
  const own = reserved?.address
  if (given === undefined || own === undefined || given === own) return
  throw invalidArgValue(name, given, `must be the address of the reserved port, ${own}`)
}

function validatePorts(value: unknown, name: string): void {
  if (!Array.isArray(value) && !types.isSet(value)) throw invalidArgType(name, 'an array or Set of ports', value)
  for (const port of value) validatePort(port, name)
}

/** The ports to try, each once, in order. */
export function* reservedCandidates(options: ReservedPortOptions): Generator<number, void, undefined> {
  const { low = 600, high = highestReserved, start = 'random', descending = false } = options
  const { reserve = options.low === undefined ? 512 : low } = options
  const exclude = new Set(options.exclude ?? [])
  const size = high - low + 1
  const first = start === 'random' ? low + Math.floor(Math.random() * size) : start
  for (let step = 0; step < size; step++) {
    const offset = descending ? first - low - step + size : first - low + step
    const port = low + (offset % size)
    if (!exclude.has(port)) yield port
  }
  for (let port = reserve; port < low; port++) if (!exclude.has(port)) yield port
}

/** Walks the candidates, and keeps count of what was refused. */
export class ReservedPortWalk {
  readonly #candidates: Iterator<number, void>
  readonly #refusals: Record<string, number> = {}
  readonly #options: ReservedPortOptions
  #lastRefusal: SystemError | undefined

  constructor(options: ReservedPortOptions) {
    this.#candidates = reservedCandidates(options)
    this.#options = options
  }

  /** Notes that a port cannot be used. */
  refuse(error: SystemError): void {
    this.#refusals[error.code] = (this.#refusals[error.code] ?? 0) + 1
    this.#lastRefusal = error
  }

  /**
   * Takes the next port that is free.
   *
   * @param bind binds to a port, and throws what bind(2) says
   * @throws `ERR_SOCKCTL_NO_RESERVED_PORT`; EACCES where no port was refused for any other reason; what bind(2) says of
   * the socket or the address, at once
   */
  take(bind: (port: number) => void): number {
    for (let next = this.#candidates.next(); !next.done; next = this.#candidates.next()) {
      try {
        bind(next.value)
        return next.value
      } catch (error) {
        if (!isRefusal(error)) throw error
        this.refuse(error)
      }
    }
    throw this.#exhausted()
  }

  /** Binds a socket to the next port that is free. */
  bindNext(socket: BareSocket): number {
    const { address } = this.#options
    return this.take((port) => socket.bind({ address, port }))
  }

  #exhausted(): Error {
    const codes = Object.keys(this.#refusals)
    if (this.#lastRefusal && codes.every((code) => code === 'EACCES')) return this.#lastRefusal
    const tried = Object.values(this.#refusals).reduce((sum, count) => sum + count, 0)
    const reasons = Object.entries(this.#refusals).map(([code, count]) => `${count} with ${code}`)
    const message = `No reserved port is free: ${tried} tried, refused ${reasons.join(', ') || 'none'}`
    const error = codedError('ERR_SOCKCTL_NO_RESERVED_PORT', message)
    // With those that are excluded, which may be all.
    const ports = [...reservedCandidates({ ...this.#options, exclude: [] })]
    const range = { low: Math.min(...ports), high: Math.max(...ports) }
    const { address } = this.#options
    const place = address === undefined ? {} : { address }
    return Object.assign(error, { syscall: 'bind', tried, ...range, refusals: this.#refusals, ...place })
  }
}

/** Whether a failed bind says something about the port, and not about the socket or the address. */
function isRefusal(error: unknown): error is SystemError {
  const { code, syscall } = error as SystemError
  return syscall === 'bind' && (code === 'EADDRINUSE' || code === 'EACCES')
}

/**
 * Binds a socket to a free port below 1024. It sets no option: SO_REUSEADDR would hand out ports whose last connection
 * is still in TIME_WAIT, and the clash would show at connect() instead.
 *
 * @param socket the socket, not bound yet
 * @param options which ports, in what order @default 600 to 1023 from a random place, then 512 to 599
 * @returns the port
 * @throws `ERR_SOCKCTL_NO_RESERVED_PORT` with `tried` and `refusals` when the range is used up; EACCES when none of its
 * ports is allowed (it takes CAP_NET_BIND_SERVICE, or `net.ipv4.ip_unprivileged_port_start` below the range)
 * @see rcmd(3), bindresvport(3), capabilities(7), ip(7)
 */
export function bindReservedPort(socket: BareSocket, options: ReservedPortOptions = {}): number {
  if (!(socket instanceof BareSocket)) throw invalidArgType('socket', 'an instance of BareSocket', socket)
  if (socket.family === 'unix') throw invalidArgValue('socket', socket.family, 'must be an ipv4 or ipv6 socket')
  validateReservedPort(options, 'options')
  return new ReservedPortWalk(options).bindNext(socket)
}
