import type net from 'node:net'
import { adoptTcpSocket } from '../handle/adopt.js'
import { setOption } from '../options/index.js'
import type { BareSocket } from '../sockets/index.js'
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

/** Every connection reads into this one, and hands on what came before the next reads. */
const shared = new Uint8Array(65_536)

/** One of the connections of a command, which keeps count of who ends it first. */
export class Connection {
  readonly channel: Channel
  /** Who is told. */
  events: ConnectionEvents
  readonly #socket: net.Socket
  #first: First = 'none'
  #isClosed = false
  #isPaused = false

  private constructor(channel: Channel, socket: net.Socket, events: ConnectionEvents) {
    this.channel = channel
    this.events = events
    this.#socket = socket
    socket.on('end', () => {
      if (this.#first === 'none') this.#first = 'remote'
      if (!this.#isClosed) this.events.ended(channel)
    })
    socket.on('error', (error) => {
      if (this.#isClosed) return
      this.#first = 'reset'
      this.events.broken(channel, error)
    })
  }

  /** Takes over a socket whose connect(2) goes on. */
  static connecting(bare: BareSocket, events: ConnectionEvents): Connection {
    const callback = (length: number) => connection.#hear(shared.subarray(0, length))
    const socket = adoptTcpSocket(bare, { allowHalfOpen: true, onread: { buffer: shared, callback } })
    const connection = new Connection('stdout', socket, events)
    return connection
  }

  /** Takes over a socket that a listener accepted, and that is paused. */
  static accepted(socket: net.Socket, events: ConnectionEvents): Connection {
    const connection = new Connection('stderr', socket, events)
    connection.#isPaused = true
    socket.on('data', (chunk: Buffer) => {
      if (!connection.#hear(chunk)) socket.pause()
    })
    return connection
  }

  /** Who ended it first, so far. */
  get first(): First {
    return this.#first
  }

  write(chunk: string | Uint8Array, callback?: (error?: Error | null) => void): boolean {
    return this.#socket.write(chunk, callback)
  }

  /** Sends all that was written, and a FIN behind it. */
  end(callback?: () => void): void {
    if (this.#first === 'none') this.#first = 'local'
    this.#socket.end(callback)
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
    this.#first = 'reset'
    try {
      setOption(this.#socket, 'SO_LINGER', { on: true, seconds: 0 })
    } catch {
      // The socket is closed already, or closing.
    }
    this.#socket.destroy()
  }
}
