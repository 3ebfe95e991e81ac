import type { RshPhase } from './errors.js'
import type { RshRequest } from './request.js'

/** A phase whose time is limited by the request alone. */
type Phase = Exclude<RshPhase, 'command'>

/** What a command may take at most, by what it does. */
const limitOf = {
  port: 'portTimeout',
  connect: 'connectTimeout',
  back: 'backTimeout',
  reply: 'replyTimeout',
  silence: 'silenceTimeout',
} as const satisfies Record<Phase, keyof RshRequest>

/** Timers count whole milliseconds, and may be that much early. */
const tolerance = 1

/**
 * Limits the time that each phase of a command takes. A timer that turns out to be early is set anew, so that most
 * commands need one in all, and what comes of a command costs none.
 */
export class Phases {
  readonly #request: RshRequest
  readonly #expired: (phase: Phase, ms: number) => void
  #phase: Phase = 'port'
  #due = Number.POSITIVE_INFINITY
  #backDue = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #rings = Number.POSITIVE_INFINITY

  constructor(request: RshRequest, expired: (phase: Phase, ms: number) => void) {
    this.#request = request
    this.#expired = expired
  }

  /** Begins a phase, which ends the one before. */
  begin(phase: Exclude<Phase, 'back'>): void {
    this.#phase = phase
    this.#due = this.#dueOf(phase)
    this.#set()
  }

  /** Begins to wait for the second connection, whatever phase it is. */
  beginBack(): void {
    this.#backDue = this.#dueOf('back')
    this.#set()
  }

  endBack(): void {
    this.#backDue = Number.POSITIVE_INFINITY
  }

  /** Begins the phase anew: something was heard. */
  refresh(): void {
    if (this.#due !== Number.POSITIVE_INFINITY) this.#due = this.#dueOf(this.#phase)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#due = Number.POSITIVE_INFINITY
    this.#backDue = Number.POSITIVE_INFINITY
    this.#rings = Number.POSITIVE_INFINITY
  }

  #dueOf(phase: Phase): number {
    const ms = this.#request[limitOf[phase]]
    return ms === 0 ? Number.POSITIVE_INFINITY : performance.now() + ms
  }

  /** Sees to it that the timer does not ring after the next time is up. */
  #set(): void {
    const next = Math.min(this.#due, this.#backDue)
    if (this.#rings <= next) return
    clearTimeout(this.#timer)
    this.#rings = next
    this.#timer = setTimeout(() => this.#ring(), next - performance.now())
  }

  #ring(): void {
    this.#rings = Number.POSITIVE_INFINITY
    const now = performance.now() + tolerance
    const phase = this.#backDue <= now ? 'back' : this.#due <= now ? this.#phase : undefined
    if (phase) this.#expired(phase, this.#request[limitOf[phase]])
    else this.#set()
  }
}
