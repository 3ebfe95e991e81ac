import { thrown } from './errors.js'
import { givenTarget, type HostPort, lookUpTargets } from './hosts.js'
import type { RshRequest } from './request.js'
import { Session } from './session.js'
import type { Sink } from './sink.js'
import type { Target } from './source.js'
import type { RemoteReport } from './types.js'

/** A command that is being started on a host, whatever address that has. */
export interface Started {
  /** The command on the address that is being tried; undefined while a name is looked up. */
  readonly session: Session | undefined
  /** Cuts it short. */
  abort(error: Error): void
}

/** Tries the addresses of a host in turn, until one is connected to. */
class Attempts implements Started {
  session: Session | undefined
  #aborted: Error | undefined
  readonly #request: RshRequest
  readonly #host: string
  readonly #sink: Sink

  constructor(request: RshRequest, host: string, sink: Sink) {
    this.#request = request
    this.#host = host
    this.#sink = sink
  }

  abort(error: Error): void {
    this.#aborted = error
    if (this.session) this.session.abort(error)
    else this.fail(error)
  }

  fail(error: Error): void {
    this.#sink.failed(error, unmade)
  }

  async lookUp(place: HostPort): Promise<void> {
    if (this.#aborted) return
    try {
      const targets = await lookUpTargets(place, this.#request)
      if (!this.#aborted) this.try(targets)
    } catch (error) {
      if (!this.#aborted) this.fail(thrown(error))
    }
  }

  /** @param begun when the first of the addresses was tried */
  try([target, ...others]: readonly Target[], begun = performance.now()): void {
    if (!target) return
    const sink = others.length === 0 ? this.#sink : this.#with(others, begun)
    const session = new Session(this.#request, this.#host, target, sink, begun)
    this.session = session
    session.start()
  }

  /** A sink that goes on to the next address where one cannot be connected to. */
  #with(others: readonly Target[], begun: number): Sink {
    const sink = this.#sink
    return {
      started: () => sink.started(),
      data: (channel, chunk) => sink.data(channel, chunk),
      ended: (channel) => sink.ended(channel),
      done: (report) => sink.done(report),
      failed: (error, report) => {
        if (this.#aborted || this.session?.wasConnected) sink.failed(error, report)
        else this.try(others, begun)
      },
    }
  }
}

const unmade: RemoteReport = { durationMs: 0, closedFirst: 'reset', timeWait: 'none' }

/** Starts a command on a host; everything that comes of it goes to the sink. */
export function startCommand(request: RshRequest, place: HostPort, sink: Sink): Started {
  const attempts = new Attempts(request, place.host, sink)
  const target = givenTarget(place, request)
  if (target) attempts.try([target])
  // Not at once: the caller's lookup may end the command, which nobody knows yet.
  else queueMicrotask(() => void attempts.lookUp(place))
  return attempts
}
