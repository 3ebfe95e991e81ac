import type net from 'node:net'
import type { SystemError } from '../../errors.js'
import { sameListener } from '../../handle/adopt.js'
import { attachFilter, detachFilter, dropSyns, getFilter } from '../../sockets/index.js'
import type { DrainFilter } from './report.js'

/** After how long a client sends a SYN again for the first time, in milliseconds (RFC 6298, 2.1; Linux likewise). */
const firstResend = 1000

/** Drops the SYNs that reach a listener. */
export class SynFilter {
  readonly #server: net.Server
  readonly #isListening: () => boolean
  #since = 0
  #used = false
  #isOn = false
  #error: SystemError | undefined

  constructor(server: net.Server) {
    this.#server = server
    this.#isListening = sameListener(server)
  }

  /** What there is to report. */
  get report(): DrainFilter {
    return { used: this.#used, error: this.#error }
  }

  /** How long, in milliseconds, until the first client can ask again. */
  get gapMs(): number | undefined {
    return this.#used ? Math.max(0, firstResend - (performance.now() - this.#since)) : undefined
  }

  /** Puts the filter on the listener, unless it has one of somebody else's. False where that is not possible. */
  begin(): boolean {
    if (this.#used || this.#error) return this.#used
    try {
      if (getFilter(this.#server).length > 0) return false
      attachFilter(this.#server, dropSyns())
      this.#since = performance.now()
      this.#used = true
      this.#isOn = true
    } catch (error) {
      this.#error = error as SystemError
    }
    return this.#used
  }

  /** Takes it away right before the listener is closed, which another process may have, unseen. */
  lift(): void {
    if (this.#isOn && this.#isListening()) detachFilter(this.#server)
    this.#isOn = false
  }

  /** Takes it away again, as if it had not been there. */
  undo(): void {
    this.lift()
    this.#used = false
  }
}
