import type net from 'node:net'
import { abortError } from '../../errors.js'
import { type FinishHold, holdFinish } from '../../handle/finish.js'
import type { TcpState } from '../../options/index.js'
import { abort } from '../abort.js'
import { Observer } from './observer.js'
import { type CloseReport, type Course, makeReport } from './report.js'
import type { CloseRequest } from './request.js'
import { Witness } from './witness.js'

// Before the peer's FIN.
const open: ReadonlySet<TcpState> = new Set(['ESTABLISHED', 'FIN_WAIT_1', 'FIN_WAIT_2'])
const shortestPause = 1
const longestPause = 64

/** One connection on its way to its end. */
export class Closing {
  readonly #socket: net.Socket
  readonly #request: CloseRequest
  readonly #witness: Witness
  readonly #hold: FinishHold
  readonly #observer: Observer
  readonly #course: Course

  /** @param reads whether to read what comes and throw it away, unless somebody else reads */
  constructor(socket: net.Socket, request: CloseRequest, reads: boolean) {
    this.#socket = socket
    this.#request = request
    this.#witness = new Witness(socket)
    this.#hold = holdFinish(socket)
    this.#observer = new Observer(socket, this.#witness, reads)
    this.#course = this.#observer.course
  }

  get #limit(): number {
    const { timeout } = this.#request
    return timeout === 0 ? Number.POSITIVE_INFINITY : timeout
  }

  /** Whether the peer has sent its FIN, or the connection is gone. The end of TLS can come before that of TCP. */
  #isPeerDone(): boolean {
    if (this.#observer.isClosed) return true
    if (!this.#observer.hasEnded) return false
    if (this.#witness.isUnix) return true
    return !open.has(this.#witness.look())
  }

  /** Waits until something holds: false where the time was up first. It looks at each event, and now and then. */
  async #until(holds: () => boolean, limit: number, samples: () => boolean): Promise<boolean> {
    const started = performance.now()
    for (let pause = shortestPause; !holds(); pause = Math.min(pause * 2, longestPause)) {
      this.#request.signal?.throwIfAborted()
      const left = started + limit - performance.now()
      if (left <= 0) return false
      await this.#pause(samples() ? Math.min(pause, left) : left)
    }
    return true
  }

  #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#request
    return new Promise((resolve) => {
      const timer = milliseconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(go, Math.ceil(milliseconds))
      this.#observer.onChange = go
      signal?.addEventListener('abort', go, { once: true })
      function go() {
        clearTimeout(timer)
        signal?.removeEventListener('abort', go)
        resolve()
      }
    })
  }

  /** A socket that somebody destroys at that moment is on its way out. */
  #abort(): void {
    if (!this.#witness.isUnix && !this.#socket.destroyed) abort(this.#socket)
  }

  #notePeer(): void {
    const { isUnix } = this.#witness
    this.#witness.look()
    const ours = this.#witness.saw('FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING')
    this.#course.peerFinished = isUnix
      ? this.#observer.hasEnded && !this.#course.finished
      : !ours && this.#witness.saw('CLOSE_WAIT', 'LAST_ACK')
  }

  async #finish(): Promise<void> {
    const socket = this.#socket
    this.#hold.release()
    if (!socket.destroyed && !socket.writableEnded) socket.end()
    let started = performance.now()
    if (await this.#untilOut()) {
      started = performance.now()
      await this.#until(
        () => this.#observer.isClosed,
        this.#request.settle,
        () => true,
      )
    }
    if (!this.#observer.isClosed) {
      socket.destroy()
      await this.#until(
        () => this.#observer.isClosed,
        Number.POSITIVE_INFINITY,
        () => false,
      )
    }
    this.#finishForOthers()
    await this.#settle(this.#request.settle - (performance.now() - started))
  }

  /** Waits until our FIN is out, and what was written before it: a peer that has closed its side may be a slow reader. */
  #untilOut(): Promise<boolean> {
    const left = this.#limit - (performance.now() - this.#course.started)
    return this.#until(
      () => this.#observer.isClosed || this.#socket.writableFinished,
      Math.max(left, this.#request.settle),
      () => false,
    )
  }

  /** Somebody destroyed the socket, whose FIN waits for the witness. */
  #finishForOthers(): void {
    if (this.#course.reset || this.#witness.isUnix) return
    const state = this.#witness.look()
    if (state === 'ESTABLISHED' || state === 'CLOSE_WAIT') this.#course.finished ||= this.#witness.finish()
  }

  /** Waits until nothing is left to come at our end. */
  async #settle(limit: number): Promise<void> {
    if (this.#witness.isUnix || this.#course.reset) return
    await this.#until(
      () => this.#isOver(),
      limit,
      () => true,
    )
  }

  #isOver(): boolean {
    return this.#witness.isUnix || this.#witness.look() === 'CLOSE'
  }

  async run(): Promise<CloseReport> {
    const { onTimeout, signal } = this.#request
    try {
      this.#course.timedOut = !(await this.#until(
        () => this.#isPeerDone(),
        this.#limit,
        () => this.#observer.hasEnded,
      ))
      this.#notePeer()
      if (this.#course.timedOut && onTimeout === 'abort') this.#abort()
      await this.#finish()
      return await makeReport(this.#witness, this.#course, this.#isOver())
    } catch (error) {
      this.#witness.close()
      throw signal?.aborted ? abortError(signal) : error
    } finally {
      this.#hold.drop()
      this.#observer.stop()
    }
  }
}
