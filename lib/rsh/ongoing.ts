import type { Connection } from './connection.js'
import { type Party, type RshError, type RshErrorCode, type RshPhase, rshError } from './errors.js'
import { lateAfterGivingUp, lateAfterItsEnd } from './late.js'
import type { Place } from './listeners.js'
import { Phases } from './phases.js'
import { reportOf } from './report.js'
import type { RshRequest } from './request.js'
import type { Channel, Sink } from './sink.js'
import type { Source, Target } from './source.js'

type Detail = Partial<Pick<RshError, 'form' | 'remoteText' | 'phase'>>

const lateText = {
  port: 'no reserved port became free',
  connect: 'no connection',
  back: 'no second connection for stderr came',
  reply: 'the server said neither yes nor no',
  silence: 'the command printed nothing',
  command: 'the command did not end',
} as const satisfies Record<RshPhase, string>

/** A command that goes on, with all that it holds of this host: its port, its place and its connections. */
export class Ongoing {
  readonly request: RshRequest
  readonly target: Target
  readonly party: Party
  readonly sink: Sink
  readonly phases: Phases
  source: Source | undefined
  main: Connection | undefined
  back: Connection | undefined
  /** Where it waits for the second connection. */
  place: Place | undefined
  /** Lets the listeners go. */
  release: (() => void) | undefined
  /** The channels that are stopped until whoever reads them has caught up. */
  readonly stopped = new Set<Channel>()
  /** Ends a wait for a port or a place. */
  cancelWait: (() => void) | undefined
  /** Why a connection that may have been the second one was refused. */
  refusedBack: string | undefined
  /** Whether a connection was made, so that no other address of the host need be tried. */
  wasConnected = false
  isRunning = false
  isOver = false
  #isGivenUp = false
  readonly #begun: number

  constructor(request: RshRequest, host: string, target: Target, sink: Sink, begun: number) {
    this.#begun = begun
    this.request = request
    this.target = target
    this.party = { host, address: target.address, port: target.port }
    this.sink = sink
    this.phases = new Phases(request, (phase, ms) => this.#expired(phase, ms))
  }

  /** Fails it for want of the second connection. */
  failChannel(): void {
    const reason = this.refusedBack ?? 'it never came'
    const advice = `; stderr: 'joined' does without`
    this.fail('ERR_SOCKCTL_RSH_CHANNEL', `no second connection for stderr: ${reason}${advice}`)
  }

  fail(code: RshErrorCode, what: string, detail?: Detail): void {
    this.finish(rshError(code, this.party, what, detail))
  }

  /** Ends it before the server has. */
  giveUp(error: Error): void {
    this.#isGivenUp = true
    this.finish(error)
  }

  /** Ends it: gives back all that it holds, and tells what came of it. */
  finish(error: Error | undefined): void {
    if (this.isOver) return
    this.isOver = true
    this.isRunning = false
    this.phases.end()
    this.cancelWait?.()
    this.place?.leave(this.#lateMs)
    this.release?.()
    this.#end(this.main, error)
    this.#end(this.back, error)
    const report = reportOf(this.#begun, this.main, this.back)
    this.source?.release(this.main?.first === 'local')
    if (error) this.sink.failed(error, report)
    else this.sink.done(report)
  }

  /** For how long its second connection may still come; what was not asked for will not. */
  get #lateMs(): number {
    if (!this.wasConnected) return 0
    return this.#isGivenUp ? lateAfterGivingUp : lateAfterItsEnd
  }

  #end(connection: Connection | undefined, error: Error | undefined): void {
    if (error) connection?.reset()
    else connection?.close()
  }

  #expired(phase: RshPhase, ms: number): void {
    // Who is not listened to cannot be silent.
    if (phase === 'back' && this.refusedBack) {
      this.#isGivenUp = true
      this.failChannel()
    } else if (phase === 'silence' && this.stopped.size > 0) this.phases.begin('silence')
    else this.giveUp(rshError('ERR_SOCKCTL_RSH_TIMEOUT', this.party, `${lateText[phase]} in ${ms} ms`, { phase }))
  }
}
