import type net from 'node:net'
import { errnoOf } from '../errors.js'
import { adoptHandle, adoptTcpSocket, type TcpHandle } from '../handle/adopt.js'
import { getOption, setOption, type TcpState } from '../options/index.js'
import type { BareSocket } from '../sockets/index.js'
import { callError } from './errors.js'
import type { Channel } from './sink.js'

/** Who ended a connection first. */
export type First = 'none' | 'remote' | 'local' | 'reset'

/** What a connection tells of; the channel says which one it is. */
export interface ConnectionEvents {
  /** Takes what came, which is only lent; false has no more come until `resume`. */
  data(channel: Channel, chunk: Uint8Array): boolean
  /** The other side has ended. */
  ended(channel: Channel): void
  /** The connection broke: it was reset, or never made. */
  broken(channel: Channel, error: NodeJS.ErrnoException): void
}

const connectionReset = errnoOf('ECONNRESET')

/** Every connection reads into this one, and hands on what came before the next reads. */
const shared = new Uint8Array(65_536)

/** Whom a connection tells that no command has taken yet. */
const nobody: ConnectionEvents = { data: () => false, ended: () => {}, broken: () => {} }

/** One of the connections of a command, which keeps count of who ends it first. */
export class Connection {
  readonly channel: Channel
  /** Who is told. */
  events: ConnectionEvents
  readonly #socket: net.Socket
  #first: First = 'none'
  #hasEnded = false
  #isClosed = false
  #isPaused = false

  private constructor(channel: Channel, events: ConnectionEvents, adopt: (onread: net.OnReadOpts) => net.Socket) {
    this.channel = channel
    this.events = events
    const socket = adopt({ buffer: shared, callback: (length) => this.#hear(shared.subarray(0, length)) })
    this.#socket = socket
    socket.on('end', () => {
      if (this.#wasReset()) {
        socket.destroy(callError(connectionReset, 'read', {}))
        return
      }
      this.#hasEnded = true
      this.#noteFirst('remote')
      if (!this.#isClosed) this.events.ended(channel)
    })
    socket.on('error', (error) => {
      if (this.#isClosed) return
      this.#first = 'reset'
      // After its end it only takes no more of what is written.
      if (!this.#hasEnded) this.events.broken(channel, error)
    })
  }

  /** Takes over a socket whose connect(2) goes on. */
  static connecting(bare: BareSocket, events: ConnectionEvents): Connection {
    return new Connection('stdout', events, (onread) => adoptTcpSocket(bare, { allowHalfOpen: true, onread }))
  }

  /** Takes over what a listener accepted; nothing comes until `resume`. */
  static accepted(handle: TcpHandle): Connection {
    const options = { allowHalfOpen: true, pauseOnCreate: true }
    const connection = new Connection('stderr', nobody, (onread) => adoptHandle(handle, { ...options, onread }))
    connection.#isPaused = true
    return connection
  }

  /** libuv takes a reset for an end where it comes right behind data: the error is still there then. */
  #wasReset(): boolean {
    return !this.#socket.destroyed && getOption(this.#socket, 'SO_ERROR') === -connectionReset
  }

  /** The address of the other side; undefined where it is gone already. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort
  }

  /** Who ended it first, so far. */
  get first(): First {
    return this.#first
  }

  /** Whether the other side has ended it. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  write(chunk: string | Uint8Array, callback?: (error?: Error | null) => void): boolean {
    return this.#socket.write(chunk, callback)
  }

  /** Sends all that was written, and a FIN behind it. */
  end(callback?: (error?: Error | null) => void): void {
    // The other side's FIN may be there, and not be read yet.
    if (this.#state() === 'CLOSE_WAIT') this.#noteFirst('remote')
    this.#socket.end((error?: Error | null) => {
      // A descriptor whose connection is in TIME_WAIT shows CLOSE.
      if (!error) this.#noteFirst(this.#state() === 'LAST_ACK' ? 'remote' : 'local')
      callback?.(error)
    })
  }

  #noteFirst(first: First): void {
    if (this.#first === 'none') this.#first = first
  }

  #state(): TcpState {
    return this.#socket.destroyed ? 'CLOSE' : getOption(this.#socket, 'TCP_INFO').state
  }

  /** Has nothing more come until `resume`. */
  pause(): void {
    this.#isPaused = true
    this.#socket.pause()
  }

  /** Goes on where it was stopped. */
  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }

  #hear(chunk: Uint8Array): boolean {
    const goesOn = this.events.data(this.channel, chunk)
    this.#isPaused = !goesOn
    return goesOn
  }

  /** Closes: after the other side's end without a trace on this one. */
  close(): void {
    this.#isClosed = true
    this.#socket.destroy()
  }

  /** Closes with a reset, which leaves no side in TIME_WAIT. */
  reset(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    // A connection that has ended on both sides is beyond a reset.
    if (!this.#hasEnded || !this.#socket.writableFinished) this.#first = 'reset'
    try {
      setOption(this.#socket, 'SO_LINGER', { on: true, seconds: 0 })
    } catch {
      // The socket is closed already, or closing.
    }
    this.#socket.destroy()
  }
}
