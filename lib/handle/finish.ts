import type net from 'node:net'

type Done = (error?: Error | null) => void

/** The step of `net.Socket` that sends a FIN: what `end()` comes to once all is written. */
interface Finishing {
  _final: (done: Done) => void
}

/** A hold on the FIN of a socket, of which there may be several. */
export interface FinishHold {
  /** Lets the FIN go, whoever else holds it, at once where `end()` waits for it already. */
  release(): void
  /** Gives the hold up; the FIN goes when nobody else has one. */
  drop(): void
}

/** What the holds on one socket share. */
class Held {
  readonly #socket: net.Socket
  #waiting: (() => void) | undefined
  holders = 0

  constructor(socket: net.Socket) {
    this.#socket = socket
    const stock = (socket as unknown as Finishing)._final
    const value = (done: Done) => {
      this.#waiting = () => stock.call(socket, done)
    }
    Object.defineProperty(socket, '_final', { configurable: true, value })
  }

  release(): void {
    if (held.get(this.#socket) !== this) return
    held.delete(this.#socket)
    Reflect.deleteProperty(this.#socket, '_final')
    if (!this.#socket.destroyed) this.#waiting?.()
  }
}

const held = new WeakMap<net.Socket, Held>()

/**
 * Holds back the FIN of a socket, whoever calls `end()`: the program, or Node when the peer has ended. What was written
 * goes out all the same; only the step after it waits.
 */
export function holdFinish(socket: net.Socket): FinishHold {
  const shared = held.get(socket) ?? new Held(socket)
  held.set(socket, shared)
  shared.holders++
  let isHolding = true
  return {
    release() {
      shared.release()
    },
    drop() {
      if (isHolding) shared.holders--
      isHolding = false
      if (shared.holders === 0) shared.release()
    },
  }
}
