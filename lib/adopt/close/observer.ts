import type net from 'node:net'
import type { SystemError } from '../../errors.js'
import { readMeanwhile } from '../../handle/reading.js'
import { wasAborted } from '../abort.js'
import type { Course } from './report.js'
import type { Witness } from './witness.js'

interface Listeners {
  readonly end: () => void
  readonly finish: () => void
  readonly error: (error: SystemError) => void
  readonly close: () => void
}

/** Notes what happens to a socket while it closes, and reads what comes, unless somebody else does. */
export class Observer {
  readonly #socket: net.Socket
  readonly #witness: Witness
  readonly #listeners: Listeners
  readonly #stopReading: (() => void) | undefined
  readonly course: Course
  /** Whether Node has closed the socket. */
  isClosed = false
  /** Whether Node has said that the peer has ended. */
  hasEnded: boolean
  /** Runs when one of these has changed. */
  onChange: () => void = () => {}

  /** @param reads whether to read what comes and throw it away, unless somebody else reads */
  constructor(socket: net.Socket, witness: Witness, reads: boolean) {
    this.#socket = socket
    this.#witness = witness
    this.hasEnded = socket.readableEnded
    this.course = {
      started: performance.now(),
      timedOut: false,
      discarded: 0,
      peerFinished: false,
      finished: socket.writableFinished,
      reset: false,
      error: undefined,
    }
    this.#listeners = {
      end: () => this.#noticeEnd(),
      finish: () => this.#noticeFinish(),
      error: (error) => this.#noticeError(error),
      close: () => this.#noticeClose(),
    }
    // Somebody else may read already: a listener, or a parser of Node's.
    const isRead = socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0
    // First, since a listener of the program's that throws keeps those behind it from running.
    for (const [event, listener] of Object.entries(this.#listeners)) socket.prependListener(event, listener)
    if (reads && !isRead) this.#stopReading = readMeanwhile(socket, (chunk) => this.#discard(chunk))
  }

  #discard(chunk: string | Uint8Array): void {
    const encoding = this.#socket.readableEncoding ?? undefined
    this.course.discarded += typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.byteLength
  }

  #noticeEnd(): void {
    this.hasEnded = true
    this.#witness.look()
    this.onChange()
  }

  #noticeFinish(): void {
    this.course.finished = true
    this.#witness.look()
    this.onChange()
  }

  #noticeError(error: SystemError): void {
    this.course.error ??= error.code
  }

  #noticeClose(): void {
    this.isClosed = true
    this.#witness.look()
    if (wasAborted(this.#socket) || this.#witness.isToReset()) this.course.reset = true
    this.onChange()
  }

  /** Leaves the socket as it was found. */
  stop(): void {
    this.#stopReading?.()
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.off(event, listener)
  }
}
