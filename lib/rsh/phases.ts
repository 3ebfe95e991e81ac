import type { RshPhase } from './errors.js'
import type { RshRequest } from './request.js'

/** What a command may take at most, by what it does. */
const limitOf = {
  port: 'portTimeout',
  connect: 'connectTimeout',
  back: 'backTimeout',
  reply: 'replyTimeout',
  silence: 'silenceTimeout',
} as const satisfies Record<Exclude<RshPhase, 'command'>, keyof RshRequest>

/** Limits the time that each phase of a command takes. */
export class Phases {
  readonly #request: RshRequest
  readonly #expired: (phase: RshPhase, ms: number) => void
  #timer: NodeJS.Timeout | undefined
  #back: NodeJS.Timeout | undefined

  constructor(request: RshRequest, expired: (phase: RshPhase, ms: number) => void) {
    this.#request = request
    this.#expired = expired
  }

  /** Begins a phase, which ends the one before. */
  begin(phase: Exclude<RshPhase, 'command' | 'back'>): void {
    clearTimeout(this.#timer)
    this.#timer = this.#start(phase)
  }

  /** Begins to wait for the second connection, whatever phase it is. */
  beginBack(): void {
    this.#back = this.#start('back')
  }

  endBack(): void {
    clearTimeout(this.#back)
  }

  /** Begins the phase anew: something was heard. */
  refresh(): void {
    this.#timer?.refresh()
  }

  end(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#back)
    this.#timer = undefined
  }

  #start(phase: Exclude<RshPhase, 'command'>): NodeJS.Timeout | undefined {
    const ms = this.#request[limitOf[phase]]
    return ms === 0 ? undefined : setTimeout(this.#expired, ms, phase, ms)
  }
}
