import net from 'node:net'
import { ownFd } from '../../handle.js'
import { isUnix } from '../../sockets/reset.js'
import { abort } from '../abort.js'
import { Canceller } from '../canceller.js'
import type { CloseRequest } from './request.js'

/** A connection whose TLS handshake has not ended. */
export interface Handshake {
  readonly socket: net.Socket
  /** Resolves when the handshake has ended, or the connection. */
  readonly ended: Promise<void>
}

/** The connections of a TLS server that are open, and that the program has not seen yet. */
export class Handshakes {
  readonly #pending = new Map<number, Handshake & { readonly end: () => void }>()
  readonly #onBegin: (handshake: Handshake) => void

  /**
   * Watches a server, from before it listens.
   *
   * @param onBegin runs for each one that begins
   */
  constructor(server: net.Server, onBegin: (handshake: Handshake) => void) {
    this.#onBegin = onBegin
    // Somebody else may have closed it by now, or given the server a stream that has no descriptor.
    server.prependListener('connection', (socket: unknown) => {
      const fd = socket instanceof net.Socket ? ownFd(socket) : undefined
      if (fd !== undefined) this.#begin(socket as net.Socket, fd)
    })
    server.prependListener('secureConnection', (socket: net.Socket) => {
      const fd = ownFd(socket)
      if (fd !== undefined) this.#pending.get(fd)?.end()
    })
  }

  #begin(socket: net.Socket, fd: number): void {
    let resolve = () => {}
    const ended = new Promise<void>((done) => {
      resolve = done
    })
    const end = () => {
      if (this.#pending.get(fd) === handshake) this.#pending.delete(fd)
      resolve()
    }
    const handshake = { socket, ended, end }
    this.#pending.set(fd, handshake)
    socket.once('close', end)
    this.#onBegin(handshake)
  }

  /** Those that are under way. */
  get pending(): readonly Handshake[] {
    return [...this.#pending.values()]
  }
}

/** Ends a connection now, of which there is to be no report. */
export function cut(socket: net.Socket, onTimeout: CloseRequest['onTimeout']): void {
  const fd = ownFd(socket)
  if (onTimeout === 'abort' && fd !== undefined && !isUnix(fd)) abort(socket)
  else socket.destroy()
}

/** Waits for a handshake to end, and ends the connection at the timeout. */
export async function awaitHandshake(handshake: Handshake, request: CloseRequest): Promise<void> {
  const { timeout, onTimeout, signal } = request
  const { socket } = handshake
  const timer = timeout === 0 ? undefined : setTimeout(() => cut(socket, onTimeout), timeout)
  using canceller = new Canceller(signal, undefined)
  try {
    await canceller.race(() => handshake.ended)
  } finally {
    clearTimeout(timer)
  }
}
