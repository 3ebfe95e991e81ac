import type { ConnectionEvents } from './connection.js'
import { shownText } from './errors.js'
import type { Ongoing } from './ongoing.js'
import { RefusalFilter } from './refusal.js'
import type { Channel } from './sink.js'

/** What happens while a command runs: hands on what it prints, until both channels have ended. */
export class Running implements ConnectionEvents {
  readonly #command: Ongoing
  readonly #filter: RefusalFilter
  #open = 0

  constructor(command: Ongoing) {
    this.#command = command
    this.#filter = new RefusalFilter(command.request.refusals)
  }

  /**
   * Begins.
   *
   * @param early what came behind the answer already
   * @param hasEnded whether the first connection has ended already
   * @returns whether more may come
   */
  begin(early: readonly Uint8Array[], hasEnded: boolean): boolean {
    const { request, phases, sink, main, back } = this.#command
    this.#command.isRunning = true
    this.#open = back ? 2 : 1
    for (const connection of [main, back]) if (connection) connection.events = this
    if (request.silenceTimeout > 0) phases.begin('silence')
    else phases.end()
    sink.started()
    const goesOn = early.length === 0 || this.data('stdout', Buffer.concat(early))
    back?.resume()
    if (hasEnded) this.ended('stdout')
    else if (goesOn) main?.resume()
    else main?.pause()
    return goesOn
  }

  data(channel: Channel, chunk: Uint8Array): boolean {
    if (this.#command.isOver) return false
    this.#command.phases.refresh()
    const passed = this.#filter.pass(channel, chunk)
    if (passed === undefined || this.#command.sink.data(channel, passed)) return true
    this.#command.stopped.add(channel)
    return false
  }

  ended(channel: Channel): void {
    if (this.#command.isOver) return
    this.#open--
    // What may be a refusal is one if nothing comes on the other channel either.
    if (channel === 'stderr' || !this.#filter.mayRefuse) this.#tellEnd(channel)
    if (this.#open > 0) return
    const text = this.#filter.refusal
    if (text === undefined) {
      if (this.#filter.isHolding) this.#tellEnd('stdout')
      this.#command.finish(undefined)
    } else {
      const detail = { form: 'text', remoteText: text } as const
      this.#command.fail('ERR_SOCKCTL_RSH_REFUSED', `refused: ${shownText(text)}`, detail)
    }
  }

  broken(channel: Channel, { code }: NodeJS.ErrnoException): void {
    this.#command.fail('ERR_SOCKCTL_RSH_CUT', `the connection of ${channel} broke while the command ran (${code})`)
  }

  #tellEnd(channel: Channel): void {
    const held = channel === 'stdout' ? this.#filter.release() : undefined
    if (held) this.#command.sink.data(channel, held)
    this.#command.sink.ended(channel)
  }
}
