import { AnswerReader } from './answer.js'
import type { Connection, ConnectionEvents } from './connection.js'
import { callError, shownText } from './errors.js'
import type { Claim } from './listener.js'
import type { Ongoing } from './ongoing.js'
import { Running } from './running.js'
import type { Channel } from './sink.js'

/** How many pieces of output are kept while the second connection is still to come. */
const mostEarly = 4

/** What comes from a server before the command runs: its answer and the second connection, in any order. */
export class Reply implements Claim, ConnectionEvents {
  readonly #command: Ongoing
  readonly #reader = new AnswerReader()
  #isAccepted = false
  /** What came behind the answer, while the second connection was still to come. */
  readonly #early: Uint8Array[] = []
  #hasEnded = false

  constructor(command: Ongoing) {
    this.#command = command
  }

  get address(): string {
    return this.#command.target.address
  }

  get strict(): boolean {
    return this.#command.request.backAddress === 'dialled'
  }

  take(connection: Connection): void {
    const command = this.#command
    command.phases.endBack()
    connection.events = this
    command.back = connection
    command.place?.leave(0)
    if (this.#isAccepted) this.#run()
  }

  refuse(reason: string): void {
    this.#command.refusedBack = reason
    if (this.#isAccepted) this.#command.failChannel()
  }

  data(_: Channel, chunk: Uint8Array): boolean {
    const command = this.#command
    if (command.isOver) return false
    if (this.#isAccepted) return this.#keep(chunk)
    command.wasConnected = true
    const answer = this.#reader.read(chunk)
    const isEarly = command.request.separate && !command.place
    if (answer.kind === 'yes' && !isEarly) return this.#accepted(answer.rest)
    if (answer.kind === 'yes') this.#strange('\0')
    else if (answer.kind === 'no') this.#refused(answer.text)
    else if (answer.kind === 'strange') this.#strange(answer.text)
    return !command.isOver
  }

  ended(): void {
    if (this.#isAccepted) {
      // Its second connection may have come in this very turn.
      this.#hasEnded = true
      this.#soon(() => this.#command.failChannel())
      return
    }
    this.#command.wasConnected = true
    this.#unanswered('end')
  }

  broken(channel: Channel, error: NodeJS.ErrnoException): void {
    const command = this.#command
    if (channel === 'stderr') {
      command.refusedBack = `it broke (${error.code})`
      command.failChannel()
    } else if (!command.wasConnected && error.code !== 'ECONNRESET' && error.code !== 'EPIPE') {
      const { address, port } = command.party
      command.finish(callError(error.errno ?? 0, 'connect', { address, port }))
    } else if (this.#isAccepted) {
      command.fail('ERR_SOCKCTL_RSH_CUT', `the connection broke as the command began (${error.code})`)
    } else this.#unanswered('reset')
  }

  #accepted(rest: Uint8Array): boolean {
    this.#isAccepted = true
    const goesOn = this.#keep(rest)
    // The second connection was made before the server said yes; its listener may tell of it only in this turn.
    if (!this.#command.place || this.#command.back) return this.#run()
    this.#soon(() => {
      if (this.#command.refusedBack) this.#command.failChannel()
    })
    return goesOn
  }

  /** Keeps what comes before its time, as long as it is little. */
  #keep(chunk: Uint8Array): boolean {
    if (chunk.length > 0) this.#early.push(Uint8Array.from(chunk))
    return this.#early.length < mostEarly
  }

  /** Calls after this turn of the event loop, if the command does not run by then. */
  #soon(callback: () => void): void {
    setImmediate(() => {
      if (!this.#command.isOver && !this.#command.isRunning) callback()
    })
  }

  #run(): boolean {
    return new Running(this.#command).begin(this.#early, this.#hasEnded)
  }

  #strange(text: string): void {
    const what = `the server does not speak rsh: ${shownText(text)}`
    this.#command.fail('ERR_SOCKCTL_RSH_PROTOCOL', what, { remoteText: text })
  }

  #refused(text: string): void {
    this.#command.fail('ERR_SOCKCTL_RSH_REFUSED', `refused: ${shownText(text)}`, { form: 'line', remoteText: text })
  }

  /** The connection is over before there is a whole answer. */
  #unanswered(form: 'end' | 'reset'): void {
    const answer = this.#reader.end()
    if (answer.kind === 'no') {
      this.#refused(answer.text)
      return
    }
    const { place, refusedBack } = this.#command
    const how = form === 'end' ? 'closed' : 'reset'
    const back = refusedBack ? ` Its connection for stderr was refused: ${refusedBack}.` : ''
    const hint = `servers do so to clients that they do not know${place ? ', and where the connection for stderr fails' : ''}`
    const what = `the server ${how} the connection without a word: ${hint}.${back}`
    this.#command.fail('ERR_SOCKCTL_RSH_REFUSED', what, { form })
  }
}
