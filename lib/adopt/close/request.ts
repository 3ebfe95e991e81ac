import net from 'node:net'
import { codedError, invalidArgType } from '../../errors.js'
import { isSession, socketOfSession } from '../../handle/session.js'
import { maxInt32, optional, validateInteger, validateObject, validateOneOf, validateSignal } from '../../validate.js'

/** How long to wait for the peer, and what to do then. */
export interface CloseAfterPeerOptions {
  /** How long to wait for the peer's FIN, and behind it until all that was written is out, in ms; 0 for ever. @default 0 */
  timeout?: number | undefined
  /** What to do when it did not come: send a FIN first, or reset the connection. @default 'close' */
  onTimeout?: 'close' | 'abort' | undefined
  /**
   * How long to wait, after our FIN, until the connection is gone at our end, in ms. As long at least is what was written
   * given to go out; what has not by then is lost.
   *
   * @default 1000
   */
  settle?: number | undefined
  /** Ends the wait and lets go of the socket, which stays as it is; the promise is rejected with an AbortError. */
  signal?: AbortSignal | undefined
}

/** Checked options. */
export interface CloseRequest {
  readonly timeout: number
  readonly onTimeout: 'close' | 'abort'
  readonly settle: number
  readonly signal: AbortSignal | undefined
}

/** Checks options, without a system call. */
export function checkCloseOptions(given: unknown): CloseRequest {
  validateObject(given, 'options')
  const options: CloseAfterPeerOptions = given
  const { timeout = 0, onTimeout = 'close', settle = 1000 } = options
  validateInteger(timeout, 'options.timeout', 0, maxInt32)
  validateOneOf(onTimeout, 'options.onTimeout', ['close', 'abort'])
  validateInteger(settle, 'options.settle', 0, maxInt32)
  optional(options.signal, 'options.signal', validateSignal)
  return { timeout, onTimeout, settle, signal: options.signal }
}

/** The socket to close, and whether what comes is to be read by us. */
export interface ClosingSocket {
  readonly socket: net.Socket
  readonly reads: boolean
}

/** Finds the socket of what is to be closed, which must be connected. An HTTP/2 session reads its socket itself. */
export function closingSocketOf(target: unknown): ClosingSocket {
  if (target !== null && typeof target === 'object' && isSession(target)) {
    const socket = socketOfSession(target)
    if (!socket)
      throw codedError('ERR_INVALID_STATE', 'Invalid state: the session has no connection (any more, or yet)')
    return { socket, reads: false }
  }
  if (!(target instanceof net.Socket)) {
    throw invalidArgType('socket', 'an instance of net.Socket, or an HTTP/2 session', target)
  }
  if (target.connecting) throw codedError('ERR_INVALID_STATE', 'Invalid state: the socket is not connected yet')
  return { socket: target, reads: true }
}
