import type net from 'node:net'
import { Goodbye } from '../close/goodbye.js'

const known = new WeakMap<net.Server, Connections>()

/** The connections of a server of `net`, `tls`, `http`, `https` or `http2`, and how to tell their peers to go. */
export class Connections {
  readonly #sockets = new Set<net.Socket>()
  readonly #goodbye: Goodbye
  #wake = () => {}

  /** Those of a server, from before it listens; it may be started more than once. */
  static of(server: net.Server): Connections {
    const found = known.get(server) ?? new Connections(server)
    known.set(server, found)
    return found
  }

  private constructor(server: net.Server) {
    server.prependListener('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        this.#wake()
      })
    })
    this.#goodbye = new Goodbye(server, { tell: (session) => session.close() })
  }

  /** How many there are. */
  get size(): number {
    return this.#sockets.size
  }

  /** Tells the peers to go with the next answer, and HTTP/2's at once. */
  tellToGo(): void {
    this.#goodbye.say()
  }

  /** Takes that back, for those that are still there. */
  stay(): void {
    this.#goodbye.stop()
  }

  /** Waits until all are closed, or the signal fires. */
  async gone(signal: AbortSignal): Promise<void> {
    const wake = () => this.#wake()
    signal.addEventListener('abort', wake, { once: true })
    while (this.size > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    signal.removeEventListener('abort', wake)
  }

  /** Ends those that are left; gives how many there were. */
  cut(): number {
    const { size } = this
    for (const socket of this.#sockets) socket.destroy()
    return size
  }
}
