import net from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { abortError, codedError } from '../../errors.js'
import { endChecks } from '../../handle/listening.js'
import type { DrainRequest } from './request.js'

/** How many connections wait for a listener, and how many of them for the end of their handshake. */
export interface Waiting {
  readonly queue: number
  readonly synRecv: number
}

/** Closes the listening socket of a server, and nothing else: the `close()` of an HTTP server closes idle connections. */
export function closeListener(server: net.Server): void {
  // That of an HTTP server ends these as well; connections that are open still want them.
  server.once('close', () => endChecks(server))
  Reflect.apply(net.Server.prototype.close, server, [])
}

const longestPause = 50

/** Counts what a server accepts, and waits until nothing is left to accept. */
export class Traffic implements Disposable {
  readonly #server: net.Server
  readonly #isListening: () => boolean
  readonly #signal: AbortSignal | undefined
  readonly #start = performance.now()
  readonly #deadline: number
  accepted = 0
  dropped = 0
  readonly queue = { most: 0, left: 0 }
  readonly synRecv = { most: 0, left: 0 }
  readonly #onAccepted = () => this.accepted++
  readonly #onDropped = () => this.dropped++

  constructor({ server, signal, timeout, isListening }: DrainRequest) {
    this.#server = server
    this.#isListening = isListening
    this.#signal = signal
    this.#deadline = this.#start + timeout
    // First, since a listener of the program's that throws keeps those behind it from running.
    server.prependListener('connection', this.#onAccepted).prependListener('drop', this.#onDropped)
  }

  /** Milliseconds since the start. */
  get elapsed(): number {
    return performance.now() - this.#start
  }

  /** Whether the time is up. */
  get isLate(): boolean {
    return performance.now() >= this.#deadline
  }

  /** Ends the drain where the caller wants it or somebody else has closed the server. */
  throwIfOver(): void {
    if (this.#signal?.aborted) throw abortError(this.#signal)
    if (this.#isListening()) return
    throw codedError('ERR_SERVER_NOT_RUNNING', 'Server is not running: it was closed while it was being drained')
  }

  /** Notes what is left. */
  note({ queue, synRecv }: Waiting): void {
    this.queue.left = queue
    this.synRecv.left = synRecv
    this.queue.most = Math.max(this.queue.most, queue)
    this.synRecv.most = Math.max(this.synRecv.most, synRecv)
  }

  /** Waits for a time in milliseconds, or until the time is up. */
  async pause(ms: number): Promise<void> {
    const left = this.#deadline - performance.now()
    await sleep(Math.max(0, Math.min(ms, left)), undefined, { signal: this.#signal }).catch(() => {})
    // Right after the event loop has accepted all that there was.
    await nextTurn()
    this.throwIfOver()
  }

  /**
   * Waits until nothing waits, or the time is up. The event loop accepts as soon as the kernel says so; that a handshake
   * ends, the kernel announces to nobody but the queue, and that it never will, to nobody at all: so it is asked, at
   * intervals that grow.
   *
   * @param look tells what waits
   * @param settle how long nothing has to wait, in milliseconds
   * @returns whether nothing waits
   */
  async emptied(look: () => Waiting, settle: number): Promise<boolean> {
    let pause = settle
    for (;;) {
      await this.pause(pause)
      const waiting = look()
      this.note(waiting)
      if (waiting.queue + waiting.synRecv === 0) return true
      if (this.isLate) return false
      pause = Math.min(longestPause, pause + 1)
    }
  }

  [Symbol.dispose](): void {
    this.#server.off('connection', this.#onAccepted).off('drop', this.#onDropped)
  }
}
