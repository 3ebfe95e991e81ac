import type net from 'node:net'

type Done = (error?: Error | null) => void

/** The step of `net.Socket` that sends a FIN: what `end()` comes to once all is written. */
interface Finishing {
  _final: (done: Done) => void
}

/** A hold on the FIN of a socket. */
export interface FinishHold {
  /** Lets the FIN go, at once where `end()` waits for it already. */
  release(): void
}

/**
 * Holds back the FIN of a socket, whoever calls `end()`: the program, or Node when the peer has ended. What was written
 * goes out all the same; only the step after it waits.
 */
export function holdFinish(socket: net.Socket): FinishHold {
  const internals = socket as unknown as Finishing
  const stock = internals._final
  let waiting: (() => void) | undefined
  const value = (done: Done) => {
    waiting = () => stock.call(socket, done)
  }
  Object.defineProperty(socket, '_final', { configurable: true, value })
  return {
    release() {
      Reflect.deleteProperty(socket, '_final')
      const go = waiting
      waiting = undefined
      if (go && !socket.destroyed) go()
    },
  }
}
