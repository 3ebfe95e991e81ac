import { constants } from 'node:os'
import { getSystemErrorMap, inspect } from 'node:util'

/** An error that the system returned, in the form of Node's own. */
export interface SystemError extends Error {
  /** The name of the error: `EADDRINUSE`, or `ERR_SOCKCTL_UNSUPPORTED` and the like. */
  code: string
  /** The errno, negative as Node has it. */
  errno: number
  /** The system call that failed. */
  syscall: string
  address?: string
  port?: number
  /** The socket option, where it is about one. */
  option?: string
}

/** What an error is about, beyond its number and call. */
export interface ErrorDetail {
  address?: string | undefined
  port?: number | undefined
  option?: string | undefined
}

const errnoByName: Readonly<Record<string, number>> = constants.errno

/** The negative errno of a name such as `EADDRINUSE`. */
export function errnoOf(name: string): number {
  const errno = errnoByName[name]
  if (errno === undefined) throw new RangeError(`Unknown error name ${name}`)
  return -errno
}

/** The name of a negative errno. Node's own map goes first: it calls EOPNOTSUPP `ENOTSUP`, as its users know it. */
export function errorName(errno: number): string {
  const known = getSystemErrorMap().get(errno)
  if (known) return known[0]
  const named = Object.entries(errnoByName).find(([, value]) => value === -errno)
  return named ? named[0] : `UNKNOWN_${-errno}`
}

function place(detail: ErrorDetail): string {
  const address = detail.port === undefined ? detail.address : `${detail.address ?? ''}:${detail.port}`
  return [address, detail.option].filter((part) => part !== undefined).join(' ')
}

/** Makes the error for a negated errno that a native call returned. */
export function systemError(errno: number, syscall: string, detail: ErrorDetail = {}): SystemError {
  const code = errorName(errno)
  const error = new Error(`${syscall} ${code} ${place(detail)}`.trimEnd())
  return Object.assign(error, { code, errno, syscall }, defined(detail))
}

function defined(detail: ErrorDetail): { address?: string; port?: number; option?: string } {
  return Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined))
}

const unsupportedErrnos: ReadonlySet<number> = new Set([errnoOf('ENOPROTOOPT'), errnoOf('EOPNOTSUPP')])

/** Whether the system said that it has no such option: by either of two numbers, whichever level one asks. */
export function isUnsupported(errno: number): boolean {
  return unsupportedErrnos.has(errno)
}

/** Makes an `ERR_SOCKCTL_UNSUPPORTED`: this system, or this kind of socket, lacks what was asked for. */
export function unsupported(message: string, detail: object = {}): Error {
  const { cause, ...rest } = detail as { cause?: unknown }
  const error = new Error(message, cause === undefined ? undefined : { cause })
  return Object.assign(error, { code: 'ERR_SOCKCTL_UNSUPPORTED' }, rest)
}

/** Makes an `ERR_SOCKCTL_TOO_LATE`: the option does nothing in the state that the socket is in. */
export function tooLate(option: string, state: string, deadline: string): Error {
  const message = `${option} does nothing on a ${state} socket: set it before ${deadline}`
  return Object.assign(new Error(message), { code: 'ERR_SOCKCTL_TOO_LATE', option, syscall: 'setsockopt' })
}

/** Makes a Node-style `ERR_INVALID_ARG_TYPE`. */
export function invalidArgType(name: string, expected: string, actual: unknown): TypeError {
  const noun = name.includes('.') ? 'property' : 'argument'
  const received = inspect(actual, { depth: 0 }).slice(0, 80)
  const message = `The "${name}" ${noun} must be ${expected}. Received ${received}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' })
}

/** Makes a Node-style `ERR_INVALID_ARG_VALUE`. */
export function invalidArgValue(name: string, actual: unknown, reason: string): TypeError {
  const noun = name.includes('.') ? 'property' : 'argument'
  const message = `The ${noun} '${name}' ${reason}. Received ${inspect(actual, { depth: 0 }).slice(0, 80)}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
}

/** Makes a Node-style `ERR_OUT_OF_RANGE`. */
export function outOfRange(name: string, range: string, actual: unknown): RangeError {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${inspect(actual)}`
  return Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' })
}

/** Makes an error with one of Node's codes that need no more than a message. */
export function codedError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/** Makes the error that Node gives for a signal that fired. */
export function abortError(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason })
  error.name = 'AbortError'
  return Object.assign(error, { code: 'ABORT_ERR' })
}
