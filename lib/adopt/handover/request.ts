import net from 'node:net'
import { abortError, invalidArgType, invalidArgValue } from '../../errors.js'
import { fdOf, type SocketLike } from '../../handle.js'
import {
  maxInt32,
  optional,
  validateFunction,
  validateInteger,
  validateObject,
  validateSignal,
  validateString,
} from '../../validate.js'
import type { Patience } from './lines.js'
import type { HandoverPolicy } from './peer.js'
import { refusalOf } from './received.js'

/** How sockets are sent and received. */
export interface HandoverOptions {
  /** Whether the other side may take part. @default processes of the same user, and of root */
  allow?: HandoverPolicy | undefined
  /** How long to wait for each answer of the other side, in milliseconds. @default 10000 */
  timeout?: number | undefined
  /** Ends the wait. */
  signal?: AbortSignal | undefined
}

/** How sockets are received. */
export interface ReceiveOptions extends HandoverOptions {
  /** How many sockets to take at most. @default 4096 */
  limit?: number | undefined
}

/** A checked request. */
export interface HandoverRequest extends Patience {
  readonly allow: HandoverPolicy | undefined
  readonly limit: number
}

/** Sockets by name. */
export type NamedSockets = Readonly<Record<string, SocketLike>> | ReadonlyMap<string, SocketLike>

const defaultTimeout = 10_000
const defaultLimit = 4096
/** The most that a count of sockets can be. */
export const mostSockets = 65_536
const longestName = 255

/** Checks a name that a socket goes by: 1 to 255 bytes, no control characters. */
export function isName(name: unknown): name is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const isText = typeof name === 'string' && name !== '' && !/[\0-\x1f\x7f]/.test(name)
  return isText && Buffer.byteLength(name) <= longestName
}

/** Checks what every handover is told. */
export function checkHandover(options: unknown): HandoverRequest {
  validateObject(options, 'options')
  const { allow, timeout, signal, limit }: ReceiveOptions = options
  optional(allow, 'options.allow', validateFunction)
  optional(signal, 'options.signal', validateSignal)
  if (timeout !== undefined) validateInteger(timeout, 'options.timeout', 1, maxInt32)
  if (limit !== undefined) validateInteger(limit, 'options.limit', 0, mostSockets)
  return { allow, timeout: timeout ?? defaultTimeout, signal, limit: limit ?? defaultLimit }
}

/** Throws an AbortError where the signal has fired. */
export function refuseAborted({ signal }: { readonly signal?: AbortSignal | undefined }): void {
  if (signal?.aborted) throw abortError(signal)
}

/** Checks a channel: a `net.Socket`; that it is a connected Unix socket the kernel tells. */
export function checkChannel(channel: unknown): asserts channel is net.Socket {
  if (!(channel instanceof net.Socket)) throw invalidArgType('channel', 'an instance of net.Socket', channel)
  const { readableEncoding } = channel
  if (readableEncoding !== null) {
    throw invalidArgValue('channel.readableEncoding', readableEncoding, 'must be null: what comes is bytes')
  }
}

/** Checks sockets to send, and gives their descriptors. */
export function checkSockets(sockets: unknown): Map<string, number> {
  validateObject(sockets, 'sockets')
  const entries = sockets instanceof Map ? [...sockets] : Object.entries(sockets)
  const found = new Map<string, number>()
  for (const [name, socket] of entries as [unknown, SocketLike][]) {
    validateString(name, 'name of a socket')
    if (!isName(name)) throw invalidArgValue('name of a socket', name, 'must be 1 to 255 bytes of text')
    const fd = fdOf(socket)
    const refusal = refusalOf(fd)
    if (refusal) throw invalidArgValue(`sockets.${name}`, socket, `cannot be handed over: it ${refusal}`)
    found.set(name, fd)
  }
  if (found.size > mostSockets) throw invalidArgValue('sockets', sockets, `must be at most ${mostSockets}`)
  return found
}
