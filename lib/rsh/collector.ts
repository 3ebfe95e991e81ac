import { type Party, rshError } from './errors.js'
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

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length > 1 ? Buffer.concat(chunks) : (chunks[0] ?? none)
}

/** Collects the output of one host, or hands it on. */
export class Collector implements Sink {
  readonly #host: string
  readonly #how: Collecting
  readonly #input: Input
  readonly #settle: (result: HostResult) => void
  readonly #chunks: Record<Channel, Buffer[]> = { stdout: [], stderr: [] }
  /** The calls of `onData` that are not done with. */
  readonly #pending = new Set<Promise<void>>()
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
    if (this.#input instanceof Uint8Array) session.write(this.#input, () => {})
    session.endInput()
  }

  data(channel: Channel, chunk: Buffer): boolean {
    if (this.#how.onData) return this.#handOn(this.#how.onData, channel, chunk)
    this.#size += chunk.length
    if (this.#size <= this.#how.maxOutput) {
      this.#chunks[channel].push(chunk)
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
    void this.#result(report, undefined)
  }

  failed(error: Error, report: RemoteReport): void {
    void this.#result(report, error)
  }

  #handOn(onData: OnData, channel: Channel, chunk: Buffer): boolean {
    try {
      const taken = onData(this.#host, channel, chunk)
      if (!taken) return true
      const goOn = taken.then(
        () => this.from?.session?.resume(channel),
        (error: Error) => this.from?.abort(error),
      )
      this.#pending.add(goOn)
      void goOn.then(() => this.#pending.delete(goOn))
    } catch (error) {
      queueMicrotask(() => this.from?.abort(error as Error))
    }
    return false
  }

  async #result({ durationMs, timeWait }: RemoteReport, error: Error | undefined): Promise<void> {
    if (this.#pending.size > 0) await Promise.all(this.#pending)
    const { stdout, stderr } = this.#chunks
    const result: HostResult = {
      host: this.#host,
      ok: error === undefined,
      stdout: joined(stdout),
      stderr: joined(stderr),
      durationMs,
      timeWait,
    }
    this.#settle(error ? { ...result, error } : result)
  }
}
