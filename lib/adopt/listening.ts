import type net from 'node:net'
import { codedError } from '../errors.js'
import { isListening } from '../handle/adopt.js'
import { listenTurn } from '../handle/listening.js'

function notRunning(): Error {
  return codedError('ERR_SERVER_NOT_RUNNING', 'Server is not running: it was closed before it could listen.')
}

/** Refuses a server that listens, or that was told to do something else since it had its turn. */
export function refuseChanged(server: net.Server, turn: number): void {
  if (isListening(server)) {
    throw codedError('ERR_SERVER_ALREADY_LISTEN', 'Listen method has been called more than once without closing.')
  }
  if (listenTurn(server) !== turn) throw notRunning()
}

/**
 * Waits for 'listening', which does not come where somebody closes the server just before, and hears of it before a
 * listener that throws.
 *
 * @throws (rejects) what the server emits as 'error'; `ERR_SERVER_NOT_RUNNING`; the reason of the signal
 */
export function untilListening(server: net.Server, signal: AbortSignal | undefined): Promise<void> {
  let stop: () => void
  const waiting = new Promise<void>((resolve, reject) => {
    // 'close' may tell of an earlier close().
    const onClose = () => isListening(server) || reject(notRunning())
    const onAbort = () => reject(signal?.reason)
    server.prependListener('listening', resolve).on('error', reject).on('close', onClose)
    signal?.addEventListener('abort', onAbort)
    stop = () => {
      server.off('listening', resolve).off('error', reject).off('close', onClose)
      signal?.removeEventListener('abort', onAbort)
    }
  })
  return waiting.finally(() => stop())
}
