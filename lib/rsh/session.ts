import { Ongoing } from './ongoing.js'
import { Opening } from './opening.js'
import type { RshRequest } from './request.js'
import type { Channel, Sink } from './sink.js'
import type { Target } from './source.js'

/** One command on one address: connects, asks, and hands on what comes until both channels have ended. */
export class Session {
  readonly #command: Ongoing

  /** @param begun when the host was first tried */
  constructor(request: RshRequest, host: string, target: Target, sink: Sink, begun: number) {
    this.#command = new Ongoing(request, host, target, sink, begun)
  }

  /** The address that the command is for. */
  get address(): string {
    return this.#command.target.address
  }

  /** The reserved port, once there is a connection. */
  get localPort(): number {
    return this.#command.source?.localPort ?? 0
  }

  /** Whether a connection was made, so that no other address of the host need be tried. */
  get wasConnected(): boolean {
    return this.#command.wasConnected
  }

  start(): void {
    new Opening(this.#command).start()
  }

  /** Cuts the command short. */
  abort(error: Error): void {
    this.#command.giveUp(error)
  }

  /** Writes to the command's input. */
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): void {
    if (this.#command.main && this.#command.isRunning) this.#command.main.write(chunk, callback)
    else callback()
  }

  /** Ends the command's input. */
  endInput(callback?: () => void): void {
    if (this.#command.main && this.#command.isRunning) this.#command.main.end(callback)
    else callback?.()
  }

  /** Sends a byte over the second connection; false where there is none, or none any more. */
  signal(number: number): boolean {
    const { back, isRunning } = this.#command
    if (!back || back.hasEnded || !isRunning) return false
    back.write(Uint8Array.of(number))
    return true
  }

  /** Has a channel that was stopped go on. */
  resume(channel: Channel): void {
    if (this.#command.stopped.delete(channel)) this.#command.phases.refresh()
    if (channel === 'stdout') this.#command.main?.resume()
    else this.#command.back?.resume()
  }
}
