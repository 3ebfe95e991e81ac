import type net from 'node:net'
import { adoptTcpSocket } from '../handle/adopt.js'
import { setOption } from '../options/index.js'
import type { BareSocket } from '../sockets/index.js'

/** Who ended a connection first. */
export type First = 'none' | 'remote' | 'local' | 'reset'

/** What a connection tells of. */
export interface ConnectionEvents {
  /** Takes what came, which is only lent; false has no more come until `resume`. */
  data(chunk: Uint8Array): boolean
  /** The other side has ended. */
  ended(): void
  /** The connection broke: it was reset, or never made. */
  broken(error: NodeJS.ErrnoException): void
}

/** Every connection reads into this one, and hands on what came before the next reads. */
const shared = new Uint8Array(65_536)

/** One of the connections of a command, which keeps count of who ends it first. */
export class Connection {
  readonly #socket: net.Socket
  #first: First = 'none'
  #hasEnded = false
  #isClosed = false

  private constructor(socket: net.Socket, events: ConnectionEvents) {
    this.#socket = socket
    socket.on('end', () => {
      this.#hasEnded = true
      if (this.#first === 'none') this.#first = 'remote'
      if (!this.#isClosed) events.ended()
    })
    socket.on('error', (error) => {
      if (this.#isClosed) return
      this.#first = 'reset'
      // After its end it only takes no more of what is written.
      if (!this.#hasEnded) events.broken(error)
    })
  }

  /** Takes over a socket whose connect(2) goes on. */
  static connecting(bare: BareSocket, events: ConnectionEvents): Connection {
    const callback = (length: number) => events.data(shared.subarray(0, length))
    const socket = adoptTcpSocket(bare, { allowHalfOpen: true, onread: { buffer: shared, callback } })
    return new Connection(socket, events)
  }

  /** Takes over a socket that a listener accepted. */
  static accepted(socket: net.Socket, events: ConnectionEvents): Connection {
    const connection = new Connection(socket, events)
    socket.on('data', (chunk: Buffer) => {
      if (!events.data(chunk)) socket.pause()
    })
    return connection
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
  end(callback?: () => void): void {
    if (this.#first === 'none') this.#first = 'local'
    this.#socket.end(callback)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
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
    this.#first = 'reset'
    try {
      setOption(this.#socket, 'SO_LINGER', { on: true, seconds: 0 })
    } catch {
      // The socket is closed already, or closing.
    }
    this.#socket.destroy()
  }
}
