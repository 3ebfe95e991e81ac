import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { abortError, type SystemError } from '../../errors.js'
import { ownFd } from '../../handle.js'
import { Closing } from './closing.js'
import { cut } from './handshakes.js'
import type { CloseReport } from './report.js'
import type { CloseRequest } from './request.js'

/** How long to wait for others to give descriptors back, in milliseconds. */
const pause = 20

/** Where the process, or the system, has no more descriptors. */
const full: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE'])

function tryClosing(socket: net.Socket, request: CloseRequest, reads: boolean): Closing | undefined {
  try {
    return new Closing(socket, request, reads)
  } catch (error) {
    if (full.has((error as SystemError).code)) return undefined
    throw error
  }
}

/**
 * Closes one of many connections, each of which takes a descriptor more while it closes: where there is none, it waits
 * until others are closed, or the time is up. Undefined where there is no report: the connection was gone by then, is
 * no socket, or never got a descriptor and was ended at the timeout.
 */
export async function closeInTurn(
  socket: net.Socket,
  request: CloseRequest,
  reads: boolean,
): Promise<CloseReport | undefined> {
  const { timeout, onTimeout, signal } = request
  const begun = performance.now()
  const end = begun + timeout
  while (socket instanceof net.Socket && ownFd(socket) !== undefined) {
    if (signal?.aborted) throw abortError(signal)
    const left = timeout === 0 ? Number.POSITIVE_INFINITY : end - performance.now()
    if (left <= 0) {
      cut(socket, onTimeout)
      break
    }
    const closing = tryClosing(socket, { ...request, timeout: timeout && Math.ceil(left) }, reads)
    if (closing) {
      const waited = performance.now() - begun
      const report = await closing.run()
      return { ...report, duration: report.duration + waited }
    }
    await sleep(pause)
  }
  return undefined
}
