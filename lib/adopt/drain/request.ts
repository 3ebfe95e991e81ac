import net from 'node:net'
import { invalidArgType } from '../../errors.js'
import { sameListener } from '../../handle/adopt.js'
import { maxInt32, optional, validateInteger, validateObject, validateSignal } from '../../validate.js'

/** How `drain` waits. */
export interface DrainOptions {
  /**
   * How long to wait for the listener to be empty, in milliseconds. Then it closes all the same, and the report says what
   * was left. A client that goes away in the middle of its handshake is waited for.
   *
   * @default 10000
   */
  timeout?: number | undefined
  /** Ends the drain before the close: the server goes on listening as before. */
  signal?: AbortSignal | undefined
}

/** A checked request to drain. */
export interface DrainRequest {
  readonly server: net.Server
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** Whether the server still has the listener that is to be drained. */
  readonly isListening: () => boolean
}

const usualTimeout = 10_000

/** Checks a request to drain, without a system call. */
export function checkDrain(server: unknown, options: unknown): DrainRequest {
  if (!(server instanceof net.Server)) throw invalidArgType('server', 'an instance of net.Server', server)
  validateObject(options, 'options')
  const { timeout, signal } = options
  if (timeout !== undefined) validateInteger(timeout, 'options.timeout', 0, maxInt32)
  optional(signal, 'options.signal', validateSignal)
  return {
    server,
    timeout: timeout === undefined ? usualTimeout : Number(timeout),
    signal: options.signal as never,
    isListening: sameListener(server),
  }
}
