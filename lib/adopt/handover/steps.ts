import { channel } from 'node:diagnostics_channel'

/** The steps of a takeover in the new process, in order. */
export type NewStep =
  | 'connected'
  | 'asked'
  | 'received'
  | 'prepared'
  | 'ready'
  | 'confirmed'
  | 'listening'
  | 'serving'
  | 'settled'
  | 'alone'
  | 'bound'

/** The steps of a takeover in the old process, in order; `resumed` and `kept` are what it comes to when the new one fails. */
export type OldStep =
  | 'given'
  | 'received'
  | 'ready'
  | 'confirmed'
  | 'relieved'
  | 'stopped'
  | 'draining'
  | 'drained'
  | 'left'
  | 'resumed'
  | 'kept'

/** What is published on the diagnostics channel `sockctl:takeover` at each step, before anything else happens. */
export interface TakeoverStep {
  /** Which of the two processes this is. */
  readonly side: 'new' | 'old'
  readonly step: NewStep | OldStep
  /** The path of the takeover. */
  readonly path: string
  /** Milliseconds since this process took part. */
  readonly ms: number
}

const published = channel('sockctl:takeover')

/** Notes and publishes the steps of one process's part in a takeover. */
export class Steps {
  readonly #side: 'new' | 'old'
  readonly #path: string
  readonly #start = performance.now()
  /** What happened, and when. */
  readonly taken: TakeoverStep[] = []

  constructor(side: 'new' | 'old', path: string) {
    this.#side = side
    this.#path = path
  }

  /** Notes a step. */
  take(step: NewStep | OldStep): void {
    const ms = Math.round((performance.now() - this.#start) * 10) / 10
    const taken = { side: this.#side, step, path: this.#path, ms }
    this.taken.push(taken)
    published.publish(taken)
  }
}
