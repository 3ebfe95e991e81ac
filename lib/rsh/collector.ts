import { types } from 'node:util'
import { type Party, rshError, thrown } from './errors.js'
import type { Input } from './request.js'
import type { Channel, Sink } from './sink.js'
import type { Started } from './start.js'
import type { RemoteReport } from './types.js'

/** What came of a command on one of several hosts. */
export interface HostResult {
  /** The host, as it was given. */
  host: string
  /** Whether the command ran to its end. What came of it the protocol does not tell. */
  ok: boolean
  /** What the command printed, as far as it came; empty where `onData` took it. */
  stdout: Buffer
  stderr: Buffer
  /** Why it was refused or cut short. */
  error?: Error
  /** From the first attempt to connect to the end; 0 where there was none. */
  durationMs: number
  timeWait: RemoteReport['timeWait']
}

/** Takes output as it comes; none of the channel comes until the promise that it returns is resolved. */
export type OnData = (host: string, channel: Channel, chunk: Buffer) => void | Promise<void>

/** What is to become of the output of each host. */
export interface Collecting {
  readonly maxOutput: number
  readonly onData: OnData | undefined
}

const none = Buffer.alloc(0)

/** What came so far: most outputs come in one piece. */
function added(before: Buffer[] | undefined, chunk: Buffer): Buffer[] {
  if (!before) return [chunk]
  before.push(chunk)
  return before
}

function joined(chunks: readonly Buffer[] | undefined): Buffer {
  if (!chunks) return none
  return chunks.length > 1 ? Buffer.concat(chunks) : (chunks[0] ?? none)
}

/** Whether something is to be waited for: a stream's write() gives a boolean, and an array's push() a number. */
function isThenable(value: unknown): value is PromiseLike<void> {
  return typeof (value as PromiseLike<void> | undefined)?.then === 'function'
}

/** Collects the output of one host, or hands it on. */
export class Collector implements Sink {
  readonly #host: string
  readonly #how: Collecting
  readonly #input: Input
  readonly #settle: (result: HostResult) => void
  #stdout: Buffer[] | undefined
  #stderr: Buffer[] | undefined
  /** The calls of `onData` that are not done with. */
  #pending: Set<Promise<void>> | undefined
  #size = 0
  /** What it collects from, once that is started. */
  from: Started | undefined

  constructor(host: string, how: Collecting, input: Input, settle: (result: HostResult) => void) {
    this.#host = host
    this.#how = how
    this.#input = input
    this.#settle = settle
  }

  started(): void {
    const session = this.from?.session
    if (this.#input === 'none' || !session) return
    if (types.isUint8Array(this.#input)) session.write(this.#input, () => {})
    session.endInput()
  }

  data(channel: Channel, chunk: Buffer): boolean {
    if (this.#how.onData) return this.#handOn(this.#how.onData, channel, chunk)
    this.#size += chunk.length
    if (this.#size <= this.#how.maxOutput) {
      if (channel === 'stdout') this.#stdout = added(this.#stdout, chunk)
      else this.#stderr = added(this.#stderr, chunk)
      return true
    }
    const party: Party = { host: this.#host, address: this.from?.session?.address, port: 0 }
    const what = `it printed more than the ${this.#how.maxOutput} bytes of maxOutput`
    // Not in the middle of what the session does with the chunk.
    queueMicrotask(() => this.from?.abort(rshError('ERR_SOCKCTL_RSH_OUTPUT', party, what)))
    return false
  }

  ended(): void {}

  done(report: RemoteReport): void {
    this.#end(report, undefined)
  }

  failed(error: Error, report: RemoteReport): void {
    this.#end(report, error)
  }

  #handOn(onData: OnData, channel: Channel, chunk: Buffer): boolean {
    try {
      const taken: unknown = onData(this.#host, channel, chunk)
      if (!isThenable(taken)) return true
      const goOn = Promise.resolve(taken).then(
        () => this.from?.session?.resume(channel),
        (reason: unknown) => this.from?.abort(thrown(reason)),
      )
      this.#pending ??= new Set()
      const pending = this.#pending
      pending.add(goOn)
      void goOn.then(() => pending.delete(goOn))
    } catch (error) {
      queueMicrotask(() => this.from?.abort(thrown(error)))
    }
    return false
  }

  #end(report: RemoteReport, error: Error | undefined): void {
    if (!this.#pending?.size) this.#tell(report, error)
    else void Promise.all(this.#pending).then(() => this.#tell(report, error))
  }

  #tell({ durationMs, timeWait }: RemoteReport, error: Error | undefined): void {
    const result: HostResult = {
      host: this.#host,
      ok: error === undefined,
      stdout: joined(this.#stdout),
      stderr: joined(this.#stderr),
      durationMs,
      timeWait,
    }
    this.#settle(error ? { ...result, error } : result)
  }
}
