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
  readonly pause?: () => void
  readonly removeListener?: () => void
}

/** Notes what happens to a socket while it closes, and reads what comes, unless somebody else does. */
export class Observer {
  readonly #socket: net.Socket
  readonly #witness: Witness
  readonly #listeners: Listeners
  #stopReading: (() => void) | undefined
  #isOver = false
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
    // Node has done with a pause, or with a pipe that breaks, only after it has said so.
    const readSoon = () => process.nextTick(() => this.#read())
    this.#listeners = {
      end: () => this.#noticeEnd(),
      finish: () => this.#noticeFinish(),
      error: (error) => this.#noticeError(error),
      close: () => this.#noticeClose(),
      ...(reads && { pause: readSoon, removeListener: readSoon }),
    }
    // First, since a listener of the program's that throws keeps those behind it from running.
    for (const [event, listener] of Object.entries(this.#listeners)) socket.prependListener(event, listener)
    if (reads) this.#read()
  }

  /** Whether somebody else reads: a listener, or a parser of Node's. */
  get #isRead(): boolean {
    const ours = this.#stopReading ? 1 : 0
    return this.#socket.listenerCount('data') > ours || this.#socket.listenerCount('readable') > 0
  }

  /** Sees to it that what comes is read. */
  #read(): void {
    if (this.#isOver || this.isClosed || this.#isRead) return
    if (this.#stopReading) this.#socket.resume()
    else this.#stopReading = readMeanwhile(this.#socket, (chunk) => this.#discard(chunk))
  }

  #discard(chunk: string | Uint8Array): void {
    if (this.#isRead) return
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
    this.#isOver = true
    this.#stopReading?.()
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.off(event, listener)
  }
}
