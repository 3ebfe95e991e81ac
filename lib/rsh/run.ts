import { codedError, invalidArgType } from '../errors.js'
import { type Collecting, Collector, type HostResult } from './collector.js'
import { rshError, thrown } from './errors.js'
import { parseHost } from './hosts.js'
import { listeners } from './listeners.js'
import type { RshRequest } from './request.js'
import { startCommand } from './start.js'

/** A checked request to run a command on many hosts. */
export interface RunRequest {
  readonly command: RshRequest
  readonly collecting: Collecting
  readonly fanout: number
  readonly timeout: number
  readonly inOrder: boolean
}

/** How many results may wait to be taken, for each command that may be on its way. */
const waitingPerCommand = 4

const noOutput = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }

/** Runs a command on hosts, as many at a time as are wanted, and keeps the results until they are taken. */
export class Run {
  readonly #request: RunRequest
  readonly #hosts: Iterator<string> | AsyncIterator<string>
  readonly #running = new Set<Collector>()
  /** Results by the place of their host; in the order in which they came. */
  readonly #results = new Map<number, HostResult>()
  readonly #release: (() => void)[] = []
  #taken = 0
  #begun = 0
  #isPulling = false
  #refill: NodeJS.Immediate | undefined
  #hasAll = false
  /** Whether the iterator has been closed, which one cannot be while it runs. */
  #isReturned = false
  #error: { reason: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(request: RunRequest, hosts: Iterator<string> | AsyncIterator<string>) {
    this.#request = request
    this.#hosts = hosts
  }

  begin(): void {
    // Between two commands no listener is closed.
    if (this.#request.command.separate) this.#release.push(listeners.ipv4.retain(), listeners.ipv6.retain())
    this.#fill()
  }

  /**
   * Takes the next result; undefined where none is there.
   *
   * @throws the error that ended it
   */
  take(): HostResult | undefined {
    if (this.#error) throw this.#error.reason
    const result = this.#takeResult()
    if (result) this.#fillSoon()
    return result
  }

  /** Whether no result will come any more. */
  get isOver(): boolean {
    return this.#hasAll && this.#running.size === 0 && !this.#error
  }

  /** Waits for a result, or the end. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** Ends what is on its way; `next` throws the error, if there is one. */
  end(error: Error | undefined): void {
    if (error) this.#error ??= { reason: error }
    const isWhole = this.#hasAll
    this.#hasAll = true
    for (const collector of [...this.#running])
      collector.from?.abort(error ?? codedError('ABORT_ERR', 'Not wanted any more'))
    for (const release of this.#release.splice(0)) release()
    // An iterator may be waiting for its next host: this is how it is told to stop.
    if (!isWhole) void this.#close()
    this.#wakeUp()
  }

  async #close(): Promise<void> {
    if (this.#isReturned) return
    try {
      const returned = this.#hosts.return?.()
      this.#isReturned = true
      await returned
    } catch {
      // Nobody waits for the hosts any more.
    }
  }

  #takeResult(): HostResult | undefined {
    const [first] = this.#request.inOrder ? [this.#taken] : this.#results.keys()
    const result = first === undefined ? undefined : this.#results.get(first)
    if (!result) return undefined
    this.#results.delete(first as number)
    this.#taken++
    return result
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  get #hasRoom(): boolean {
    const { fanout } = this.#request
    return !this.#hasAll && this.#running.size < fanout && this.#results.size < fanout * waitingPerCommand
  }

  /** Starts more commands in another turn: those that fail at once must not keep everything else from happening. */
  #fillSoon(): void {
    this.#refill ??= setImmediate(() => {
      this.#refill = undefined
      this.#fill()
    })
  }

  /** Starts commands while there is room for them. */
  #fill(): void {
    while (this.#hasRoom && !this.#isPulling) {
      try {
        const next = this.#hosts.next()
        if ('then' in next) this.#pull(Promise.resolve(next))
        // The iterator itself may have ended it, and could not be closed while it ran.
        else if (this.#hasAll) void this.#close()
        else this.#accept(next)
      } catch (error) {
        this.#hasAll = true
        this.end(thrown(error))
      }
    }
  }

  #pull(promise: Promise<IteratorResult<string>>): void {
    this.#isPulling = true
    promise.then(
      (next) => {
        this.#isPulling = false
        if (this.#hasAll) return
        this.#accept(next)
        this.#fill()
      },
      (error: unknown) => {
        this.#isPulling = false
        this.#hasAll = true
        this.end(thrown(error))
      },
    )
  }

  #accept(next: IteratorResult<string>): void {
    if (next.done) {
      this.#hasAll = true
      this.#wakeUp()
    } else this.#start(next.value)
  }

  #start(text: unknown): void {
    const index = this.#begun++
    if (typeof text !== 'string') {
      this.end(invalidArgType('host', 'of type string', text))
      return
    }
    const { command, collecting, timeout } = this.#request
    const settle = (result: HostResult) => {
      clearTimeout(timer)
      this.#running.delete(collector)
      this.#results.set(index, result)
      this.#wakeUp()
      this.#fillSoon()
    }
    const collector = new Collector(text, collecting, command.input, settle)
    let timer: NodeJS.Timeout | undefined
    try {
      const place = parseHost(text)
      this.#running.add(collector)
      if (timeout > 0) timer = setTimeout(() => collector.from?.abort(timedOut(text, timeout)), timeout)
      collector.from = startCommand(command, place, collector)
    } catch (error) {
      settle({ host: text, ok: false, ...noOutput, error: error as Error, durationMs: 0, timeWait: 'none' })
    }
  }
}

function timedOut(host: string, ms: number): Error {
  const party = { host, address: undefined, port: 0 }
  return rshError('ERR_SOCKCTL_RSH_TIMEOUT', party, `the command did not end in ${ms} ms`, { phase: 'command' })
}
