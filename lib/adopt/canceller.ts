import { abortError, errnoOf, systemError } from '../errors.js'

/** What ends a wait early: the caller's signal, or the time that the caller gave. */
export class Canceller implements Disposable {
  readonly #controller: AbortController | undefined
  readonly #given: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout | undefined
  readonly #abort = () => this.#controller?.abort(abortError(this.#given as AbortSignal))

  /**
   * @param signal the caller's signal
   * @param timeout how long to wait, in milliseconds; 0 or undefined for ever
   * @param syscall what takes too long then
   */
  constructor(signal: AbortSignal | undefined, timeout: number | undefined, syscall = 'connect') {
    this.#given = signal
    this.#controller = signal || timeout ? new AbortController() : undefined
    if (signal?.aborted) this.#abort()
    signal?.addEventListener('abort', this.#abort, { once: true })
    if (timeout) {
      this.#timer = setTimeout(() => this.#controller?.abort(systemError(errnoOf('ETIMEDOUT'), syscall)), timeout)
    }
  }

  /** Fires at the first of the two; its reason is the error to give to the caller. Undefined where neither is given. */
  get signal(): AbortSignal | undefined {
    return this.#controller?.signal
  }

  /** Starts something that cannot be cancelled itself, and waits for it. */
  async race<Value>(start: () => Promise<Value>): Promise<Value> {
    const { signal } = this
    if (!signal) return start()
    signal.throwIfAborted()
    let stop = () => {}
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
    })
    try {
      return await Promise.race([start(), stopped])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#given?.removeEventListener('abort', this.#abort)
  }
}
