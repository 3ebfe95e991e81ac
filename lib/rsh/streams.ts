import { Readable, Writable } from 'node:stream'
import type { Session } from './session.js'
import type { Channel } from './sink.js'

/** What a command prints on one channel. Its errors need no listener: `completed` tells of them too. */
export class Output extends Readable {
  readonly #goOn: () => void

  constructor(goOn: () => void) {
    super()
    this.#goOn = goOn
    this.on('error', () => {})
  }

  override _read(): void {
    this.#goOn()
  }

  // What still comes is thrown away, so that the command can end.
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#goOn()
    callback(error)
  }
}

/** The input of a command. */
export class CommandInput extends Writable {
  readonly #session: () => Session
  /** Whether the command takes no more. */
  isShut = false

  constructor(session: () => Session) {
    super()
    this.#session = session
    this.on('error', () => {})
  }

  override _write(chunk: Buffer, _: string, callback: (error?: Error | null) => void): void {
    this.#session().write(chunk, (error) => {
      if (error) this.isShut = true
      callback(error)
    })
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#session().endInput(callback)
  }
}

/** The two outputs of a command; the second is undefined where both come over one connection. */
export type Outputs = Record<Channel, Output | undefined>
