import type { InternetEntry } from '../../diag/entry.js'
import { fdOf } from '../../handle.js'
import { getOption } from '../../options/index.js'
import { Requests } from './group.js'
import { goesOn, holderTime, otherHolders } from './holders.js'
import { kernelSettings } from './kernel.js'
import type { DrainReport } from './report.js'
import type { DrainRequest } from './request.js'
import { Steering } from './steering.js'
import { SynFilter } from './synfilter.js'
import { closeListener, type Traffic, type Waiting } from './traffic.js'
import { type Turn, takeTurn } from './turn.js'
import { judge } from './verdict.js'

/**
 * How long nothing has to wait after new connections were kept away, in milliseconds: a processor may be in the middle of
 * one that it began for the listener before, and that no list shows yet.
 */
const settle = 5

/** Drains a listener of TCP. */
export class TcpDrain {
  readonly #request: DrainRequest
  readonly #listener: InternetEntry
  readonly #traffic: Traffic
  readonly #steering: Steering
  readonly #filter: SynFilter
  #holders: readonly string[] = []
  #goesOn = false
  readonly #reusePort: boolean
  #turn: Turn | undefined

  constructor(request: DrainRequest, listener: InternetEntry, traffic: Traffic) {
    const { server } = request
    this.#request = request
    this.#listener = listener
    this.#traffic = traffic
    this.#steering = new Steering(server, listener)
    this.#filter = new SynFilter(server)
    this.#reusePort = getOption(server, 'SO_REUSEPORT')
  }

  /** Empties the listener and closes it; when that fails, it goes on listening as before. */
  async run(): Promise<DrainReport> {
    try {
      await this.#takeTurn()
      this.#holders = await this.#findHolders()
      await this.#empty()
      this.#filter.lift()
      closeListener(this.#request.server)
      // Before the program is taken away: nothing new may reach what somebody keeps for a moment longer.
      this.#goesOn = await goesOn('tcp', this.#listener.inode)
    } catch (error) {
      this.#filter.undo()
      throw error
    } finally {
      this.#steering.undo()
      this.#turn?.[Symbol.dispose]()
    }
    return this.#report()
  }

  /** Whether a listener elsewhere would miss what is kept away from this one. */
  get #isShared(): boolean {
    return this.#holders.length > 0
  }

  /** Who has the socket open all the time, and not just while it starts a program or takes a look. */
  async #findHolders(): Promise<readonly string[]> {
    const holders = otherHolders(this.#listener, fdOf(this.#request.server))
    if (holders.length === 0) return holders
    await this.#traffic.pause(holderTime)
    const later = otherHolders(this.#listener, fdOf(this.#request.server))
    return holders.filter((one) => later.includes(one))
  }

  async #takeTurn(): Promise<void> {
    if (!this.#reusePort) return
    const { signal, timeout } = this.#request
    const limit = AbortSignal.timeout(timeout)
    this.#turn = await takeTurn(this.#listener, signal ? AbortSignal.any([signal, limit]) : limit)
    this.#traffic.throwIfOver()
  }

  #queue(): number {
    return getOption(this.#request.server, 'TCP_INFO').unacked ?? 0
  }

  /** Empties the queue until nothing has come between the last look and now, when the listener is to be closed. */
  async #empty(): Promise<void> {
    for (;;) {
      const isSteered = this.#turn !== undefined && !this.#isShared && (await this.#steering.begin())
      await (isSteered ? this.#emptySteered() : this.#emptyUnsteered())
      const [queue, holds] = [this.#queue(), !isSteered || this.#steering.verify()]
      this.#traffic.note({ queue, synRecv: this.#traffic.synRecv.left })
      if ((queue === 0 && holds) || this.#traffic.isLate) break
    }
    this.#steering.prepareClose()
  }

  /** Who came before the steering is waited for; who comes later is another listener's. */
  async #emptySteered(): Promise<void> {
    const requests = new Requests(this.#listener)
    requests.remember()
    let isFirst = true
    const look = (): Waiting => {
      if (isFirst) requests.remember()
      isFirst = false
      return { queue: this.#queue(), synRecv: requests.count() }
    }
    await this.#traffic.emptied(look, settle)
  }

  async #emptyUnsteered(): Promise<void> {
    const isFiltered = !this.#isShared && this.#filter.begin()
    const requests = new Requests(this.#listener)
    const look = (): Waiting => ({ queue: this.#queue(), synRecv: requests.count() })
    await this.#traffic.emptied(look, isFiltered ? settle : 0)
  }

  #report(): DrainReport {
    const { accepted, dropped, queue, synRecv, elapsed } = this.#traffic
    const steering = this.#steering.report
    const kernel = kernelSettings()
    const hadTurn = this.#turn !== undefined
    const evidence = {
      holders: this.#holders,
      goesOn: this.#goesOn,
      reusePort: this.#reusePort,
      hadTurn,
      steering,
      kernel,
    }
    return {
      ...judge({ ...evidence, traffic: this.#traffic }),
      accepted,
      dropped,
      queue,
      synRecv,
      steering,
      filter: this.#filter.report,
      gapMs: this.#filter.gapMs,
      kernel,
      durationMs: elapsed,
    }
  }
}
